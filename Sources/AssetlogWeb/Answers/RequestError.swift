package import AssetlogAccess
package import AssetlogBody
package import AssetlogCore
import AssetlogObservation
package import HTTPTypes
package import HummingbirdCore
import NIOCore

/// Why a request is not answered as it was meant.
package struct RequestError: Error, Sendable {
    /// The status of the answer.
    package var status: HTTPResponse.Status
    /// What was wrong, where, and what to do, for the one who asked.
    package var detail: String
    /// The query parameter that was wrong.
    package var parameter: String?
    /// A value that this parameter may have, as it stands in a URL.
    package var example: String?
    /// Headers of the answer.
    package var headers: HTTPFields = [:]
    /// The type of the problem (RFC 9457); nil: what the status says.
    package var type: String?
    /// The names of the rates that were exceeded.
    package var violatedPolicies: [String] = []
    /// Why the caller may not ask this, for logs.
    package var refusal: String?

    /// The answer to a request that was not let in.
    package init(_ refusal: AccessRefusal) {
        self.init(status: .named(refusal.reason.status), detail: refusal.message)
        self.refusal = refusal.reason.name
        add(refusal.fields)
        guard refusal.reason == .tooMany else { return }
        type = "https://iana.org/assignments/http-problem-types#quota-exceeded"
        violatedPolicies = refusal.violatedPolicies
    }

    /// The answer to a request whose body is not taken.
    package init(_ error: RequestBodyError) {
        guard error.reason != .noMemory else {
            self = .noMemory
            return
        }
        self.init(status: .named(error.status), detail: error.message)
        add(error.fields)
    }

    /// The answer to a caller whose token does not allow what it asks for.
    package static func forbidden(_ right: AccessRights, deployment: String) -> RequestError {
        var error = RequestError(
            status: .forbidden,
            detail: "The token does not allow \(right.names.joined(separator: ", ")) in the deployment"
                + " \(deployment.quoted). Ask for one that does.",
            headers: [.wwwAuthenticate: BearerChallenge.insufficientScope])
        error.refusal = AccessRecord.noRight
        return error
    }

    /// The answer to a caller whose token is limited to some assets or deployments, where the answer would be about all.
    package static var limitedToken: RequestError {
        var error = RequestError(
            status: .forbidden,
            detail: "The token is limited to some assets or deployments, and this is about the whole server. Ask for a token"
                + " that is not limited.",
            headers: [.wwwAuthenticate: BearerChallenge.insufficientScope])
        error.refusal = AccessRecord.noRight
        return error
    }

    /// The answer to a report that the token does not allow, as the listener gives it.
    package static var notAuthorized: RequestError {
        var error = RequestError(
            status: .unauthorized, detail: ParameterError.notAuthorized.message,
            headers: [.wwwAuthenticate: BearerChallenge.insufficientScope])
        error.refusal = AccessRecord.noRight
        return error
    }

    /// The answer to events that are sent to a server that takes none.
    package static var readOnly: RequestError {
        var error = RequestError(status: .forbidden, detail: "This server takes no events (server.read_only).")
        error.refusal = AccessRecord.readOnly
        return error
    }

    /// The answer when the requests under way hold all the memory they may.
    package static let noMemory = RequestError(
        status: .serviceUnavailable,
        detail: "The server is already reading as many requests as it has memory for; send this one again later.",
        headers: [.retryAfter: "1"])

    package static func notFound(_ detail: String) -> RequestError {
        RequestError(status: .notFound, detail: detail)
    }

    package static func badParameter(_ parameter: String, _ problem: String, example: String? = nil) -> RequestError {
        let hint = example.map { " Example: \(parameter)=\($0)" } ?? ""
        return RequestError(
            status: .badRequest, detail: "The parameter \(parameter) \(problem).\(hint)", parameter: parameter,
            example: example.map { "\(parameter)=\($0)" })
    }

    package static func methodNotAllowed(
        _ request: Request, allowed: [HTTPRequest.Method] = [.get]
    ) -> RequestError {
        let names = allowed.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
        return RequestError(
            status: .methodNotAllowed,
            detail: "\(request.method.rawValue.quoted) is not allowed here; \(WordList.text(names, "and"))"
                + " \(names.count == 1 ? "is" : "are").",
            headers: [.allow: names.joined(separator: ", ")])
    }

    /// Chooses the answer to an error of a handler. Details that may not be harmless are left out.
    package init(answering error: any Error) {
        switch error {
        case let error as RequestError:
            self = error
        case let error as RequestBodyError:
            self.init(error)
        case let error as StorageError where error.code == .damaged:
            // Asking again would not help, and the rest of the log can be read: the one who asks must learn which event it is.
            self.init(
                status: .internalServerError,
                detail: (error.sequence.map { "The event with the sequence \($0) is damaged or missing in the log" }
                    ?? "The event log is damaged") + "; the server's log says what to do.")
        case is StorageError, is CancellationError:
            self.init(
                status: .serviceUnavailable,
                detail: "The event log can't be read now. Try again in a moment; the server's log says why.",
                headers: [.retryAfter: "2"])
        default:
            self.init(
                status: .internalServerError,
                detail: "The server failed to answer. Its log has an entry with the time of this answer.")
        }
    }

    package init(
        status: HTTPResponse.Status, detail: String, parameter: String? = nil, example: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.example = example
        self.headers = headers
    }

    private mutating func add(_ fields: [(name: String, value: String)]) {
        for field in fields {
            if let name = HTTPField.Name(field.name) { headers[name] = field.value }
        }
    }

    /// The answer as problem details (RFC 9457), for what is below `/api/`.
    package var problem: Response {
        var json = JSONObject()
        json.append("type", type ?? "about:blank")
        json.append("title", status.reasonPhrase)
        json.append("status", raw: String(status.code))
        json.append("detail", detail)
        if let parameter { json.append("parameter", parameter) }
        if let example { json.append("example", example) }
        if !violatedPolicies.isEmpty {
            json.append("violated-policies", raw: "[\(violatedPolicies.map { "\"\($0)\"" }.joined(separator: ","))]")
        }
        return json.response(status: status, type: "application/problem+json", headers: headers)
    }

    /// The answer as an object with one member `error`, as the clients of the report routes know it.
    package var plain: Response {
        var json = JSONObject()
        json.append("error", detail)
        return json.response(status: status, type: "application/json", headers: headers)
    }
}

extension HTTPResponse.Status {
    /// Says in metrics and the access log that the client left before it was answered. Nobody gets it.
    package static var clientHasLeft: HTTPResponse.Status { HTTPResponse.Status(code: 499, reasonPhrase: "Client Has Left") }

    /// The status of a code with its reason phrase, which the title of problem details repeats.
    package static func named(_ code: Int) -> HTTPResponse.Status {
        let known: [HTTPResponse.Status] = [
            .badRequest, .unauthorized, .forbidden, .notFound, .requestTimeout, .contentTooLarge, .unsupportedMediaType,
            .unprocessableContent,
            .tooManyRequests, .serviceUnavailable,
        ]
        return known.first { $0.code == code } ?? HTTPResponse.Status(code: code, reasonPhrase: "Error")
    }
}

extension String {
    /// The text in quotes for a message, cut when it is long, so that an answer does not grow with the request.
    package var quoted: String {
        "\"\(shortened)\""
    }

    /// The text without what comes after its first 120 characters.
    package var shortened: String {
        unicodeScalars.count > 120 ? String(UnicodeScalarView(unicodeScalars.prefix(120))) + "…" : self
    }
}
