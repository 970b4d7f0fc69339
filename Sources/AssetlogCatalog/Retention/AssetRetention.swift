import AssetlogCore

/// What holds for all assets in one run of retention.
struct RetentionLimits: Sendable {
    /// By which time events are old.
    var now: Timestamp
    /// The end of the log; what comes later does not count.
    var head: Int64
    /// The last sequence that may go: the catalog's file contains it.
    var last: Int64
    /// The last sequence that every exporter has read.
    var exported: Int64
    /// How long events wait for exporters, once they may go.
    var patience: Duration
    /// The sequences that dead letters name.
    var deadLetters: Set<Int64>
}

/// Finds out which events of one asset go, by reading its events.
struct AssetRetention: Sendable {
    let log: any LogReader
    let name: AssetName
    let rules: AssetRules
    let limits: RetentionLimits

    /// What is known before the first event goes.
    struct Basis: Sendable {
        var plan: RetentionPlan
        var corrections: Corrections
    }

    /// What the asset's events up to the end of the log say: the same for as long as that end is.
    struct Facts: Sendable {
        /// Of the kinds of which a number stays, the first of these; 0: there are no more than those.
        var firstOfLast: [EventKind: Int64]
        /// The events that something needs, and the voids and wipes; nil: nobody has asked yet.
        var stays: (needed: Set<Int64>, corrections: Corrections)?
    }

    /// - Parameters:
    ///   - sequence: Only events behind it are asked about.
    ///   - facts: What was found out before; what is found out now is added to it.
    /// - Returns: What to do; nil: nothing of the asset goes.
    func basis(after sequence: Int64 = 0, knowing facts: inout Facts?) async throws -> Basis? {
        guard !rules.kinds.isEmpty else { return nil }
        var known: Facts
        if let facts { known = facts } else { known = Facts(firstOfLast: try await firstOfLast()) }
        facts = known
        let draft = plan(known.firstOfLast, needed: [])
        let first = try await log.events(EventQuery(order: .ascending(after: sequence), limit: 1, filter: filter(rules.kinds))).events.first
        guard let first, !draft.isEnd(first) else { return nil }
        if known.stays == nil {
            let corrections = try await log.corrections(of: name, upTo: limits.head)
            known.stays = (try await needed(corrections), corrections)
            facts = known
        }
        guard let stays = known.stays else { return nil }
        return Basis(
            plan: plan(known.firstOfLast, needed: stays.needed.union(limits.deadLetters)), corrections: stays.corrections)
    }

    /// Calls `body` with the events behind a sequence that go or wait, in the order of the log, until it returns false.
    func forEachOld(
        _ plan: RetentionPlan, after first: Int64 = 0, _ body: (LoggedEvent, RetentionPlan.Decision) -> Bool
    ) async throws {
        // Often few of them are in the window.
        try await walk(rules.kinds, after: first, firstLimit: 64) { events in
            for event in events {
                if plan.isEnd(event) { return false }
                let decision = plan.decision(event)
                if decision != .stays, !body(event, decision) { return false }
            }
            return true
        }
    }

    private func plan(_ firsts: [EventKind: Int64], needed: Set<Int64>) -> RetentionPlan {
        RetentionPlan(
            rules: rules, now: limits.now, firstOfLast: firsts, needed: needed,
            // The last event of the log stays: a catalog that is made again has come to the end when it has read it.
            last: min(limits.last, limits.head - 1),
            exported: limits.exported, patience: limits.patience)
    }

    private func filter(_ kinds: Set<EventKind>?) -> EventFilter {
        EventFilter(deployment: name.deployment.text, assetKey: name.assetKey, kinds: kinds)
    }

    // MARK: Reading

    private func firstOfLast() async throws -> [EventKind: Int64] {
        var firsts: [EventKind: Int64] = [:]
        for kind in rules.kinds {
            guard var rest = rules[kind]?.rule.keepLast else { continue }
            guard rest > 0 else {
                firsts[kind] = .max
                continue
            }
            var order = EventQuery.Order.descending(before: limits.head + 1)
            firsts[kind] = 0
            while true {
                let page = try await log.events(EventQuery(order: order, limit: min(rest, 1000), filter: filter([kind])))
                rest -= page.events.count
                if rest == 0 { firsts[kind] = page.events.last?.sequence }
                guard rest > 0, let next = page.continuation, next != order else { break }
                order = next
            }
        }
        return firsts
    }

    private func needed(_ corrections: Corrections) async throws -> Set<Int64> {
        var needed = NeededEvents(name, corrections)
        try await walk(nil) { events in
            for event in events { needed.add(event) }
            return true
        }
        var sequences = needed.sequences
        guard !needed.hiddenStreaks.isEmpty else { return sequences }
        var earliest: [StreakName: EventTimeKey] = [:]
        try await walk(nil) { events in
            for event in events { needed.addHidden(event, to: &earliest) }
            return true
        }
        for key in earliest.values { sequences.insert(key.sequence) }
        return sequences
    }

    /// Calls `body` with the asset's events up to the end of the log, a page at a time, until it returns false.
    private func walk(
        _ kinds: Set<EventKind>?, after first: Int64 = 0, firstLimit: Int? = nil, _ body: ([LoggedEvent]) throws -> Bool
    ) async throws {
        try await LogWalk(log: log, filter: filter(kinds), last: limits.head, firstLimit: firstLimit).walk(after: first, while: body)
    }
}
