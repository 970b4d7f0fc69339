import AssetlogAccess
import AssetlogCore
import AssetlogHTTP
import AssetlogLog
import AssetlogMemoryStorage
import AssetlogObservation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// A running server over a storage in memory, with an API that answers `METHOD PATH BODY`, and 404 to what is below
/// `/refused`, before it reads the body.
struct ServerFixture {
    let port: Int
    let storage: any Storage
    let log: EventLog

    static func run<R: Sendable>(
        storage: (any Storage)? = nil, isReadOnly: Bool = false, pathPrefix: String = "", deployments: [String] = [],
        limits: ServerLimits = .init(),
        access: AccessPolicy? = nil, takesProxyHeaders: Bool = false, metrics: RequestMetrics = HTTPServer.makeMetrics(),
        sink: any RequestSink = NoRequestSink(), logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        queue: EventLog.Limits = .init(), memory requestMemory: ServerMemory? = nil, grace: Duration = .seconds(2),
        api: @escaping APIResponder = echo,
        _ body: @Sendable (ServerFixture) async throws -> R
    ) async throws -> R {
        let storage = if let storage { storage } else { try await memory(logger) }
        let log = EventLog(storage: storage, limits: queue, logger: logger)
        log.start()
        let configuration = HTTPServerConfiguration(
            port: 0, paths: PathScheme(prefix: pathPrefix, deployments: deployments, isReadOnly: isReadOnly),
            access: access ?? AccessPolicy(hosts: HostPolicy(names: ["x"])), takesProxyHeaders: takesProxyHeaders,
            observer: RequestObserver(metrics: metrics, sink: sink), limits: limits, memory: requestMemory, eventLoops: 2)
        let server = try HTTPServer(configuration: configuration, log: log, api: api, logger: logger)
        let address = try await server.start()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            let result: Result<R, any Error>
            do {
                result = .success(try await body(ServerFixture(port: address.port ?? 0, storage: storage, log: log)))
            } catch {
                result = .failure(error)
            }
            await server.shutDown(grace: grace)
            await log.drain()
            try await group.waitForAll()
            return try result.get()
        }
    }

    func client() throws -> RawClient { try RawClient(port: port) }

    func events() async throws -> [LoggedEvent] {
        try await storage.events(EventQuery(limit: 100_000, maximumBytes: .max)).events
    }

    static func memory(_ logger: Logger) async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        return try await StoragePlugin.memory.configure(configuration)
            .open(PluginContext(name: "memory", logger: logger))
    }

    static let echo: APIResponder = { request, writer, _, _ in
        guard !request.uri.path.hasPrefix("/refused") else {
            let head = HTTPResponse(status: .notFound, headerFields: [.contentLength: "0"])
            return try await writer.writeHead(head).finish(nil)
        }
        var text = "\(request.method) \(request.uri.path) "
        for try await bytes in request.body { text += String(buffer: bytes) }
        let body = ByteBuffer(string: text)
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentLength] = String(body.readableBytes)
        var bodyWriter = try await writer.writeHead(head)
        if request.method != .head { try await bodyWriter.write(body) }
        try await bodyWriter.finish(nil)
    }
}
