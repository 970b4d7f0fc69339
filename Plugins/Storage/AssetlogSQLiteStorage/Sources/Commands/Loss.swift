#if SQLite
internal import AssetlogCore

/// Events that a log has had and has no more.
struct Loss {
    /// Their sequences, in order.
    var ranges: [ClosedRange<Int64>]
    /// Who knows of them.
    var witness: String

    /// "6 to 20", or "6".
    static func text(_ ranges: [ClosedRange<Int64>]) -> String {
        let few = ranges.prefix(20).map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        }
        return few.joined(separator: ", ") + (ranges.count > few.count ? " and others" : "")
    }

    /// Why the log is not opened.
    func refusal(_ directory: String, head: Int64) -> StorageError {
        StorageError(
            .damaged,
            "The log in \(directory) has lost the events \(Self.text(ranges)): \(witness), and events.sqlite ends at \(head). Was a"
                + " file removed, or the directory replaced? Put back what is missing, or restore a backup into an empty directory."
                + " To continue without these events, start with --accept-loss: they are recorded as lost, and their sequences"
                + " are never used again.")
    }
}
#endif
