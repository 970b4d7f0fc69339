public import AssetlogCore
public import Logging

/// Runs an exporter on the log: its consumer, its background work, and its end.
public final class ExporterRunner: Sendable {
    private let exporter: any Exporter
    private let runner: ConsumerRunner
    private let logger: Logger

    /// Makes a runner for an open exporter; the parameters are those of ``ConsumerRunner``.
    ///
    /// The consumer has the exporter's name in the configuration.
    public init(
        name: String, exporter: any Exporter, log: any LogReader, cursors: any ConsumerStore,
        changes: @escaping @Sendable () -> AsyncStream<Void>, settings: ConsumerSettings = .init(),
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.exporter = exporter
        self.logger = logger
        runner = ConsumerRunner(
            name: name, consumer: InOrder(exporter: exporter), log: log, cursors: cursors, changes: changes, settings: settings,
            clock: clock, logger: logger)
    }

    /// How the exporter's consumer is doing.
    public var status: ConsumerStatus { runner.status }

    /// How the exporter is doing.
    public var report: ExporterReport { ExporterReport(status) }

    /// Tries whether the destination takes events; see ``Exporter/test(with:)``.
    public func test(with event: LoggedEvent) async throws -> String { try await exporter.test(with: event) }

    /// Lets an exporter that failed for good try again.
    public func restart() {
        runner.restart()
    }

    /// Works until the task is cancelled, then finishes the delivery under way, within a bound, and closes the exporter.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { await self.runner.run() }
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

private struct InOrder: LogConsumer {
    let exporter: any Exporter
    func consume(_ batch: ConsumerBatch) async throws { _ = try await exporter.deliver(batch) }
    func position() async throws -> DeliveredPosition? { try await exporter.position() }
}
