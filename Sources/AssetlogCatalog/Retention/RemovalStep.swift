import AssetlogCore

/// What is removed with the next transaction: old events of some assets.
///
/// Assets share a step where each has few old events: then they also share the pages of the storage that the events are on.
struct RemovalStep {
    /// The events of one asset, with the rules that let them go.
    struct Part {
        let removal: AssetRemoval
        var events: [(event: LoggedEvent, rule: Int)] = []
    }

    /// Each asset has a sum, and the sums of a step are bounded: ``EventRemoval/maximumBytes``.
    private static let mostAssets = 64

    private var parts: [Part] = []
    /// The number of events.
    private(set) var count = 0

    /// Whether it has as many assets as it may have.
    var isFull: Bool { parts.count >= Self.mostAssets }

    /// Adds events of an asset that it has none of.
    mutating func add(_ part: Part) {
        guard !part.events.isEmpty else { return }
        assert(!parts.contains { $0.removal.name == part.removal.name }, "an asset has two sums in one step")
        parts.append(part)
        count += part.events.count
    }

    /// What it has; it is empty after that.
    mutating func takeParts() -> [Part] {
        defer { (parts, count) = ([], 0) }
        return parts
    }

    /// One removal of them all.
    static func removal(of parts: [Part], at time: Timestamp) async throws -> EventRemoval {
        var whole = EventRemoval(sequences: [], sums: [], time: time)
        for part in parts {
            let removal = try await part.removal.removal(of: part.events.map(\.event), at: time)
            whole.sequences += removal.sequences
            whole.sums += removal.sums
            whole.replacedSums += removal.replacedSums
        }
        whole.sequences.sort()
        return whole
    }
}
