#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes validated JSON in canonical form: no blanks, names sorted, of a duplicate name the last.
///
/// Values are written once, in the order of the source. Objects whose names must be sorted are noted, and only if
/// there is one, the text is assembled again in a second pass, so that each byte is moved at most twice however
/// deep objects are nested.
struct CanonicalWriter: ~Copyable {
    /// What becomes of the order of an object's names.
    enum Order {
        /// They are sorted by code points.
        case sorted
        /// They stay where each was first.
        case asWritten
    }

    struct Member {
        // The name with its quotes, in the output.
        var nameStart: Int
        var nameEnd: Int
        var end: Int
    }

    private struct Level {
        var isObject: Bool
        var firstMember: Int
        var contentStart: Int
        var isSorted: Bool
    }

    private struct Rearranged {
        // The opening brace, so that no member starts where its object does.
        var start: Int
        var end: Int
        var members: Range<Int>
    }

    private var levels: ContiguousArray<Level> = []
    /// The most levels that were open at once in what is being written.
    private(set) var deepest = 0
    private var pending: ContiguousArray<Member> = []
    private var rearranged: ContiguousArray<Rearranged> = []
    private var kept: ContiguousArray<Member> = []
    private var assembly = ByteScratch()

    init() {}

    /// Appends a validated value that starts at `source`'s first byte, blanks aside.
    mutating func write(_ source: UnsafeRawBufferPointer, to output: inout ByteScratch) {
        let start = output.count
        prepare()
        var cursor = JSONCursor(source)
        value(&cursor, to: &output)
        assemble(from: start, in: &output)
    }

    /// Appends a validated object as metadata: each label with the type and the value, `{"rows":{"type":"int",…}}`.
    mutating func writeMetadata(_ source: UnsafeRawBufferPointer, order: Order, to output: inout ByteScratch) {
        let start = output.count
        var cursor = JSONCursor(source)
        var hasMore = beginMetadata(&cursor, to: &output)
        while hasMore {
            name(&cursor, to: &output)
            typedValue(&cursor, to: &output)
            hasMore = endLabel(&cursor, to: &output)
        }
        endMetadata(from: start, order: order, to: &output)
    }

    /// Opens the object of the metadata; returns whether there is a label.
    @inline(__always)
    mutating func beginMetadata(_ cursor: inout JSONCursor, to output: inout ByteScratch) -> Bool {
        prepare()
        cursor.skipBlanks()
        cursor.position += 1
        open(isObject: true, to: &output)
        cursor.skipBlanks()
        return cursor.next == UInt8(ascii: "\"")
    }

    /// Ends a label's value; returns whether there is another label.
    @inline(__always)
    mutating func endLabel(_ cursor: inout JSONCursor, to output: inout ByteScratch) -> Bool {
        endMember(output)
        cursor.skipBlanks()
        guard cursor.next == UInt8(ascii: ",") else { return false }
        cursor.position += 1
        cursor.skipBlanks()
        output.append(UInt8(ascii: ","))
        return cursor.next == UInt8(ascii: "\"")
    }

    @inline(__always)
    mutating func endMetadata(from start: Int, order: Order, to output: inout ByteScratch) {
        close(order: order, to: &output)
        assemble(from: start, in: &output)
    }

