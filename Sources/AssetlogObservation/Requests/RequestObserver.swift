import AssetlogCore

/// Counts and logs the requests that were answered.
public struct RequestObserver: Sendable {
    /// Where they are counted.
    public let metrics: RequestMetrics
    /// Where they are logged.
    public let sink: any RequestSink

    /// Makes an observer.
    public init(metrics: RequestMetrics = .init(), sink: any RequestSink = NoRequestSink()) {
        self.metrics = metrics
        self.sink = sink
    }

    /// Whether a log takes the record of a request with this status. A record costs allocations, so ask before making one.
    public func wants(status: Int) -> Bool { sink.wants(status: status) }

    /// Counts a request, and logs its record, which is made only if a log takes it.
    public func answered(_ route: RequestRoute, status: Int, nanoseconds: Int, _ record: () -> AccessRecord) {
        metrics.answered(route, status: status, nanoseconds: nanoseconds)
        sink.answered(status: status, record)
    }

    /// Counts a request, and completes, logs and takes away the record that was begun for it; nil: no log takes it.
    ///
    /// For requests whose bytes are gone when the answer is known. The record is not copied, because it is large and most
    /// often nil.
    public func answered(_ route: RequestRoute, status: Int, nanoseconds: Int, taking record: inout AccessRecord?) {
        metrics.answered(route, status: status, nanoseconds: nanoseconds)
        guard record != nil else { return }
        record?.time = .now()
        record?.nanoseconds = nanoseconds
        record?.status = status
        if let record = record.take() { sink.answered(record) }
    }
}
