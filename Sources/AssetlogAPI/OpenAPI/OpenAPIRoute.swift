import Hummingbird

/// `GET /api/v1/openapi.json`: what this server answers, for programs.
struct OpenAPIRoute: Sendable {
    // The same for every request, so it is made once.
    private let document: [UInt8]

    init(_ document: OpenAPIDocument) {
        self.document = document.bytes
    }

    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        return Response(type: "application/json", bytes: document)
    }
}
