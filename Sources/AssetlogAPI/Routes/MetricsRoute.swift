import AssetlogCore
import AssetlogMetrics
import HTTPTypes
import Hummingbird

/// `GET /metrics`: the numbers of the server, in the format that the client prefers.
struct MetricsRoute: Sendable {
    private let registry: MetricsRegistry
    private let size: LogSize

    init(registry: MetricsRegistry, storage: any Storage, timeout: Duration) {
        self.registry = registry
        size = LogSize(storage: storage, timeout: timeout)
        size.register(in: registry)
    }

    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        await size.refresh()
        let format = ExpositionFormat(accept: request.headers[values: .accept].joined(separator: ","))
        return Response(
            type: format.contentType, bytes: Array(registry.render(format).utf8), headers: [.vary: "Accept"])
    }
}
