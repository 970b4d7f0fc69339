import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import AssetlogHTTP
import AssetlogLog
import AssetlogMetrics
import AssetlogTLS
import HummingbirdCore
import Logging
import NIOCore

/// Everything that a running server holds, from the sockets down to the storage.
struct RunningServer {
    /// Where it is reached: `https://127.0.0.1:3000/dagster`.
    let url: String
    private let configuration: ServerConfiguration
    private let storage: any Storage
    private let log: EventLog
    private let http: HTTPServer
    private let makeLogger: @Sendable (String) -> Logger
    private let logger: Logger

    // MARK: Opening

    /// Opens a server that was configured: the certificate first, because it can't harm anything, then the storage,
    /// then the socket. What was opened is closed again when a later step fails.
    ///
    /// - Throws: `TLSError`, `StorageError`, `HTTPServerError`, each with a sentence for the operator.
    static func open(
        _ configuration: ServerConfiguration, makeLogger: @escaping @Sendable (String) -> Logger
    ) async throws -> RunningServer {
        let logger = makeLogger("assetlog")
        let security = try configuration.tls.map { try transportSecurity($0, configuration.limits, logger) }
        let context = PluginContext(
            name: configuration.storage.name, logger: makeLogger("assetlog.storage.\(configuration.storage.name)"))
        let storage = try await configuration.storage.setup.open(context)
        let log = EventLog(
            storage: storage,
            limits: .init(queuedEvents: configuration.limits.queueEvents, queuedBytes: configuration.limits.queueBytes),
            logger: makeLogger("assetlog.log"))
        log.start()
        let metrics = HTTPServer.makeMetrics()
        let api = APIService(
            log: log, configuration: apiConfiguration(configuration), metrics: metrics,
            logger: makeLogger("assetlog.api"))
        do {
            let http = try HTTPServer(
                configuration: httpConfiguration(configuration, metrics, security), log: log, api: api.respond,
                logger: makeLogger("assetlog.http"))
            let address = try await http.start()
            let url = url(configuration, address)
            return RunningServer(
                url: url, configuration: configuration, storage: storage, log: log, http: http, makeLogger: makeLogger,
                logger: logger)
        } catch {
            await log.drain()
            await storage.close()
            throw error
        }
    }

    private static func transportSecurity(
        _ files: TLSSettings, _ limits: ServerLimits, _ logger: Logger
    ) throws -> @Sendable () throws -> any ChannelHandler {
        let context = try TLSContext(
            TLSConfiguration(
                certificateFile: files.certificate, keyFile: files.key,
                handshakeTimeout: TimeAmount(limits.handshakeTimeout)))
        for warning in context.warnings {
            logger.warning("The certificate needs attention.", metadata: ["tls.warning": "\(warning)"])
        }
        return { try TLSServerHandler(context: context) }
    }

    private static func apiConfiguration(_ configuration: ServerConfiguration) -> APIConfiguration {
        APIConfiguration(
            pathPrefix: configuration.pathPrefix, deployments: configuration.deployments.declared,
            createsDeployments: configuration.deployments.createsOnFirstUse,
            isReadOnly: configuration.isReadOnly, version: Assetlog.version)
    }

    private static func httpConfiguration(
        _ configuration: ServerConfiguration, _ metrics: RequestMetrics,
        _ security: (@Sendable () throws -> any ChannelHandler)?
    ) -> HTTPServerConfiguration {
        var limits = HTTPLimits()
        limits.headerBytes = configuration.limits.headerBytes
        limits.targetBytes = configuration.limits.targetBytes
        limits.bodyBytes = configuration.limits.bodyBytes
        limits.compressionRatio = configuration.limits.compressionRatio
        limits.bufferedBodyBytes = configuration.limits.bufferedBodyBytes
        limits.connections = configuration.limits.connections
        limits.connectionsPerAddress = configuration.limits.connectionsPerAddress
        limits.headerTimeout = TimeAmount(configuration.limits.headerTimeout)
        limits.bodyTimeout = TimeAmount(configuration.limits.bodyTimeout)
        limits.bodyBytesPerSecond = configuration.limits.bodyBytesPerSecond
        limits.idleTimeout = TimeAmount(configuration.limits.idleTimeout)
        limits.writeTimeout = TimeAmount(configuration.limits.writeTimeout)
        return HTTPServerConfiguration(
            host: configuration.listen.host, port: configuration.listen.port, pathPrefix: configuration.pathPrefix,
            deployments: configuration.deployments.declared,
            createsDeployments: configuration.deployments.createsOnFirstUse, isReadOnly: configuration.isReadOnly,
            access: accessPolicy(configuration), metrics: metrics, makeTransportSecurity: security, limits: limits,
            eventLoops: configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount)
    }

