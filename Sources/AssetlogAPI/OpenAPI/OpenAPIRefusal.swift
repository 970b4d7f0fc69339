/// An answer that says why a request is not answered as it was meant: `{"error": …}`, or below `/api/` problem details.
struct OpenAPIRefusal: Sendable {
    /// Its name among the components; where it is problem details, `Problem` follows.
    var name: String
    var description: String
    /// The names of its header fields among the components.
    var headers: [String] = []
    var form = Form.both

    /// How it is reported outside of `/api/`, and below.
    enum Form: Sendable {
        case both
        /// `{"error": …}` everywhere, or it is reported only outside.
        case plain
        /// It is reported only below.
        case problem
        /// Below it comes in either form, depending on how far the request came.
        case mixed
    }

    /// The members of the components.
    var json: String {
        let error = ##""application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}"##
        let problem = ##""application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}"##
        let (outside, below) = (response(name, error), "\(name)Problem")
        switch form {
        case .both: return "\(outside),\(response(below, problem))"
        case .plain: return outside
        case .problem: return response(below, problem)
        case .mixed: return "\(outside),\(response(below, "\(problem),\(error)"))"
        }
    }

    private func response(_ name: String, _ content: String) -> String {
        let fields = (["Assetlog-Answer"] + headers).map { "\"\($0)\": \(OpenAPIText.reference("headers", $0))" }.joined(separator: ",")
        return #"""
            "\#(name)": {
              "description": \#(OpenAPIText.string(description)), "headers": {\#(fields)}, "content": {\#(content)}
            }
            """#
    }
}

extension OpenAPIDocument {
    static let refusals = [
        OpenAPIRefusal(name: "BadRequest", description: "Something in the request is wrong; the sentence says what"),
        OpenAPIRefusal(name: "NoToken", description: "No valid token was sent", headers: ["WWW-Authenticate"]),
        OpenAPIRefusal(
            name: "ReportNotAllowed",
            description: "No valid token was sent, or one that does not allow the report, or the server is read-only",
            headers: ["WWW-Authenticate"], form: .plain),
        OpenAPIRefusal(
            name: "Forbidden",
            description: "The token does not allow this; or, without a token, a web page of another origin sent the request, or the"
                + " host is not a name of the server",
            headers: ["WWW-Authenticate"]),
        OpenAPIRefusal(name: "NotFound", description: "There is no such event, asset, deployment, organization, exporter or dead letter"),
        OpenAPIRefusal(name: "TooSlow", description: "The request did not arrive in time", form: .plain),
        OpenAPIRefusal(
            name: "TooLarge", description: "The body is larger than the limit after decompression", form: .plain),
        OpenAPIRefusal(name: "SlowBody", description: "The body did not arrive in time", form: .problem),
        OpenAPIRefusal(name: "BodyTooLarge", description: "The body is larger than such a body may be", form: .problem),
        OpenAPIRefusal(name: "TargetTooLong", description: "The URL is longer than the limit", form: .plain),
        OpenAPIRefusal(
            name: "UnknownCoding", description: "The Content-Encoding is not supported", headers: ["Accept-Encoding"],
            form: .plain),
        OpenAPIRefusal(
            name: "UnknownType", description: "The Content-Type or Content-Encoding is not supported",
            headers: ["Accept", "Accept-Encoding"], form: .problem),
        OpenAPIRefusal(
            name: "KeyOfAnother", description: "The Idempotency-Key was used before with a different report", form: .plain),
        OpenAPIRefusal(name: "Conflict", description: "The event can't be voided", form: .problem),
        OpenAPIRefusal(
            name: "KeyOfAnotherRequest", description: "The Idempotency-Key was used before with a different request", form: .problem),
        OpenAPIRefusal(
            name: "TooMany", description: "A rate is exceeded", headers: ["Retry-After", "RateLimit", "RateLimit-Policy"]),
        OpenAPIRefusal(
            name: "TooManyStreams", description: "The caller has as many open streams as it may have, or a rate is exceeded",
            headers: ["Retry-After"], form: .problem),
        OpenAPIRefusal(
            name: "HeadersTooLarge", description: "The request's line and headers are larger than the limit", form: .plain),
        OpenAPIRefusal(name: "Failed", description: "The server failed; its log says how"),
        OpenAPIRefusal(
            name: "Unavailable",
            description: "The log can't be written or read now, tokens can't be checked yet, or there is no memory"
                + " for the request",
            headers: ["Retry-After"], form: .mixed),
        OpenAPIRefusal(name: "NoCatalog", description: "The server keeps no catalog", form: .problem),
    ]
}
