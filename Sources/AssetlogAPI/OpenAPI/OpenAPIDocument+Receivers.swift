import AssetlogCore

// The receivers: what they take and answer is described where the protocols of other tools are, so that the document says only
// where they are.
extension OpenAPIDocument {
    static let receiverOperations = [
        OpenAPIOperation(
            method: "get", path: "/api/v1/receivers", id: "listReceivers", tag: "receivers",
            summary: "Read what the receivers have taken", rights: ["read"], answers: [(200, "ReceiverList")] + problems),
        OpenAPIOperation(
            method: "get", path: "/api/v1/receivers/{name}/unmapped", id: "listUnmapped", tag: "receivers",
            summary: "Read the last 100 parts of requests that could not be mapped, the latest first", rights: ["read"],
            parameters: ["receiver"], answers: [(200, "UnmappedList")] + problems),
    ]

    /// The operations at the paths of a receiver.
    static func operations(of receiver: NamedReceiver) -> [OpenAPIOperation] {
        receiver.setup.routes.enumerated().flatMap { index, route in
            var operation = OpenAPIOperation(
                method: "post", path: route.path, id: "\(id(receiver.name))\(index == 0 ? "" : "\(index + 1)")", tag: "receivers",
                summary: "Send what the receiver \(receiver.name) takes", rights: [],
                answers: bodyProblems.filter { ![400, 500, 503].contains($0.status) } + [(500, "SubmissionFailed")])
            operation.inlineBody = body(route)
            operation.inlineAnswers = [200, 202, 204, 400, 422, 503].map { ($0, answer($0)) }
            return route.path.hasPrefix("/api/") ? [operation, operation.inDeployment] : [operation]
        }
    }

    // As the other operations: `receiveGreatExpectations`.
    private static func id(_ name: String) -> String {
        let words = name.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return "receive" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func body(_ route: ReceiverRoute) -> String {
        // Where one message is taken as well as a list, the list is left out: generators make code that is none of two bodies of JSON.
        let single = route.bodies.filter { $0.form != .array }
        let types = (single.isEmpty ? route.bodies : single).map { body in
            "\(OpenAPIText.string(body.mediaType == "*" ? "*/*" : body.mediaType)): {\"schema\": \(schema(body))}"
        }
        return "{\"required\": true, \"description\": \"As the tool sends it\", \"content\": {\(types.joined(separator: ","))}}"
    }

    // Without a type, some generators of clients leave the operation out, and others make code that is none.
    private static func schema(_ body: ReceiverRoute.Body) -> String {
        let object = #"{"type": "object", "additionalProperties": true}"#
        return switch body.form {
        case .array: #"{"type": "array", "items": \#(object)}"#
        case .single where body.mediaType != "*": object
        case .single, .lines: #"{"type": "string"}"#
        }
    }

    private static func answer(_ status: Int) -> String {
        let description =
            switch status {
            case ..<300: "It was read; as the protocol answers"
            case 503: "Not all of it was recorded; send it again. As the protocol answers, or a problem"
            default: "It was not read; as the protocol answers, or a problem"
            }
        let content =
            status == 204 ? "" : ", \"content\": {\"application/json\": {\"schema\": {}}, \"application/problem+json\": {\"schema\": {}}}"
        return "{\"description\": \(OpenAPIText.string(description))\(content)}"
    }

    // MARK: Components

    static let receiverParameters = #"""
        "receiver": {
          "name": "name", "in": "path", "required": true, "description": "The name of a receiver",
          "schema": {"type": "string", "maxLength": 64}, "example": "openlineage"
        }
        """#

    static let receiverAnswers = [
        answer("ReceiverList", "The receivers that take requests"),
        answer("UnmappedList", "What could not be mapped, and why"),
    ].joined(separator: ",")

    static let receiverSchemas = #"""
        "ReceiverList": {
          "type": "object", "required": ["receivers"], "additionalProperties": true,
          "properties": {"receivers": {"type": "array", "items": {"$ref": "#/components/schemas/Receiver"}}}
        },
        "Receiver": {
          "type": "object", "description": "What a receiver has taken since the server started", "additionalProperties": true,
          "required": ["name", "paths", "messages", "recorded", "duplicate", "failed", "unmapped"],
          "properties": {
            "name": {"description": "Its name in the configuration", "type": "string"},
            "paths": {"description": "Where it takes requests", "type": "array", "items": {"type": "string"}},
            "messages": {"description": "How many messages it has read", "type": "integer", "minimum": 0},
            "recorded": {"description": "How many events of them were recorded", "type": "integer", "minimum": 0},
            "duplicate": {"description": "How many events of them were in the log before", "type": "integer", "minimum": 0},
            "failed": {
              "description": "How many messages were none of its protocol, or had an event that could not be recorded",
              "type": "integer", "minimum": 0
            },
            "unmapped": {"description": "How many parts of messages could not be mapped", "type": "integer", "minimum": 0}
          }
        },
        "UnmappedList": {
          "type": "object", "required": ["unmapped"], "additionalProperties": true,
          "properties": {
            "unmapped": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/UnmappedPart"}}
          }
        },
        "UnmappedPart": {
          "type": "object", "description": "A part of a request that did not become an event", "additionalProperties": true,
          "required": ["received_at", "deployment", "reported_by", "path", "reason", "excerpt"],
          "properties": {
            "received_at": {"type": "string", "format": "date-time"},
            "deployment": {"type": "string"},
            "reported_by": {"description": "The name of its token", "type": ["string", "null"]},
            "path": {"description": "The path to which it came", "type": "string"},
            "reason": {"description": "What could not be mapped, and why", "type": "string"},
            "excerpt": {"description": "How the message begins", "type": "string"}
          }
        }
        """#
}