    private static func accessPolicy(_ configuration: ServerConfiguration) -> AccessPolicy {
        let (deployments, limits) = (configuration.deployments, configuration.limits)
        return AccessPolicy(
            isTokenRequired: configuration.auth.isRequired,
            hosts: HostPolicy(
                names: configuration.hosts + [configuration.listen.host.lowercased()],
                acceptsAddresses: !configuration.listen.isLoopback,
                organizationDomain: deployments.organizationDomain),
            organizations: OrganizationPolicy(
                domain: deployments.organizationDomain, declared: deployments.organizations,
                createsOnFirstUse: deployments.createsOnFirstUse),
            trustedProxies: configuration.trustedProxies,
            addressRate: RequestRate(perSecond: limits.addressRate, burst: limits.addressBurst),
            tokenRate: RequestRate(perSecond: limits.tokenRate, burst: limits.tokenBurst))
    }

    private static func url(_ configuration: ServerConfiguration, _ address: SocketAddress) -> String {
        let listen = ListenAddress(host: configuration.listen.host, port: address.port ?? configuration.listen.port)
        return "\(configuration.tls == nil ? "http" : "https")://\(listen)\(configuration.pathPrefix)"
    }

    // MARK: Running

    /// Serves until `stop` returns, then ends in order: readiness turns 503, nothing new is accepted, requests under
    /// way are committed and answered, the consumers stop, the writer drains, the storage closes.
    func run(until stop: () async -> Void) async {
        // Each group ends before the one around it, which is the order of the end.
        await withTaskGroup(of: Void.self) { background in
            background.addTask { await work(of: storage) }
            await withTaskGroup(of: Void.self) { consumers in
                for exporter in configuration.exporters { consumers.addTask { await run(exporter) } }
                await withTaskGroup(of: Void.self) { connections in
                    connections.addTask { await http.run() }
                    await stop()
                    logger.notice("The server is stopping.")
                    log.announceDraining()
                    try? await Task.sleep(for: configuration.shutdownDelay)
                    await http.shutDown(grace: configuration.shutdownGrace)
                }
                consumers.cancelAll()
            }
            await log.drain()
            background.cancelAll()
        }
        await storage.close()
        logger.notice("The server has stopped.")
    }

    // The storage's background work may fail without harm to the log; reports go on, and the work is started again.
    private func work(of storage: any Storage) async {
        await repeating("The background work of the storage failed and is started again.") {
            try await storage.run()
        }
    }

    // A destination that can't be opened must not keep the server from taking reports.
    private func run(_ configured: ConfiguredExporter) async {
        let logger = makeLogger("assetlog.exporter.\(configured.name)")
        await repeating("An exporter can't be opened; it is tried again.", ["exporter.name": "\(configured.name)"]) {
            let exporter = try await configured.setup.open(PluginContext(name: configured.name, logger: logger))
            await ExporterRunner(
                name: configured.name, exporter: exporter, storage: storage, changes: { log.changes() }, logger: logger
            ).run()
        }
    }

    private func repeating(
        _ message: Logger.Message, _ metadata: Logger.Metadata = [:], _ body: () async throws -> Void
    ) async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                return try await body()
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(message, metadata: metadata.merging(["error": "\(error)"]) { $1 })
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
            }
        }
    }
}
