import AssetlogCore
import Synchronization

/// How an exporter is doing.
public struct ExporterReport: Hashable, Sendable {
    /// How its consumer is doing; the phase takes the deliveries into account.
    public var consumer: ConsumerStatus
    /// Why it is paused; nil: it is not.
    public var pause: String?
    /// How the circuit stands: `closed`, `open` or `half_open`.
    public var circuit: String
    /// For how long the oldest event that was not delivered has been in the log, in seconds; 0 when there is none.
    public var lagSeconds: Double
    /// How many events were read and are not finished.
    public var waiting: Int
    /// How many dead letters the storage has of it.
    public var deadLetters: Int
    /// What it has done since the server started.
    public var counts: ExporterCounts
}

/// What an exporter has done since the server started.
public struct ExporterCounts: Hashable, Sendable {
    /// Events that the destination has.
    public var delivered = 0
    /// Events that the destination can't express, by reason.
    public var skipped: [String: Int] = [:]
    /// Deliveries of an event, or of a whole batch, that failed.
    public var failures = 0
    /// Events that became dead letters.
    public var dead = 0

    mutating func add(_ outcome: DeliveryWindow.Outcome) {
        delivered += outcome.delivered
        skipped.merge(outcome.skipped, uniquingKeysWith: +)
        failures += outcome.failed + outcome.dead
        dead += outcome.dead
    }
}

extension ExportEngine {
    /// How the deliveries are doing.
    ///
    /// - Parameter consumer: How the consumer is doing that feeds them.
    func report(_ consumer: ConsumerStatus) -> ExporterReport {
        state.withLock { state in
            var consumer = consumer
            if consumer.phase != .ended, consumer.phase != .standingBy { state.refine(&consumer) }
            let age = state.window.oldest.map { Double(Timestamp.now().microseconds - $0.microseconds) / 1e6 } ?? 0
            return ExporterReport(
                consumer: consumer, pause: state.pause, circuit: state.circuit.state.rawValue, lagSeconds: max(0, age),
                waiting: state.window.count, deadLetters: state.deadLetters, counts: state.counts)
        }
    }
}

extension ExportEngine.State {
    fileprivate func refine(_ status: inout ConsumerStatus) {
        if let stop {
            (status.phase, status.lastError) = (.stopped, stop)
        } else if pause != nil {
            status.phase = .paused
        } else if circuit.failures > 0 {
            (status.phase, status.failures, status.lastError) = (.retrying, circuit.failures, lastError)
        } else if status.phase == .following, window.count > 0 {
            status.phase = .catchingUp
        }
    }
}
