import AssetlogAPI
import AssetlogCatalog
import AssetlogCore
import AssetlogHTTP
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore

/// Everything that a running server holds, from the sockets down to the storage.
struct RunningServer {
    /// Where it is reached: `https://127.0.0.1:3000/dagster`.
    let url: String
    private let configuration: ServerConfiguration
    private let certificates: CertificateReloader?
    private let storage: any Storage
    private let tokens: ServerTokens
    private let log: EventLog
    private let catalog: (any FollowingCatalog)?
    private let voids: VoidIndex
    private let retention: Retention?
    private let memory: ServerMemory
    private let api: APIService
    private let http: HTTPServer
    private let observability: Observability
    private let makeLogger: @Sendable (String) -> Logger
    private let logger: Logger

    // MARK: Opening

    /// Opens a server that was configured: the log files and the certificate first, because they can't harm anything,
    /// then the storage, the tokens, and then the socket. What was opened is closed again when a later step fails.
    ///
    /// - Throws: `LogFileError`, `TLSError`, `StorageError`, `HTTPServerError`, each with a sentence for the operator.
    static func open(
        _ configuration: ServerConfiguration, acceptsLoss: Bool = false, makeLogger: @escaping @Sendable (String) -> Logger
    ) async throws -> RunningServer {
        let observability = try await Observability.open(configuration.log, makeLogger: makeLogger)
        do {
            return try await open(configuration, acceptsLoss: acceptsLoss, observability, makeLogger)
        } catch {
            await observability.close()
            throw error
        }
    }

    private static func open(
        _ configuration: ServerConfiguration, acceptsLoss: Bool, _ observability: Observability,
        _ makeLogger: @escaping @Sendable (String) -> Logger
    ) async throws -> RunningServer {
        let logger = makeLogger("assetlog")
        let certificates = try configuration.tls.map { settings in
            try CertificateReloader(
                settings, handshakeTimeout: configuration.limits.handshakeTimeout, audit: observability.audit,
                logger: makeLogger("assetlog.tls"))
        }
        let context = PluginContext(
            name: configuration.storage.name, logger: makeLogger("assetlog.storage.\(configuration.storage.name)"),
            acceptsLoss: acceptsLoss)
        let storage = WatchedStorage(try await configuration.storage.setup.open(context), logger: context.logger)
        storage.register(in: observability.registry)
        if let problem = storage.health().problem {
            logger.warning(
                "The storage can't be reached; starting anyway, but not ready until it can.",
                metadata: ["storage.type": "\(configuration.storage.name)", "error": "\(problem)"])
        }
        let tokens: ServerTokens
        do {
            tokens = try await ServerTokens.open(
                configuration, audit: observability.audit, logger: makeLogger("assetlog.tokens"))
        } catch {
            await storage.close()
            throw error
        }
        let log = EventLog(
            storage: storage,
            limits: .init(queuedEvents: configuration.limits.queueEvents, queuedBytes: configuration.limits.queueBytes),
            logger: makeLogger("assetlog.log"))
        log.start()
        log.register(in: observability.registry)
        let catalog = configuration.catalog.flatMap { settings in
            CatalogFactory.make(settings, log: storage, changes: { log.changes() }, logger: makeLogger("assetlog.catalog"))
        }
        catalog?.register(in: observability.registry)
        let retention = configuration.retention(of: storage, catalog, logger: makeLogger("assetlog.retention"))
        retention?.register(in: observability.registry)
        let metrics = HTTPServer.makeMetrics(handshakeFailures: TransportSecurity.handshakeFailures)
        metrics.register(in: observability.registry)
        let observer = RequestObserver(metrics: metrics, sink: observability.requests)
        let memory = ServerMemory(configuration.limits)
        memory.register(in: observability.registry)
        for exporter in configuration.exporters { observability.exporters.set(exporter.name, type: exporter.type) }
        let voids = VoidIndex(storage: storage, logger: makeLogger("assetlog.voids"))
        do {
            let sessions = try await configuration.sessionSigner(logger: logger)
            let api = APIService(
                log: log, catalog: catalog, configuration: configuration.api(memory), voids: voids, tokens: tokens.registry,
                exporters: observability.exporters,
                receivers: configuration.receivers.map { NamedReceiver(name: $0.name, setup: $0.setup) }, audit: observability.audit,
                observer: observer, registry: observability.registry,
                pages: sessions.flatMap { PageFactory.make($0, tokens: tokens.registry, audit: observability.audit) },
                logger: makeLogger("assetlog.api"))
            let http = try HTTPServer(
                configuration: configuration.listener(
                    observer: observer, certificates: certificates, tokens: tokens.registry, sessions: sessions, memory: memory),
                log: log, api: api.respond, logger: makeLogger("assetlog.http"))
            let address = try await http.start()
            return RunningServer(
                url: configuration.url(at: address), configuration: configuration, certificates: certificates,
                storage: storage, tokens: tokens, log: log, catalog: catalog, voids: voids, retention: retention, memory: memory, api: api,
                http: http, observability: observability,
                makeLogger: makeLogger, logger: logger)
        } catch {
            await log.drain()
            await tokens.close()
            await storage.close()
            throw error
        }
    }

