import AssetlogCore

/// Decides which events of one asset go. It reads nothing itself.
///
/// An event goes when the rule for its kind lets it go, nothing needs it, and it does not lie behind the last sequence that
/// everybody has read.
struct RetentionPlan: Sendable {
    /// What becomes of an event.
    enum Decision: Equatable {
        /// It stays.
        case stays
        /// It goes, by the rule of this index.
        case goes(rule: Int)
        /// It would go, but for an exporter that has not read it.
        case waits(rule: Int)
    }

    let rules: AssetRules
    let now: Timestamp
    /// For kinds whose rules keep a number of events: the first of those that stay.
    let firstOfLast: [EventKind: Int64]
    /// The events that something needs.
    let needed: Set<Int64>
    /// The last sequence that may go.
    let last: Int64
    /// The last sequence that every exporter has read.
    let exported: Int64
    /// By how long an event waits for exporters at most, once it may go.
    let patience: Duration

    /// Servers that share a log have clocks that differ by no more than this.
    private static let clockDifference = Duration.seconds(3600)

    func decision(_ event: LoggedEvent) -> Decision {
        guard event.sequence <= last, let (index, rule) = rules[event.event.kind], isOver(event, rule, now),
            !needed.contains(event.sequence)
        else { return .stays }
        if event.sequence <= exported { return .goes(rule: index) }
        // It has waited for long enough if it could have gone so long ago.
        guard let keepFor = rule.keepFor, age(event, now) > keepFor + patience else { return .waits(rule: index) }
        return .goes(rule: index)
    }

    /// Whether no event behind this one goes, so that reading on finds none.
    func isEnd(_ event: LoggedEvent) -> Bool {
        guard event.sequence <= last else { return true }
        return !rules.kinds.contains { kind in
            guard let (_, rule) = rules[kind] else { return false }
            if let keepFor = rule.keepFor, age(event, now) + Self.clockDifference <= keepFor { return false }
            return rule.keepLast == nil || event.sequence < firstOfLast[kind] ?? 0
        }
    }

    private func isOver(_ event: LoggedEvent, _ rule: RetentionRule, _ time: Timestamp) -> Bool {
        if let keepFor = rule.keepFor, age(event, time) <= keepFor { return false }
        if rule.keepLast != nil, event.sequence >= firstOfLast[event.event.kind] ?? 0 { return false }
        return rule.keepFor != nil || rule.keepLast != nil
    }

    private func age(_ event: LoggedEvent, _ time: Timestamp) -> Duration {
        .microseconds(time.microseconds - event.event.receivedAt.microseconds)
    }
}
