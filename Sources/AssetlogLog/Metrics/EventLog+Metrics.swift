import AssetlogCore
public import AssetlogObservation

/// What waits for a commit, the commit under way included.
public struct QueueDepth: Hashable, Sendable {
    /// The number of events.
    public var events: Int
    /// The bytes of their columns.
    public var bytes: Int
}

extension EventLog {
    /// Adds the families of the log.
    public func register(in registry: MetricsRegistry) {
        metrics.register(in: registry)
        func gauge(
            _ name: String, unit: MetricFamily.Unit? = nil, _ help: String, _ value: @escaping @Sendable (EventLog) -> Int
        ) {
            registry.register(MetricFamily(name, .gauge, unit: unit, help: help)) { [weak self] in
                self.map { [MetricSample(.none, .integer(value($0)))] } ?? []
            }
        }
        gauge("assetlog_queue_events", "Events that wait for a commit or are being committed.") { $0.queue.events }
        gauge("assetlog_queue_bytes", unit: .bytes, "Bytes of the events that wait or are being committed.") {
            $0.queue.bytes
        }
        gauge("assetlog_queue_waiting_slices", "Slices of large requests that wait for room in the queue.") {
            $0.waitingSliceCount
        }
        gauge("assetlog_queue_limit_events", "Events beyond which reports are answered 503.") { $0.limits.queuedEvents }
        gauge("assetlog_queue_limit_bytes", unit: .bytes, "Bytes beyond which reports are answered 503.") {
            $0.limits.queuedBytes
        }
        gauge("assetlog_ready", "1 while the log accepts events, 0 while the storage fails to record them or the server stops.") {
            if case .ready = $0.health { 1 } else { 0 }
        }
    }
}
