import AssetlogCore
package import AssetlogObservation

extension Retention {
    /// Adds the families of retention.
    package func register(in registry: MetricsRegistry) {
        func add(_ family: MetricFamily, _ value: @escaping @Sendable (RetentionStatus) -> MetricSample.Value) {
            registry.register(family) { [self] in [MetricSample(.none, value(status))] }
        }
        add(MetricFamily("assetlog_retention_removed_events", .counter, help: "Events that retention has removed.")) {
            .integer(Int($0.removed))
        }
        add(
            MetricFamily(
                "assetlog_retention_overtaken_events", .counter, help: "Removed events that an exporter had not read, after waiting for it."
            )
        ) { .integer(Int($0.overtaken)) }
        add(MetricFamily("assetlog_retention_waiting_events", .gauge, help: "Old events that stay for an exporter, in the last run.")) {
            .integer(Int($0.waiting))
        }
        add(MetricFamily("assetlog_retention_running", .gauge, help: "Whether retention runs now on this server.")) {
            .integer($0.isRunning ? 1 : 0)
        }
        add(
            MetricFamily(
                "assetlog_retention_last_run_timestamp_seconds", .gauge, unit: .seconds,
                help: "When the last run on this server ended; 0 before the first.")
        ) { .number(Double($0.lastRun?.microseconds ?? 0) / 1e6) }
        add(
            MetricFamily(
                "assetlog_retention_last_run_seconds", .gauge, unit: .seconds, help: "How long the last run took.")
        ) { .number($0.lastDuration / .seconds(1)) }
        add(MetricFamily("assetlog_retention_failures", .counter, help: "Runs that failed; each is tried again.")) {
            .integer(Int($0.failures))
        }
    }
}
