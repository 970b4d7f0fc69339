import AssetlogObservation

/// What the streams of a server count.
struct StreamMetrics: Sendable {
    let sentEvents = Counter()
    private let ended: [(reason: String, counter: Counter)] = StreamEnding.reasons.map { ($0, Counter()) }

    func ended(_ ending: StreamEnding) {
        ended.first { $0.reason == ending.reason }?.counter.add()
    }

    func register(in registry: MetricsRegistry, openStreams: @escaping @Sendable () -> Int) {
        registry.register(MetricFamily("assetlog_streams", .gauge, help: "Event streams that are open.")) {
            [MetricSample([:], .integer(openStreams()))]
        }
        let endings = MetricFamily("assetlog_streams_ended", .counter, help: "Event streams that have ended, by the reason.")
        for (reason, counter) in ended { registry.register(endings, ["reason": reason], counter) }
        registry.register(
            MetricFamily("assetlog_stream_events_sent", .counter, help: "Events that were written to streams."), sentEvents)
    }
}
