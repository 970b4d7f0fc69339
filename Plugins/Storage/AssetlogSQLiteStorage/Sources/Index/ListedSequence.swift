#if SQLite
/// A sequence with the list of the table `entries` to which it belongs.
struct ListedSequence: Comparable {
    var scope: Int64
    /// As it stands in `entries`; see ``EventIndex/kind(_:isStray:)``.
    var kind: Int64
    var sequence: Int64

    static func < (left: ListedSequence, right: ListedSequence) -> Bool {
        (left.scope, left.kind, left.sequence) < (right.scope, right.kind, right.sequence)
    }
}

extension [ListedSequence] {
    /// Lets `body` take the sequences of each list, in their order.
    func forEachList(
        _ body: (_ sequences: LazyMapSequence<ArraySlice<ListedSequence>, Int64>, _ scope: Int64, _ kind: Int64) throws -> Void
    ) rethrows {
        let sorted = sorted()
        var start = 0
        while start < sorted.count {
            let first = sorted[start]
            var end = start + 1
            while end < sorted.count, sorted[end].scope == first.scope, sorted[end].kind == first.kind { end += 1 }
            try body(sorted[start..<end].lazy.map(\.sequence), first.scope, first.kind)
            start = end
        }
    }
}
#endif
