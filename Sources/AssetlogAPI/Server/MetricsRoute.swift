import AssetlogCore
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /metrics`: the numbers of the server, in the format that the client prefers.
struct MetricsRoute: RouteGroup {
    private let registry: MetricsRegistry
    private let size: LogSize

    init(registry: MetricsRegistry, storage: any Storage, timeout: Duration) {
        self.registry = registry
        size = LogSize(storage: storage, timeout: timeout)
        size.register(in: registry)
    }

    // The numbers are of all events, no matter who reported them.
    var routes: [Route] { [Route(.get, "/metrics", .unlimited(.read), handler: show)] }

    func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        await size.refresh()
        let format = ExpositionFormat(accept: request.headers[values: .accept].joined(separator: ","))
        return Response(
            type: format.contentType, bytes: Array(registry.render(format).utf8), headers: [.vary: "Accept"])
    }
}