    // MARK: Running

    /// Serves until `stop` returns, then ends in order: readiness turns 503, nothing new is accepted, requests under
    /// way are committed and answered, the consumers stop, the writer drains, the storage closes.
    func run(until stop: () async -> Void) async {
        observability.audit.recordToFileOnly(
            AuditEvent(.serverStarted, [LogField("url", url), LogField("version", Assetlog.version)]))
        // Each group ends before the one around it, which is the order of the end.
        await withTaskGroup(of: Void.self) { background in
            background.addTask { await work(of: storage) }
            background.addTask { await observability.run() }
            background.addTask { await tokens.run() }
            background.addTask { await api.run() }
            background.addTask { await voids.run() }
            background.addTask { await MemoryTrimmer(memory: memory, log: log, logger: logger).run() }
            if let certificates { background.addTask { await certificates.watch() } }
            await withTaskGroup(of: Void.self) { consumers in
                if let catalog { consumers.addTask { await catalog.run() } }
                if let retention { consumers.addTask { await retention.run() } }
                for exporter in configuration.exporters { consumers.addTask { await run(exporter) } }
                await withTaskGroup(of: Void.self) { connections in
                    connections.addTask { await http.run() }
                    await stop()
                    logger.notice("The server is stopping.")
                    log.announceDraining()
                    try? await Task.sleep(for: configuration.shutdownDelay)
                    api.drain()
                    await http.shutDown(grace: configuration.shutdownGrace)
                }
                consumers.cancelAll()
            }
            await log.drain()
            background.cancelAll()
        }
        await tokens.close()
        await storage.close()
        observability.audit.recordToFileOnly(AuditEvent(.serverStopped, [LogField("url", url)]))
        await observability.close()
        logger.notice("The server has stopped.")
    }

    /// Reads again what is in files of its own: the certificates, the tokens, and the log files, which were renamed. Exporters
    /// that stopped try again.
    func reload() async {
        observability.reopen()
        observability.consumers.restartStopped()
        tokens.reload()
        await certificates?.reload()
    }

    // The storage's background work may fail without harm to the log; reports continue, and the work is started again.
    private func work(of storage: any Storage) async {
        await repeating("The storage's background work failed; restarting it.") {
            try await storage.run()
        }
    }

    // A destination that can't be opened must not keep the server from taking reports.
    private func run(_ configured: ConfiguredExporter) async {
        let logger = makeLogger("assetlog.exporter.\(configured.name)")
        await repeating("An exporter can't be opened; retrying.", ["exporter.name": "\(configured.name)"]) {
            let exporter = try await open(configured, logger)
            let runner = ExporterRunner(
                name: configured.name, exporter: exporter, log: storage, cursors: storage,
                changes: { log.changes() }, delivery: configured.delivery, logger: logger)
            observability.consumers.set(configured.name, restart: runner.restart) { runner.status }
            observability.exporters.set(configured.name, type: configured.type, runner: runner)
            await runner.run()
        }
    }

    private func open(_ configured: ConfiguredExporter, _ logger: Logger) async throws -> any Exporter {
        do {
            return try await configured.setup.open(
                PluginContext(name: configured.name, logger: logger, publicURL: configuration.publicURL))
        } catch {
            observability.exporters.set(configured.name, type: configured.type, failure: "\(error)")
            throw error
        }
    }

    private func repeating(
        _ message: Logger.Message, _ metadata: Logger.Metadata = [:], _ body: () async throws -> Void
    ) async {
        let backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        var failures = 0
        while !Task.isCancelled {
            do {
                return try await body()
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(message, metadata: metadata.merging(["error": "\(error)"]) { $1 })
                failures += 1
                try? await Task.sleep(for: backoff.pause(afterFailures: failures))
            }
        }
    }
}
