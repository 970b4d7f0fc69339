import AssetlogCore

/// What is left of removed events.
struct MemoryRemovals {
    /// The identities that are still known, and when their events were removed.
    var identities: [EventIdentity: (identity: RemovedIdentity, time: Timestamp)] = [:]
    /// The sums, by ascending number.
    var sums: [RemovedEvents] = []
    var statistics = RemovalStatistics()

    /// Whether all of these sums are there.
    func hasSums(_ numbers: [Int64]) -> Bool {
        Set(numbers).isSubset(of: sums.map(\.number))
    }

    mutating func add(_ events: [LoggedEvent], _ removal: EventRemoval) {
        for event in events {
            let removed = event.event.withColumns { RemovedIdentity($0, at: event.sequence) }
            guard let removed else { continue }
            identities[EventIdentity(event.id, in: event.deployment)] = (removed, removal.time)
        }
        sums.removeAll { removal.replacedSums.contains($0.number) }
        for var sum in removal.sums {
            statistics.head += 1
            sum.number = statistics.head
            sums.append(sum)
        }
        statistics.events += Int64(events.count)
        guard let first = events.first?.sequence, let last = events.last?.sequence else { return }
        let old = statistics.sequences ?? first...last
        statistics.sequences = min(old.lowerBound, first)...max(old.upperBound, last)
    }
}

extension MemoryStorage: RetainingStorage {
    func remove(_ removal: EventRemoval) async throws -> Bool {
        try withOpenState { state in
            guard removal.isValid else { throw StorageError.invalidRemoval }
            let events = removal.sequences.compactMap { state.event(at: $0) }
            guard events.count == removal.sequences.count, state.removals.hasSums(removal.replacedSums) else { return false }
            let sequences = Set(removal.sequences)
            state.events.removeAll { sequences.contains($0.sequence) }
            state.timeKeys.remove(sequences)
            for event in events {
                let identity = EventIdentity(event.id, in: event.deployment)
                // Another event may have it by now, where the server made it.
                if state.sequences[identity] == event.sequence { state.sequences[identity] = nil }
            }
            state.removals.add(events, removal)
            return true
        }
    }

    func sequenceOfRemoved(_ id: EventID, deployment: String) async throws -> Int64? {
        try withOpenState { $0.removals.identities[EventIdentity(id, in: deployment)]?.identity.sequence }
    }

    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int {
        try withOpenState { state in
            let old = state.removals.identities.filter { $0.value.time < time }.sorted { $0.value.time < $1.value.time }
            for (identity, _) in old.prefix(limit) { state.removals.identities[identity] = nil }
            return min(old.count, limit)
        }
    }

    func removals() async throws -> RemovalStatistics {
        try withOpenState { $0.removals.statistics }
    }

    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try withOpenState { Array($0.removals.sums.filter { $0.number > number }.prefix(limit)) }
    }

    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try withOpenState { state in
            state.removals.sums.filter { $0.assetKey == assetKey && $0.deployment.utf8.elementsEqual(deployment.utf8) }
        }
    }
}
