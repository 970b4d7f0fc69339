import AssetlogCore
import AssetlogObservation

/// What the log counts: a few additions for each commit, none for each event but that of its kind.
final class LogMetrics: Sendable {
    private let committed = Counter()
    private let failed = Counter()
    private let events = Histogram(HistogramBounds.commitEvents)
    private let duration = Histogram(seconds: HistogramBounds.commitSeconds)
    // By the raw value of the kind.
    private let recorded = (0...(EventKind.allCases.map { Int($0.rawValue) }.max() ?? 0)).map { _ in Counter() }
    let refusedAsFull = Counter()
    let refusedAsClosed = Counter()
    private let duplicates = Counter()
    private let refusedAsConflict = Counter()
    private let refusedAsUnchecked = Counter()
    private let refusedWithGroup = Counter()

    /// Counts a commit that succeeded.
    func committed(_ batch: borrowing EventBatch, _ outcome: AppendOutcome, in duration: Duration) {
        committed.add()
        events.observe(batch.count - outcome.skippedEvents.count)
        self.duration.observe(duration)
        var counts = batch.kindCounts
        for exception in outcome.skippedEvents {
            counts[batch.withColumns(at: exception.index) { Int($0.kind.rawValue) }] -= 1
            counter(of: exception.reason).add()
        }
        for (counter, count) in zip(recorded, counts) where count > 0 { counter.add(count) }
    }

    private func counter(of reason: SkippedEvent.Reason) -> Counter {
        switch reason {
        case .duplicate: duplicates
        case .conflict: refusedAsConflict
        case .indeterminate: refusedAsUnchecked
        case .groupAborted: refusedWithGroup
        }
    }

    /// Counts a commit that failed.
    func failed(in duration: Duration) {
        failed.add()
        self.duration.observe(duration)
    }

    func register(in registry: MetricsRegistry) {
        let commits = MetricFamily("assetlog_commits", .counter, help: "Commits of the log, by outcome.")
        registry.register(commits, ["outcome": "committed"], committed)
        registry.register(commits, ["outcome": "failed"], failed)
        registry.register(
            MetricFamily("assetlog_commit_events", .histogram, help: "Events in each commit that succeeded."), events)
        registry.register(
            MetricFamily(
                "assetlog_commit_duration_seconds", .histogram, unit: .seconds,
                help: "How long the storage took for each commit, including failed ones."), duration)
        let recordedFamily = MetricFamily(
            "assetlog_events_recorded", .counter, help: "Events that became durable since the start, by kind.")
        for kind in EventKind.allCases {
            registry.register(recordedFamily, ["kind": kind.name], recorded[Int(kind.rawValue)])
        }
        let refused = MetricFamily(
            "assetlog_events_refused", .counter,
            help: "Events that were not recorded: the queue was full (full), the server was stopping (stopping), their ID"
                + " belongs to another event (conflict) or could not be looked up (unchecked), or another event of"
                + " their group was refused (group).")
        registry.register(refused, ["reason": "full"], refusedAsFull)
        registry.register(refused, ["reason": "stopping"], refusedAsClosed)
        registry.register(refused, ["reason": "conflict"], refusedAsConflict)
        registry.register(refused, ["reason": "unchecked"], refusedAsUnchecked)
        registry.register(refused, ["reason": "group"], refusedWithGroup)
        registry.register(
            MetricFamily(
                "assetlog_events_duplicate", .counter, help: "Events that were sent again and are recorded only once."),
            duplicates)
    }
}
