import AssetlogCore

/// The voids and wipes of an asset: which of its events count no more.
struct Corrections: Sendable {
    private var voided: Set<EventID> = []
    private var wipes: [(sequence: Int64, details: WipeDetails)] = []

    /// Takes in an event of the asset, in the order of the log, if it is a void or a wipe.
    mutating func add(_ event: LoggedEvent) {
        switch event.event.kind {
        case .void:
            if let details = VoidDetails(event.event.details) { voided.insert(details.voids) }
        case .wipe:
            if let details = WipeDetails(event.event.details) { wipes.append((event.sequence, details)) }
        default: break
        }
    }

    /// How many there are.
    var count: Int { voided.count + wipes.count }

    /// The sequence below which nothing counts.
    var wipedBelow: Int64 { wipes.last { $0.details.partitions == nil }?.sequence ?? 0 }

    /// Whether an event of the asset counts no more.
    func cover(_ event: LoggedEvent) -> Bool {
        voided.contains(event.event.id)
            || wipes.contains { event.sequence < $0.sequence && $0.details.covers(partition: event.event.partition) }
    }
}

extension EventKind {
    /// The kinds whose events the catalog counts: all but voids and wipes, which say what does not count.
    static let counted = Set(reportable)
    /// Voids and wipes.
    static let corrections: Set<EventKind> = [.void, .wipe]
}
