/// Up to where a catalog contains the sums of removed events.
struct RemovalMark: Hashable, Sendable {
    /// The number of the last sum that it takes into account.
    var number: Int64 = 0
    /// The number of the last sum that was added. Less than ``number``: the catalog is being made from the log, and the sums of what
    /// had been removed before are added at its end.
    var added: Int64 = 0

    /// Whether all sums were added that are taken into account.
    var isComplete: Bool { added >= number }
}
