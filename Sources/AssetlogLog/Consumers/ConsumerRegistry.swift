public import AssetlogObservation
import Synchronization

/// The consumers of a server, by name: how they are doing, and how one that stopped is restarted. State lives in a `Mutex`.
public final class ConsumerRegistry: Sendable {
    private struct Entry: Sendable {
        var status: @Sendable () -> ConsumerStatus
        var restart: @Sendable () -> Void
    }

    private let consumers = Mutex<[String: Entry]>([:])

    /// Makes an empty directory.
    public init() {}

    /// Adds a consumer, or replaces the one of this name.
    ///
    /// - Parameter restart: Lets the consumer try again after a permanent failure.
    public func set(
        _ name: String, restart: @escaping @Sendable () -> Void = {}, status: @escaping @Sendable () -> ConsumerStatus
    ) {
        consumers.withLock { $0[name] = Entry(status: status, restart: restart) }
    }

    /// Lets the consumers that failed permanently try again; the others are left alone.
    public func restartStopped() {
        for entry in consumers.withLock({ Array($0.values) }) where entry.status().phase == .stopped { entry.restart() }
    }

    /// How the consumers are doing, by name.
    public var statuses: [ConsumerStatus] {
        consumers.withLock { Array($0.values) }.map { $0.status() }.sorted { $0.name < $1.name }
    }

    /// Adds the families of the consumers. Their names come from the configuration, so that they are few.
    public func register(in registry: MetricsRegistry) {
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (ConsumerStatus) -> Int) {
            registry.register(MetricFamily(name, .gauge, help: help)) { [weak self] in
                (self?.statuses ?? []).map { MetricSample(["consumer": $0.name], .integer(value($0))) }
            }
        }
        gauge("assetlog_consumer_position", "The last sequence that the consumer has read.") { Int($0.position) }
        gauge("assetlog_consumer_lag", "Sequences between the consumer and the end of the log.") { Int($0.lag) }
        gauge("assetlog_consumer_failures", "Failures of the consumer since its last success.") { $0.failures }
        gauge("assetlog_consumer_stopped", "1 if the consumer failed permanently and needs attention.") {
            $0.phase == .stopped ? 1 : 0
        }
        gauge("assetlog_consumer_standing_by", "1 if another server on the same storage runs the consumer.") {
            $0.phase == .standingBy ? 1 : 0
        }
    }
}
