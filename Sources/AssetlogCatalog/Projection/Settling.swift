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
            let corrections = settled.record.hasCorrections ? try await self.corrections(of: name, upTo: position) : Corrections()
            for streak in settled.repairs.sorted(by: { "\($0)" < "\($1)" }) {
                try await repair(streak, of: settled, upTo: position, corrections)
            }
            memory.withLock { _ in settled.repairs = [] }
        }
    }

    private func filter(_ name: AssetName, _ kinds: Set<EventKind>) -> EventFilter {
        EventFilter(deployment: name.deployment.text, assetKey: name.assetKey, kinds: kinds)
    }

    private func corrections(of name: AssetName, upTo last: Int64) async throws -> Corrections {
        var corrections = Corrections()
        try await LogWalk(log: log, filter: filter(name, EventKind.corrections), last: last).forEachPage { events in
            for event in events { corrections.add(event) }
        }
        return corrections
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
        let corrections = try await corrections(of: old.name, upTo: last)
        let entry = AssetEntry(old.name, id: old.id)
        entry.record.hasCorrections = true
        var bytes = 0
        let walk = LogWalk(log: log, filter: filter(old.name, EventKind.counted), last: last)
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
        switch name {
        case .success:
            guard let streak = entry.record.success, streak.since == nil else { return }
            let filter = filter(entry.name, [streak.value ? .materialization : .materializationFailed])
            let since = try await beginning(of: streak, filter, upTo: last, corrections) { _ in streak.value }
            memory.withLock { _ in entry.record.success?.repair(since: since) }
        case .version:
            guard let streak = entry.record.version, streak.since == nil else { return }
            let filter = filter(entry.name, [.materialization, .observation])
            let since = try await beginning(of: streak, filter, upTo: last, corrections) { facts in
                facts.dataVersion.flatMap(JSONString.text).map(ByteText.init)
            }
            memory.withLock { _ in entry.record.version?.repair(since: since) }
        case .check(let check):
            guard let streak = entry.rows.checks[check]?.streak, streak.since == nil else { return }
            var filter = filter(entry.name, [.check])
            filter.checkName = check.name.text
            filter.partition = check.partition
            let since = try await beginning(of: streak, filter, upTo: last, corrections) { facts in
                check.part == .wholeAsset && facts.partition != nil ? nil : facts.outcome?.result
            }
            memory.withLock { _ in entry.rows.checks[check]?.repair(since: since) }
        }
    }

    /// The earliest event of a streak.
    private func beginning<Value>(
        of streak: Streak<Value>, _ filter: EventFilter, upTo last: Int64, _ corrections: Corrections,
        _ value: (EventFacts) -> Value?
    ) async throws -> EventTimeKey {
        var filter = filter
        filter.from = streak.other?.timestamp
        var earliest = streak.last
        try await LogWalk(log: log, filter: filter, last: last).forEachPage { events in
            for event in events where event.timeKey < earliest && streak.contains(event.timeKey) && !corrections.cover(event) {
                if EventFacts.with(event, value) == streak.value { earliest = event.timeKey }
            }
        }
        return earliest
    }
}
#endif
