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

    /// Counts a request, and logs its record, which is made only if a log takes it.
    public func answered(_ route: RequestRoute, status: Int, nanoseconds: Int, _ record: () -> AccessRecord) {
        metrics.answered(route, status: status, nanoseconds: nanoseconds)
        sink.answered(status: status, record)
    }
}