    /// Forgets what is open, after an error.
    mutating func abandon() {
        levels.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func prepare() {
        deepest = 0
        if pending.capacity > 4096 { pending = [] }
        guard !rearranged.isEmpty else { return }
        rearranged.removeAll(keepingCapacity: rearranged.capacity <= 1024)
        kept.removeAll(keepingCapacity: kept.capacity <= 4096)
    }

    /// Writes a value with the type that is inferred from it.
    mutating func typedValue(_ cursor: inout JSONCursor, to output: inout ByteScratch) {
        switch cursor.next {
        case UInt8(ascii: "\""):
            output.append(#"{"type":"text","value":"#)
            output.appendString(&cursor)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            output.append(#"{"type":"json","value":"#)
            value(&cursor, to: &output)
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            output.append(#"{"type":"bool","value":"#)
            output.append(cursor.scalar())
        case UInt8(ascii: "n"):
            output.append(#"{"type":"null","value":"#)
            output.append(cursor.scalar())
        default:
            let (literal, isFloat) = cursor.number()
            output.append(isFloat ? #"{"type":"float","value":"# : #"{"type":"int","value":"#)
            output.appendNumber(literal, isFloat: isFloat)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Writes one value with all that is in it. Like the scanner it keeps the open levels in memory of its own.
    mutating func value(_ cursor: inout JSONCursor, to output: inout ByteScratch) {
        let outer = levels.count
        cursor.skipBlanks()
        while true {
            switch cursor.next {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = cursor.next == UInt8(ascii: "{")
                cursor.position += 1
                cursor.skipBlanks()
                open(isObject: isObject, to: &output)
                if cursor.next != UInt8(ascii: "}"), cursor.next != UInt8(ascii: "]"), !cursor.isAtEnd {
                    if isObject { name(&cursor, to: &output) }
                    continue
                }
            case UInt8(ascii: "\""): output.appendString(&cursor)
            default: scalar(&cursor, to: &output)
            }
            // After a value: more of the level that is open, or its end.
            var hasMore = false
            while levels.count > outer, !hasMore {
                cursor.skipBlanks()
                let isObject = levels[levels.count - 1].isObject
                if cursor.next == UInt8(ascii: ",") {
                    if isObject { endMember(output) }
                    cursor.position += 1
                    cursor.skipBlanks()
                    output.append(UInt8(ascii: ","))
                    if isObject { name(&cursor, to: &output) }
                    hasMore = true
                } else {
                    if isObject, output.count > levels[levels.count - 1].contentStart { endMember(output) }
                    cursor.position += 1
                    close(order: .sorted, to: &output)
                }
            }
            if !hasMore { return }
        }
    }

    private func scalar(_ cursor: inout JSONCursor, to output: inout ByteScratch) {
        switch cursor.next {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"):
            let (literal, isFloat) = cursor.number()
            output.appendNumber(literal, isFloat: isFloat)
        default:
            output.append(cursor.scalar())
        }
    }

    /// Writes a name and its colon.
    mutating func name(_ cursor: inout JSONCursor, to output: inout ByteScratch) {
        let start = output.count
        output.appendString(&cursor)
        pending.append(Member(nameStart: start, nameEnd: output.count, end: output.count))
        output.append(UInt8(ascii: ":"))
        cursor.skipBlanks()
        cursor.position += 1
        cursor.skipBlanks()
    }

    private mutating func open(isObject: Bool, to output: inout ByteScratch) {
        output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        levels.append(
            Level(
                isObject: isObject, firstMember: pending.count, contentStart: output.count, isSorted: true))
        deepest = max(deepest, levels.count)
    }

    private mutating func endMember(_ output: borrowing ByteScratch) {
        let (last, level) = (pending.count - 1, levels.count - 1)
        pending[last].end = output.count
        guard last > levels[level].firstMember, levels[level].isSorted else { return }
        levels[level].isSorted = NameOrder.compare(pending[last - 1], pending[last], output.base) < 0
    }

    private mutating func close(order: Order, to output: inout ByteScratch) {
        guard let level = levels.popLast() else { return }
        if level.isObject {
            if !level.isSorted { rearrange(level, order: order, output) }
            pending.removeLast(pending.count - level.firstMember)
        }
        output.append(level.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    // Notes the members that stay, in their final order.
    private mutating func rearrange(_ level: Level, order: Order, _ output: borrowing ByteScratch) {
        if order == .asWritten, !NameOrder.hasDoubledName(pending, from: level.firstMember, output.base) { return }
        let first = kept.count
        let members = NameOrder.arranged(pending[level.firstMember...], order: order, output.base)
        kept.append(contentsOf: members)
        rearranged.append(Rearranged(start: level.contentStart - 1, end: output.count, members: first..<kept.count))
    }

    private mutating func assemble(from start: Int, in output: inout ByteScratch) {
        guard !rearranged.isEmpty else { return }
        rearranged.sort { $0.start < $1.start }
        assembly.removeAll()
        copy(start, output.count, of: output)
        output.truncate(to: start)
        output.append(assembly.bytes)
        assembly.removeAll(keepingAtMost: 1 << 16)
    }

    // Copies a range of the text with its objects put right. It calls itself at most once per level of nesting.
    private mutating func copy(_ start: Int, _ end: Int, of output: borrowing ByteScratch) {
        var position = start
        var index = firstRearranged(from: position)
        while index < rearranged.count, rearranged[index].start < end {
            let object = rearranged[index]
            assembly.append(output.bytes(in: position..<object.start + 1))
            for member in object.members {
                if member > object.members.lowerBound { assembly.append(UInt8(ascii: ",")) }
                copy(kept[member].nameStart, kept[member].end, of: output)
            }
            position = object.end
            index = firstRearranged(from: position)
        }
        assembly.append(output.bytes(in: position..<end))
    }

    private func firstRearranged(from position: Int) -> Int {
        var (low, high) = (0, rearranged.count)
        while low < high {
            let middle = (low + high) / 2
            if rearranged[middle].start < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
