public import AssetlogCore
public import AssetlogObservation
import Synchronization

/// The exporters of a server, by name: of which type they are, and how they are doing. State lives in a `Mutex`.
public final class ExporterRegistry: ExporterDirectory {
    private struct Entry: Sendable {
        var type: String
        var runner: ExporterRunner?
        var failure: String?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Makes an empty registry.
    public init() {}

    /// Adds an exporter that is not open yet.
    ///
    /// - Parameter failure: Why it could not be opened; nil: nobody tried yet.
    public func set(_ name: String, type: String, failure: String? = nil) {
        entries.withLock { $0[name] = Entry(type: type, failure: failure) }
    }

    /// Adds an exporter that runs, or replaces the one of this name.
    public func set(_ name: String, type: String, runner: ExporterRunner) {
        entries.withLock { $0[name] = Entry(type: type, runner: runner) }
    }

    /// The exporters by name, those that could not be opened yet included.
    public var exporters: [ListedExporter] {
        entries.withLock { $0 }
            .map { ListedExporter(name: $0, type: $1.type, report: $1.runner?.report, failure: $1.failure) }
            .sorted { $0.name < $1.name }
    }

    /// Lets an exporter that stopped for good, or whose destination is left alone, try again at once.
    public func restart(_ name: String) {
        entries.withLock { $0[name]?.runner }?.restart()
    }

    /// Tries whether the destination of an exporter takes events.
    public func test(_ name: String, with event: LoggedEvent) async throws -> String {
        let entry = entries.withLock { $0[name] }
        guard let runner = entry?.runner else {
            throw ExportError(entry?.failure ?? "The exporter \(name) is not open yet; try again in a moment.")
        }
        return try await runner.test(with: event)
    }

    /// Adds the families of the exporters. Their names and the reasons are few: they come from the configuration and the plugins.
    public func register(in registry: MetricsRegistry) {
        func family(
            _ name: String, _ kind: MetricFamily.Kind, unit: MetricFamily.Unit? = nil, _ help: String,
            _ samples: @escaping @Sendable (_ exporter: String, ExporterReport) -> [MetricSample]
        ) {
            registry.register(MetricFamily(name, kind, unit: unit, help: help)) { [weak self] in
                (self?.exporters ?? []).flatMap { entry in entry.report.map { samples(entry.name, $0) } ?? [] }
            }
        }
        family("assetlog_exporter_delivered", .counter, "Events that the exporter's destination has.") {
            [MetricSample(["exporter": $0], .integer($1.counts.delivered))]
        }
        family("assetlog_exporter_skipped", .counter, "Events that the exporter's destination can't express.") { name, report in
            // Without a series before the first skipped event, its increase would not be seen.
            let skipped = report.counts.skipped.isEmpty ? ["none": 0] : report.counts.skipped
            return skipped.sorted { $0.key < $1.key }.map {
                MetricSample(["exporter": name, "reason": $0.key], .integer($0.value))
            }
        }
        family("assetlog_exporter_failures", .counter, "Deliveries of events that failed.") {
            [MetricSample(["exporter": $0], .integer($1.counts.failures))]
        }
        family("assetlog_exporter_dead_letters", .gauge, "Events that the destination did not take, and that wait for an operator.") {
            [MetricSample(["exporter": $0], .integer($1.deadLetters))]
        }
        family(
            "assetlog_exporter_lag_seconds", .gauge, unit: .seconds,
            "Seconds since the oldest event was received that is not delivered."
        ) {
            [MetricSample(["exporter": $0], .number($1.lagSeconds))]
        }
        family(
            "assetlog_exporter_circuit", .gauge, "1 for the state of the exporter's circuit: closed, open or half_open."
        ) { name, report in
            ["closed", "open", "half_open"].map {
                MetricSample(["exporter": name, "state": $0], .integer(report.circuit == $0 ? 1 : 0))
            }
        }
        family("assetlog_exporter_paused", .gauge, "1 if the exporter is paused.") {
            [MetricSample(["exporter": $0], .integer($1.pause == nil ? 0 : 1))]
        }
    }
}
