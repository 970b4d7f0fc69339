#if Catalog
import AssetlogCore

/// Finds in the log what the fold alone can't know: an asset after a void or a wipe, and the beginning of a streak that a late
/// event has broken.
struct Settling: Sendable {
    let log: any LogReader
    let memory: CatalogMemory
    let fold: LayerFold
    /// Where calls that block are made.
    let threads: BlockingPool

    /// Settles assets of the layer that is folded into, as of the last event that it contains.
    func settle(_ names: Set<AssetName>) async throws {
        for name in names.sorted() {
            guard
                let (entry, position) = memory.withLock({ state in
                    state.top.entries[name].map { ($0, state.top.position.sequence) }
                })
            else { continue }
            var settled = entry
            if entry.mustRefold { settled = try await refold(entry, upTo: position) }
            let corrections = settled.record.hasCorrections ? try await log.corrections(of: name, upTo: position) : Corrections()
            for streak in settled.repairs.sorted(by: { "\($0)" < "\($1)" }) {
                try await repair(streak, of: settled, upTo: position, corrections)
            }
            memory.withLock { _ in settled.repairs = [] }
        }
    }

    // MARK: Folding again

    private func refold(_ old: AssetEntry, upTo last: Int64) async throws -> AssetEntry {
        // What is removed while it is read would be counted twice, or not at all.
        for _ in 0..<Self.attempts {
            let sums = try await sums(of: old.name)
            // While the catalog is being made from the log, the others are added at its end.
            let mark = memory.withLock { $0.top.removals }
            let counted = sums.filter { mark.isComplete || $0.number <= mark.added }
            let (entry, bytes) = try await foldAgain(old, counted, upTo: last)
            guard try await self.sums(of: old.name).map(\.number) == sums.map(\.number) else { continue }
            fold.replace(with: entry, bytes: bytes)
            return entry
        }
        throw CatalogError(.unavailable, "Too many events of \(old.name.key.text) are being removed for it to be read.")
    }

    private static let attempts = 20

    private func sums(of name: AssetName) async throws -> [RemovedEvents] {
        try await log.removalReader?.removedEvents(of: name.assetKey, in: name.deployment.text) ?? []
    }

    private func foldAgain(
        _ old: AssetEntry, _ sums: [RemovedEvents], upTo last: Int64
    ) async throws -> (AssetEntry, bytes: Int) {
        let corrections = try await log.corrections(of: old.name, upTo: last)
        let entry = AssetEntry(old.name, id: old.id)
        entry.record.hasCorrections = true
        var bytes = 0
        let walk = LogWalk(log: log, filter: EventFilter(of: old.name, kinds: EventKind.counted), last: last)
        try await walk.forEachPage(after: corrections.wipedBelow) { events in
            bytes += try await threads.run {
                try events.reduce(0) { sum, event in
                    guard !corrections.cover(event) else { return sum }
                    return sum + (try EventFacts.with(event) { try entry.fold($0, onto: NoRows()) })
                }
            }
        }
        for sum in sums where sum.sequences.upperBound >= corrections.wipedBelow {
            let added = try RemovedSum(sum.payload)
            bytes += try await threads.run { try entry.add(added, onto: NoRows()) }
        }
        return (entry, bytes)
    }

    // MARK: Streaks

    private func repair(
        _ name: StreakName, of entry: AssetEntry, upTo last: Int64, _ corrections: Corrections
    ) async throws {
        guard let search = StreakSearch(for: name, of: entry) else { return }
        var earliest = search.last
        try await LogWalk(log: log, filter: search.filter, last: last).forEachPage { events in
            for event in events where event.timeKey < earliest && !corrections.cover(event) {
                if EventFacts.with(event, { entry.continues(name, $0) }) { earliest = event.timeKey }
            }
        }
        memory.withLock { [earliest] _ in entry.repair(name, since: earliest) }
    }
}

/// Where the beginning of a streak is looked for that is not known.
private struct StreakSearch {
    var filter: EventFilter
    /// The last event of the streak.
    let last: EventTimeKey

    init?(for name: StreakName, of entry: AssetEntry) {
        switch name {
        case .success:
            guard let streak = entry.record.success else { return nil }
            self.init(streak, EventFilter(of: entry.name, kinds: [streak.value ? .materialization : .materializationFailed]))
        case .version:
            guard let streak = entry.record.version else { return nil }
            self.init(streak, EventFilter(of: entry.name, kinds: [.materialization, .observation]))
        case .check(let check):
            guard let streak = entry.rows.checks[check]?.streak else { return nil }
            self.init(streak, EventFilter(of: entry.name, kinds: [.check]))
            (filter.checkName, filter.partition) = (check.name.text, check.partition)
        }
    }

    private init?<Value>(_ streak: Streak<Value>, _ filter: EventFilter) {
        guard streak.since == nil else { return nil }
        self.filter = filter
        self.filter.from = streak.other?.timestamp
        last = streak.last
    }
}
#endif
