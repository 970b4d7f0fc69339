import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore

/// What the connections of one event loop share, and the clock that looks after them.
///
/// Confined to its event loop, which is why it may be handed to other threads: they only submit work to that loop.
final class ServerLoop: @unchecked Sendable {
    /// How often the clock ticks: deadlines are observed no finer than this.
    private static let tick = TimeAmount.milliseconds(500)

    let eventLoop: any EventLoop
    let limits: HTTPLimits
    let logger: Logger
    let observer: RequestObserver
    /// What is kept of requests; shared with the other loops and the API.
    let memory: MemoryBudget.Share
    let transportSecurity: TransportSecurity?
    let openAPIConnection: @Sendable (APIConnection) -> Void
    let reports: ReportIngest
    let bodies: FastPathBodies
    let connections: ConnectionRegistry
    private(set) var encoder = PlainResponseEncoder(at: .now())
    private var clock: RepeatedTask?

    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    init(
        eventLoop: any EventLoop, configuration: HTTPServerConfiguration, log: EventLog, logger: Logger,
        openAPIConnection: @escaping @Sendable (APIConnection) -> Void
    ) throws {
        self.eventLoop = eventLoop
        self.logger = logger
        self.openAPIConnection = openAPIConnection
        limits = HTTPLimits(configuration.limits)
        bodies = FastPathBodies(limits: limits.body, memory: configuration.memory.requests)
        observer = configuration.observer
        memory = configuration.memory.requests
        transportSecurity = configuration.transportSecurity
        reports = try ReportIngest(eventLoop: eventLoop, configuration: configuration, log: log)
        connections = ConnectionRegistry(eventLoop: eventLoop)
    }

    /// The fast path's answer to a report that is durable.
    func recorded(_ id: EventID, _ fields: [(name: String, value: String)], closes: Bool) -> ByteBuffer {
        encoder.recorded(id, fields, closes: closes)
    }

    /// Starts the clock that notifies handlers of slow peers and sets the date of answers.
    func startClock() {
        clock = eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [unowned self] _ in
            encoder.setDate(.now())
            connections.expire(at: .now())
        }
    }

    func stopClock() {
        clock?.cancel()
    }
}
