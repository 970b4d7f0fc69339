import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /api/v1/openapi.json`: what this server answers, for programs.
struct OpenAPIRoute: RouteGroup {
    // The same for every request, so it is made once.
    private let document: [UInt8]

    init(_ document: OpenAPIDocument) {
        self.document = document.bytes
    }

    var routes: [Route] { [Route(.get, "/api/v1/openapi.json", .anyOf(.read), handler: show)] }

    func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        return Response(type: "application/json", bytes: document)
    }
}
