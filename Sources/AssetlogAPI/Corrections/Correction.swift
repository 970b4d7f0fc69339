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

    /// The answer when it could not be recorded, or may have been.
    ///
    /// - Parameter retry: What a retry does when the outcome is unknown.
    static func failure(_ error: LogError, retry: String) -> Response {
        let outcome =
            error.outcome == .unknown
            ? "The request may have been recorded. \(retry)" : error.outcome.sentence(about: "request")
        return RequestError(
            status: .serviceUnavailable, detail: "\(error.reason) \(outcome) Send it again later.", headers: [.retryAfter: "2"]
        ).problem
    }
}
