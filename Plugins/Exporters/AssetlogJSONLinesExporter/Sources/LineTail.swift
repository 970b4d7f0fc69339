#if JSONLines
import AssetlogCore

/// What the end of a file of lines holds after a crash.
struct LineTail: Equatable {
    /// Where the last whole line ends; what is behind it was never acknowledged.
    var length: Int
    /// The sequence of the last whole line; nil: there is none.
    var sequence: Int64?
    /// The identity of its event.
    var event: EventID?

    /// How far back a loss of power may have left gaps: well over the size of a batch.
    static let window = 32 << 20

    /// Examines the bytes of a file from `start`, which is the start of a line.
    static func examine(_ file: OpenFile, from start: Int, size: Int, in fileSystem: FileSystem) throws -> LineTail {
        var reach = window
        while true {
            let begin = max(start, size - reach)
            let bytes = try fileSystem.read(file, at: begin, count: size - begin)
            // A window that starts inside a line can only be used behind that line.
            let first = begin == start ? 0 : bytes.firstIndex(of: newline).map { $0 + 1 }
            if let first, let tail = examine(bytes[first...], at: begin) { return tail }
            if begin == start { return LineTail(length: start) }
            reach *= 2
        }
    }

    /// Finds the last whole line; nil: there is none in these bytes.
    private static func examine(_ bytes: ArraySlice<UInt8>, at base: Int) -> LineTail? {
        // A gap that was never written reads as zeros, and no line has one: what follows it can't be trusted.
        var rest = bytes
        if let gap = rest.firstIndex(of: 0) { rest = rest[..<gap] }
        while let end = rest.lastIndex(of: newline) {
            let begin = rest[..<end].lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex
            if let sequence = sequence(ofLine: rest[begin..<end]) {
                return LineTail(length: base + end + 1, sequence: sequence, event: event(ofLine: rest[begin..<end]))
            }
            rest = rest[..<begin]
        }
        return nil
    }

    /// Reads the sequence of a line, which is its first field.
    static func sequence(ofLine line: ArraySlice<UInt8>) -> Int64? {
        let prefix = Array(#"{"sequence":"#.utf8)
        guard line.starts(with: prefix), line.last == UInt8(ascii: "}") else { return nil }
        let digits = line.dropFirst(prefix.count).prefix(20).prefix { $0 != UInt8(ascii: ",") }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// Reads the identity of a line's event, which is its second field.
    private static func event(ofLine line: ArraySlice<UInt8>) -> EventID? {
        let name = Array(#""event_id":""#.utf8)
        guard let comma = line.firstIndex(of: UInt8(ascii: ",")), line[(comma + 1)...].starts(with: name) else { return nil }
        return EventID(String(decoding: line[(comma + 1 + name.count)...].prefix(EventID.textLength), as: UTF8.self))
    }

    /// Finds the line from `start` on that begins with `beginning`, and returns the event identity that follows in it.
    static func text(
        after beginning: String, in file: OpenFile, from start: Int, fileSystem: FileSystem
    ) throws -> String? {
        let beginning = Array(beginning.utf8)
        var offset = start
        var isAtLineStart = true
        while true {
            let bytes = try fileSystem.read(file, at: offset, count: 1 << 20)
            var rest = bytes[...]
            while true {
                if isAtLineStart {
                    // A line start near the end of this piece is looked at in the next one.
                    guard rest.count >= beginning.count + EventID.textLength else { break }
                    if rest.starts(with: beginning) {
                        let text = rest.dropFirst(beginning.count).prefix(EventID.textLength)
                        return String(decoding: text, as: UTF8.self)
                    }
                }
                isAtLineStart = false
                guard let end = rest.firstIndex(of: newline) else {
                    rest = []
                    break
                }
                rest = rest[(end + 1)...]
                isAtLineStart = true
            }
            guard bytes.count > rest.count else { return nil }
            offset += bytes.count - rest.count
        }
    }

    private static let newline = UInt8(ascii: "\n")
}
#endif
