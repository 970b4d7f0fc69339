public import AssetlogCore
public import Logging

/// Runs an exporter on the log: what reads for it, what delivers, its background work, and its end.
public final class ExporterRunner: Sendable {
    private let exporter: any Exporter
    private let engine: ExportEngine
    private let runner: ConsumerRunner
    private let logger: Logger

    /// Makes a runner for an open exporter; the parameters are those of ``ConsumerRunner``.
    ///
    /// The consumer has the exporter's name in the configuration.
    /// - Parameter delivery: How events are handed to the exporter.
    public init(
        name: String, exporter: any Exporter, log: any LogReader, cursors: any ConsumerStore,
        changes: @escaping @Sendable () -> AsyncStream<Void>, delivery: ExporterSettings = .init(),
        settings: ConsumerSettings = .init(), clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.exporter = exporter
        self.logger = logger
        engine = ExportEngine(
            name: name, exporter: exporter, log: log, store: cursors, settings: delivery, consumerSettings: settings,
            clock: ConsumerClock(clock), logger: logger)
        runner = ConsumerRunner(
            name: name, consumer: engine, log: log, cursors: cursors, changes: changes, settings: settings,
            clock: clock, logger: logger)
    }

    /// How the exporter's consumer is doing.
    public var status: ConsumerStatus { report.consumer }

    /// How the exporter is doing.
    public var report: ExporterReport { engine.report(runner.status) }

    /// Tries whether the destination takes events; see ``Exporter/test(with:)``.
    public func test(with event: LoggedEvent) async throws -> String { try await exporter.test(with: event) }

    /// Lets an exporter that failed for good try again, and one that waits after failures at once.
    public func restart() {
        engine.restart()
        runner.restart()
    }

    /// Works until the task is cancelled, then finishes the deliveries under way, within a bound, and closes the exporter.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { await self.runner.run() }
            group.addTask {
                await self.engine.run(holding: self.runner.lease, whenRoom: self.runner.wakeUp, whenResumed: self.restart)
            }
            group.addTask { await self.runBackgroundWork() }
        }
        await exporter.close()
    }

    // Background work that fails must not end the deliveries, and the server even less.
    private func runBackgroundWork() async {
        while !Task.isCancelled {
            do {
                try await exporter.run()
                return
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(
                    "An exporter's background work failed; restarting it.",
                    metadata: ["exporter.name": "\(status.name)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }
}
