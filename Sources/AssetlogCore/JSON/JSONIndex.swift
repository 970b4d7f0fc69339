/// Where the arrays and objects of a validated text end, so that one that nobody asks for is skipped in a step.
///
/// Each has an ordinal: arrays and objects are counted in the order in which they begin.
struct JSONIndex: Sendable {
    private struct Span {
        var end: UInt32
        /// The ordinal of the next array or object that is not in this one.
        var following: UInt32
    }

    private let spans: [Span]

    /// Indexes a validated text; nil: it has so many arrays and objects that an index would take more than half its size.
    init?(_ text: UnsafeRawBufferPointer, from start: Int) {
        guard text.count < UInt32.max else { return nil }
        let most = 1024 + text.count / (2 * MemoryLayout<Span>.stride)
        var (spans, open) = ([Span](), [Int]())
        spans.reserveCapacity(min(most, text.count / 64))
        var cursor = JSONCursor(text, position: start)
        while !cursor.isAtEnd {
            switch cursor.next {
            case UInt8(ascii: "\""): _ = cursor.string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard spans.count < most else { return nil }
                open.append(spans.count)
                spans.append(Span(end: 0, following: 0))
                cursor.position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                cursor.position += 1
                guard let ordinal = open.popLast() else { return nil }
                spans[ordinal] = Span(end: UInt32(cursor.position), following: UInt32(spans.count))
            default: cursor.position += 1
            }
        }
        self.spans = spans
    }

    /// The position after an array or object, and the ordinal of the next one that is not in it.
    @inline(__always)
    func end(of ordinal: Int) -> (end: Int, following: Int) {
        let span = spans[ordinal]
        return (Int(span.end), Int(span.following))
    }
}
