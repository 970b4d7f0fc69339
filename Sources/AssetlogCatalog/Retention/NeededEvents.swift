import AssetlogCore

/// Finds the events of an asset that must stay whatever the rules say: those from which its present state follows, and voids and
/// wipes.
///
/// From what stays, and from the sums of what went, a catalog that is made again is the same as one that saw everything.
struct NeededEvents {
    private var entry: AssetEntry
    private let corrections: Corrections
    /// The voids and wipes.
    private var correcting: Set<Int64> = []

    /// - Parameter corrections: All voids and wipes of the asset.
    init(_ name: AssetName, _ corrections: Corrections) {
        entry = AssetEntry(name, id: 0)
        self.corrections = corrections
    }

    /// Takes in the next event of the asset, in the order of the log.
    mutating func add(_ event: LoggedEvent) {
        guard event.event.kind.isReportable else {
            correcting.insert(event.sequence)
            return
        }
        guard !corrections.cover(event) else { return }
        // Without rows below nothing is read, so that nothing can fail.
        _ = try? EventFacts.with(event) { try entry.fold($0, onto: NoRows()) }
    }

    /// The sequences of what must stay.
    ///
    /// Voids and wipes stay: a catalog that is behind, or a sum, may count what they cover.
    var sequences: Set<Int64> {
        var sequences = correcting
        entry.addNeeded(to: &sequences)
        return sequences
    }

    /// The beginnings of streaks that a late event has hidden, and that are to be looked for among all events.
    var hiddenStreaks: Set<StreakName> { entry.repairs }

    /// Takes in an event once more, to find the beginnings of hidden streaks.
    func addHidden(_ event: LoggedEvent, to earliest: inout [StreakName: EventTimeKey]) {
        guard event.event.kind.isReportable, !corrections.cover(event) else { return }
        EventFacts.with(event) { facts in
            for name in entry.repairs where entry.continues(name, facts) {
                earliest[name] = min(earliest[name] ?? facts.key, facts.key)
            }
        }
    }
}

extension AssetEntry {
    /// Adds the sequences of the events from which the present state follows.
    func addNeeded(to sequences: inout Set<Int64>) {
        for (_, latest) in record.latest { sequences.insert(latest.event.timeKey.sequence) }
        for key in [record.description?.key, record.tags?.key, record.upstream?.key] {
            if let key { sequences.insert(key.sequence) }
        }
        record.success?.addNeeded(to: &sequences)
        record.version?.addNeeded(to: &sequences)
        for row in rows.partitions.values {
            for kind in EventKind.allCases {
                if let event = row.latest[kind] { sequences.insert(event.timeKey.sequence) }
            }
        }
        for row in rows.checks.values {
            sequences.insert(row.event.timeKey.sequence)
            row.streak.addNeeded(to: &sequences)
        }
    }
}

extension Streak {
    /// Adds the sequences of its first and last event, and of the last one before it with another value.
    fileprivate func addNeeded(to sequences: inout Set<Int64>) {
        for key in [last, other, since] {
            if let key { sequences.insert(key.sequence) }
        }
    }
}
