import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogObservation

/// The answer to a report, independent of how it is written.
struct ReportAnswer: Sendable {
    var status: Int
    /// The text of `error`; nil: the report was recorded and the body is `{}`.
    var message: String?
    var eventID: EventID?
    /// Further header fields.
    var fields: [(name: String, value: String)] = []
    /// Why the caller may not report, for logs.
    var refusal: String?
    /// Whether the event is in the log. What was refused is not.
    var outcome = RecordOutcome.notRecorded

    static func recorded(_ id: EventID) -> ReportAnswer {
        ReportAnswer(status: 200, eventID: id, outcome: .recorded)
    }

    /// The answer to a report that can't be recorded now; its sentence says whether it was.
    static func later(
        _ reason: String, _ outcome: RecordOutcome = .notRecorded, status: Int = 503
    ) -> ReportAnswer {
        var answer = ReportAnswer.refused(
            status, "\(reason) \(outcome.sentence(about: "report")) Send it again in a moment.")
        answer.outcome = outcome
        if status == 503 { answer.fields = [("Retry-After", "1")] }
        return answer
    }

    static func refused(_ status: Int, _ message: String, _ fields: [(name: String, value: String)] = []) -> ReportAnswer {
        ReportAnswer(status: status, message: message, fields: fields)
    }

    /// The answer to a request that was not let in.
    static func refused(_ refusal: AccessRefusal, _ rateFields: [(name: String, value: String)]) -> ReportAnswer {
        .refused(refusal.reason.status, refusal.message, refusal.fields + rateFields)
    }

    /// The answer to a report that can't be resolved, or that its sender may not make.
    static func refused(_ error: ParameterError, _ caller: Caller, isReadOnly: Bool) -> ReportAnswer {
        var answer = ReportAnswer.refused(error.status, error.message)
        guard error == .notAuthorized else { return answer }
        answer.refusal = isReadOnly ? AccessRecord.readOnly : AccessRecord.noRight
        if caller.grant != nil { answer.fields = [("WWW-Authenticate", BearerChallenge.insufficientScope)] }
        return answer
    }

    /// The answer to a report with an Idempotency-Key that was not inserted.
    static func skipped(_ reason: SkippedEvent.Reason, _ id: EventID) -> ReportAnswer {
        switch reason {
        case .duplicate: ReportAnswer(status: 200, eventID: id, fields: [replayed], outcome: .recorded)
        case .conflict, .groupAborted:
            .refused(
                422,
                "This Idempotency-Key was used before with a different report: its event has another content, or there were more"
                    + " of them. Nothing was recorded now. Retry with the same report, or use a new key.")
        case .indeterminate:
            .later("The server can't tell right now whether this report was recorded when it was sent before.", .unknown)
        }
    }

    /// Says that the answer is that of an earlier request.
    static let replayed = (name: "Idempotency-Replayed", value: "true")

    /// The answer for an event that the log did not record, or may have recorded. It always asks to try again.
    static func failed(_ error: LogError) -> ReportAnswer {
        .later(error.reason, error.outcome)
    }

    /// The answer when the requests under way hold all the memory they may.
    static let noMemory = ReportAnswer.later(RequestBodyError.noMemory.message)

    /// The answer to a report whose body is not taken.
    static func refused(_ error: RequestBodyError) -> ReportAnswer {
        switch error.reason {
        case .noMemory: .noMemory
        case .timeout: .later(error.message, status: error.status)
        default: .refused(error.status, error.message, error.fields)
        }
    }

    static func methodNotAllowed(_ method: String) -> ReportAnswer {
        .refused(405, "Method \(method) is not allowed here; reports are sent with POST.", [("Allow", "POST")])
    }

    /// The answer to `CONNECT`, which asks for a tunnel to somewhere else.
    static let noTunnel = ReportAnswer.refused(
        405, "This server is not a proxy: CONNECT is not possible here.", [("Allow", "GET, HEAD, POST")])

    /// The answer to a body in a transfer coding other than chunks (RFC 9112, section 6.1).
    static let unknownTransferCoding = ReportAnswer.refused(
        501,
        "The only transfer coding of this server is chunked. Send a compressed body with Content-Encoding instead of"
            + " Transfer-Encoding.")

    /// The JSON text of the body.
    var body: [UInt8] {
        guard let message else { return Array("{}".utf8) }
        var bytes = Array(#"{"error":"#.utf8)
        CanonicalJSON.appendString(message.utf8, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// The reason phrases of the statuses that the fast path answers (RFC 9110, section 15).
func reasonPhrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Error"
    }
}
