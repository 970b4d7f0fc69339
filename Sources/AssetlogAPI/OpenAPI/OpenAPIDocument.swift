/// The whole wire of the server in OpenAPI 3.1, as `/api/v1/openapi.json` gives it out.
///
/// It is written by hand: the operations as values, everything they refer to as JSON, a file for each part. It is the same
/// for every configuration but for where the server lies and whether it asks for tokens. What a configuration switches off
/// follows from its answer, so that a client made of one server's document fits every server.
struct OpenAPIDocument: Sendable {
    /// The path prefix as it stands in a URL, without a slash at its end.
    var base: String
    /// The version of this build.
    var version: String
    /// Whether a request needs a token.
    var isTokenRequired: Bool
    /// The receivers, whose paths it names.
    var receivers: [NamedReceiver] = []

    /// The document without blanks.
    var bytes: [UInt8] {
        OpenAPIText.compact(
            #"""
            {
              "openapi": "3.1.0",
              "info": \#(info),
              "servers": [{"url": \#(OpenAPIText.string(base.isEmpty ? "/" : base)), "description": "This server"}],
              "tags": \#(Self.tags),
              "paths": {\#(paths)},
              "components": {
                "securitySchemes": {\#(Self.securitySchemes)},
                "parameters": {\#(Self.parameters),\#(Self.catalogParameters),\#(Self.exporterParameters),\#(Self.receiverParameters)},
                "requestBodies": {\#(Self.requestBodies),\#(Self.correctionBodies),\#(Self.exporterBodies)},
                "headers": {\#(Self.headers),\#(Self.catalogHeaders)},
                "responses": {\#(Self.answers),\#(Self.catalogAnswers),\#(Self.correctionAnswers),\#(Self.exporterAnswers),\#(Self.receiverAnswers)},
                "schemas": {\#(Self.schemas)}
              }
            }
            """#)
    }

    private static let schemas = [
        eventSchemas, submissionSchemas, reportSchemas, catalogSchemas, correctionSchemas, exporterSchemas, receiverSchemas, answerSchemas,
    ].joined(separator: ",")

    /// Every operation, in the order of the document.
    static let operations =
        reportOperations + eventOperations + catalogOperations + correctionOperations + exporterOperations + receiverOperations
        + serverOperations

    // A path stands once, with all of its methods.
    private var paths: String {
        var order: [String] = []
        var methods: [String: [String]] = [:]
        for operation in Self.operations + receivers.flatMap(Self.operations(of:)) {
            if methods[operation.path] == nil { order.append(operation.path) }
            methods[operation.path, default: []].append(operation.json(isTokenRequired: isTokenRequired))
        }
        return order.map { "\(OpenAPIText.string($0)): {\((methods[$0] ?? []).joined(separator: ","))}" }
            .joined(separator: ",")
    }
}
