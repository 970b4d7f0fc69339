import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Cuts a body into the items of a submission while it comes in: the lines of NDJSON, the elements of an array, or the one
/// object that it is. A pure state machine.
///
/// A body that is said to be JSON, but has something below a line with one object, is read as lines: some senders give
/// NDJSON that name.
///
/// It looks at quotes and brackets only; whether an item is JSON is decided by the resolver. What it keeps is bounded by
/// the size of one item.
struct ItemSplitter {
    enum Format { case json, lines }

    /// An item of the body.
    enum Item: Equatable {
        /// Its bytes, in the splitter's memory until the next call.
        case item(Range<Int>)
        /// It has more bytes than an item may have; they were dropped.
        case tooLarge
    }

    /// Why the body can't be cut any further.
    struct Failure: Error, Equatable {
        var message: String
    }

    private enum Phase {
        /// Before the first character that is no blank.
        case start
        case lines
        /// In an object that is the body, or its first line.
        case object
        /// Behind that object, of so many bytes; `isLineOver` when a line feed has followed it.
        case afterObject(count: Int, isLineOver: Bool)
        /// The body is one item, whatever it is.
        case single
        /// In an array, before an element; `isFirst` where it may end.
        case element(isFirst: Bool)
        /// In an array, in an element.
        case inside
        /// In an array, behind an element.
        case behind
        /// Behind the array.
        case after
    }

    private static let keptCapacity = 256 << 10

    private let format: Format
    private let maximumItemBytes: Int
    private(set) var bytes: [UInt8] = []
    /// How many bytes have been taken.
    private(set) var receivedBytes = 0
    private var phase: Phase
    // Where the present item starts, and how far the bytes were looked at.
    private var start = 0
    private var position = 0
    private var isTooLarge = false
    // Whether the first line was looked at for a byte order mark.
    private var hasBegun = false
    // Whether the object of the phase has a line feed in it.
    private var hasLineFeed = false
    // Within an element: the open brackets, as the characters that close them.
    private var open: [UInt8] = []
    private var isInString = false
    private var isEscaped = false

    init(format: Format, maximumItemBytes: Int) {
        self.format = format
        self.maximumItemBytes = maximumItemBytes
        phase = format == .lines ? .lines : .start
    }

    /// Takes bytes of the body.
    mutating func append(_ piece: UnsafeRawBufferPointer) {
        if start > 0 {
            // What is left of a large item must not keep its memory.
            if bytes.capacity > Self.keptCapacity, (bytes.count - start + piece.count) < bytes.capacity / 4 {
                bytes = Array(bytes[start...])
            } else {
                bytes.removeFirst(start)
            }
            position -= start
            start = 0
        }
        bytes.append(contentsOf: piece)
        receivedBytes += piece.count
    }

    /// Whether the body is one object and no list, as far as it has come.
    var isSingle: Bool {
        switch phase {
        case .object, .afterObject, .single: true
        default: false
        }
    }

    /// The bytes of items that have not been given yet.
    var keptBytes: Int { bytes.count - start }

    /// The bytes that it takes of the memory.
    var capacityBytes: Int { bytes.capacity + open.capacity }

    /// The next item that is complete; nil: more bytes are needed.
    mutating func next() throws(Failure) -> Item? {
        switch phase {
        case .lines: return nextLine()
        case .object, .afterObject: return nextAfterObject()
        case .single:
            position = bytes.count
            dropIfTooLarge()
            return nil
        default: return try nextElement()
        }
    }

    /// The last item, at the end of the body; nil: there is none.
    mutating func last() throws(Failure) -> Item? {
        switch phase {
        case .start, .after: return nil
        case .lines:
            skipMark()
            return isBlank(start..<bytes.count) && !isTooLarge ? nil : take(bytes.count)
        case .object, .single: return take(bytes.count)
        case .afterObject(let count, _): return take(start + count)
        case .element, .inside, .behind: throw Failure(message: "the array is not closed; the body was cut off")
        }
    }

    // MARK: Lines

    private mutating func nextLine() -> Item? {
        skipMark()
        while position < bytes.count {
            skipBlanks()
            guard let end = lineEnd() else {
                position = bytes.count
                break
            }
            let line = start..<end
            position = end + 1
            if isBlank(line), !isTooLarge {
                start = position
                continue
            }
            return take(end, skipping: 1)
        }
        dropIfTooLarge()
        return nil
    }

    // Empty lines, in one go: compressed, there may be very many.
    private mutating func skipBlanks() {
        guard position == start, !isTooLarge else { return }
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        start = position
    }

    private mutating func skipMark() {
        guard !hasBegun, bytes.count - start >= 3 else { return }
        hasBegun = true
        guard bytes[start] == 0xef, bytes[start + 1] == 0xbb, bytes[start + 2] == 0xbf else { return }
        start += 3
        position = start
    }

