import Synchronization

/// The metrics of a process: families, and where their numbers come from at a scrape.
public final class MetricsRegistry: Sendable {
    /// Gives the present numbers of a family. Called on the thread of a scrape; it must be quick and must not fail:
    /// what is not known is left out.
    public typealias Collect = @Sendable () -> [MetricSample]

    private struct Entry {
        let family: MetricFamily
        var sources: [Collect]
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Makes a registry without families.
    public init() {}

    /// Adds a family. One that is there already, by its name, gets further numbers.
    public func register(_ family: MetricFamily, collect: @escaping Collect) {
        entries.withLock { $0[family.name, default: Entry(family: family, sources: [])].sources.append(collect) }
    }

    /// Adds a counter, a gauge or a histogram.
    public func register(_ family: MetricFamily, _ labels: MetricLabels, _ metric: some Metric) {
        register(family) { [MetricSample(labels, metric.sampleValue)] }
    }

    /// Adds a counter, a gauge or a histogram without labels.
    public func register(_ family: MetricFamily, _ metric: some Metric) {
        register(family, .none, metric)
    }

    /// The families, by name.
    public var families: [MetricFamily] {
        entries.withLock { $0.values.map(\.family) }.sorted { $0.name < $1.name }
    }

    /// The present numbers in a text format.
    public func render(_ format: ExpositionFormat) -> String {
        // The sources run outside the lock: one that waits must not keep others from registering.
        let entries = entries.withLock { Array($0.values) }.sorted { $0.family.name < $1.family.name }
        var writer = ExpositionWriter(format)
        for entry in entries { writer.append(entry.family, entry.sources.flatMap { $0() }) }
        return writer.finished()
    }
}
