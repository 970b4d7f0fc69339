import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// The answer to a void or a wipe: the event that records it.
struct Correction {
    var event: Event
    var sequence: Int64
    /// Whether it was recorded before.
    var isRepetition = false

    var response: Response {
        var json = JSONObject()
        json.append("event_id", event.id.description)
        json.append("sequence", sequence)
        var response = json.response()
        if isRepetition { response.headers[.idempotencyReplayed] = "true" }
        return response
    }

    /// What came of a void or a wipe that was asked for.
    enum Outcome {
        /// It is in the log.
        case recorded(Correction)
        /// It could not be recorded, or may have been. It is no error that is thrown: those say that nothing was recorded.
        case failed(RequestError)

        /// The answer of the API.
        var response: Response {
            switch self {
            case .recorded(let correction): correction.response
            case .failed(let error): error.problem
            }
        }
    }

    /// The outcome when it could not be recorded, or may have been.
    ///
    /// - Parameter retry: What a retry does when the outcome is unknown.
    static func failure(_ error: LogError, retry: String) -> Outcome {
        let outcome =
            error.outcome == .unknown
            ? "The request may have been recorded. \(retry)" : error.outcome.sentence(about: "request")
        return .failed(
            RequestError(
                status: .serviceUnavailable, detail: "\(error.reason) \(outcome) Send it again later.", headers: [.retryAfter: "2"]))
    }
}