    private func lineEnd() -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            return memchr(base + position, 0x0a, bytes.count - position).map { UnsafeRawPointer($0) - base }
        }
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        bytes[range].allSatisfy(Self.isBlank)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
    }

    /// Ends the present item at a place.
    private mutating func take(_ end: Int, skipping separator: Int = 0) -> Item {
        let item = isTooLarge || end - start > maximumItemBytes ? Item.tooLarge : .item(start..<end)
        isTooLarge = false
        start = min(end + separator, bytes.count)
        position = start
        return item
    }

    private mutating func dropIfTooLarge() {
        guard position - start > maximumItemBytes else { return }
        isTooLarge = true
        start = position
    }

    // MARK: Elements of an array

    private mutating func nextElement() throws(Failure) -> Item? {
        while position < bytes.count {
            let byte = bytes[position]
            switch phase {
            case .start:
                if Self.isBlank(byte) || byte == 0xef || byte == 0xbb || byte == 0xbf {
                    position += 1
                } else if byte == UInt8(ascii: "[") {
                    position += 1
                    phase = .element(isFirst: true)
                } else {
                    phase = byte == UInt8(ascii: "{") ? .object : .single
                    return try next()
                }
                start = position
            case .element(let isFirst):
                if Self.isBlank(byte) {
                    position += 1
                    start = position
                } else if byte == UInt8(ascii: "]"), isFirst {
                    position += 1
                    start = position
                    phase = .after
                } else {
                    guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") else {
                        throw Failure(message: "there is no element before \(byte == 0x2c ? "a comma" : "the end of the array")")
                    }
                    start = position
                    phase = .inside
                }
            case .inside:
                if let end = try endOfElement() {
                    phase = .behind
                    return take(end)
                }
                dropIfTooLarge()
                return nil
            case .behind:
                position += 1
                start = position
                if byte == UInt8(ascii: ",") {
                    phase = .element(isFirst: false)
                } else if byte == UInt8(ascii: "]") {
                    phase = .after
                } else if !Self.isBlank(byte) {
                    throw Failure(message: "a comma or the end of the array must follow the element before")
                }
            case .after:
                guard Self.isBlank(byte) else { throw Failure(message: "something follows the end of the array") }
                position += 1
                start = position
            case .lines, .object, .afterObject, .single: return nil
            }
        }
        return nil
    }

    // MARK: An object, or lines

    private mutating func nextAfterObject() -> Item? {
        guard case .object = phase else { return behindObject() }
        do throws(Failure) {
            if let end = try endOfElement(isWhole: true) {
                phase = .afterObject(count: end - start, isLineOver: false)
                return behindObject()
            }
        } catch {
            // It is no JSON, which is for its resolver to say.
            phase = .single
            position = bytes.count
        }
        dropIfTooLarge()
        return nil
    }

    private mutating func behindObject() -> Item? {
        guard case .afterObject(let count, var isLineOver) = phase else { return nil }
        let end = start + count
        while position < bytes.count, Self.isBlank(bytes[position]) {
            if bytes[position] == 0x0a { isLineOver = true }
            position += 1
        }
        guard position < bytes.count else {
            // It may be without end, so not all of it is kept.
            if position - start > maximumItemBytes {
                bytes.removeSubrange(end...)
                position = end
            }
            phase = .afterObject(count: count, isLineOver: isLineOver)
            return nil
        }
        guard isLineOver, !hasLineFeed else {
            phase = .single
            position = bytes.count
            dropIfTooLarge()
            return nil
        }
        phase = .lines
        let next = position
        let item = take(end)
        (start, position) = (next, next)
        return item
    }

    /// Where the present element ends; nil: not in these bytes.
    ///
    /// - Parameter isWhole: Whether it ends with its last bracket, and not at what follows it.
    private mutating func endOfElement(isWhole: Bool = false) throws(Failure) -> Int? {
        while position < bytes.count {
            if isInString, !isEscaped { skipPlainText() }
            let byte = bytes[position]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                position += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"): try push(UInt8(ascii: "}"))
            case UInt8(ascii: "["): try push(UInt8(ascii: "]"))
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
                if open.isEmpty {
                    guard byte != UInt8(ascii: "}") else { throw Failure(message: "a brace is closed that was never opened") }
                    return position
                }
                if byte != UInt8(ascii: ",") {
                    guard open.removeLast() == byte else {
                        throw Failure(message: "a bracket is closed by another kind of bracket")
                    }
                    if isWhole, open.isEmpty {
                        position += 1
                        return position
                    }
                }
            case 0x0a: hasLineFeed = true
            default: break
            }
            position += 1
        }
        return nil
    }

    /// Skips what neither ends a string nor escapes anything in it; not to the end of the bytes.
    private mutating func skipPlainText() {
        position += bytes.withUnsafeBytes { ByteWord.plainCount(in: UnsafeRawBufferPointer(rebasing: $0[position...].dropLast())) }
    }

    private mutating func push(_ closing: UInt8) throws(Failure) {
        // As deep as the scanner goes, and one more, so that it is the scanner which refuses.
        guard open.count <= 1024 else { throw Failure(message: "an element is nested deeper than 1,024 levels") }
        open.append(closing)
    }
}
