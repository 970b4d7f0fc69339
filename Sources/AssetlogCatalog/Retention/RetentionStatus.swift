package import AssetlogCore

/// How retention is doing.
package struct RetentionStatus: Hashable, Sendable {
    /// How many events this server has removed since its start.
    package var removed: Int64 = 0
    /// How many of them an exporter had not read.
    package var overtaken: Int64 = 0
    /// How many events would go, but waited for an exporter in the last run.
    package var waiting: Int64 = 0
    /// When the last run ended; nil: none has since the start.
    package var lastRun: Timestamp?
    /// How long the last run took.
    package var lastDuration: Duration = .zero
    /// Whether it runs now.
    package var isRunning = false
    /// How many runs failed since the start.
    package var failures: Int64 = 0

    /// The status of one that has not begun.
    package init() {}
}
