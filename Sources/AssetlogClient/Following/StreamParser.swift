/// Reads server-sent events as a server of ours writes them, whatever the pieces are in which they come (HTML, section 9.2.6).
struct StreamParser {
    /// What a block of the stream says.
    struct Block: Hashable {
        /// The kind of event; nil: the block has no data.
        var name: String?
        /// The last `id`, of this block or an earlier one.
        var id: Int64?
        var data: [UInt8] = []
        /// How long to wait before the next connection.
        var retry: Duration?
    }

    /// The most bytes of a line; no event is as large.
    static let longestLine = 64 << 20

    private var line: [UInt8] = []
    private var block = Block()

    /// Takes a piece of the stream.
    ///
    /// - Parameter take: Gets each block that has ended; false: no more is wanted.
    /// - Returns: Whether more is wanted; false also when a line is too long to be one of a server of ours.
    mutating func push(_ piece: UnsafeRawBufferPointer, _ take: (Block) -> Bool) -> Bool {
        var rest = piece[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            defer { line.removeAll(keepingCapacity: line.capacity < 1 << 20) }
            guard line.isEmpty else {
                readLine()
                continue
            }
            defer { block = Block(id: block.id) }
            if !take(block) { return false }
        }
        line += rest
        return line.count <= Self.longestLine
    }

    private mutating func readLine() {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": block.name = String(decoding: value, as: UTF8.self)
        case "id": block.id = Int64(String(decoding: value, as: UTF8.self)) ?? block.id
        case "retry": block.retry = Int64(String(decoding: value, as: UTF8.self)).map { .milliseconds(min(max($0, 0), 60_000)) }
        case "data": block.data += block.data.isEmpty ? Array(value) : [UInt8(ascii: "\n")] + value
        // Comments, and what later servers may say.
        default: break
        }
    }
}
