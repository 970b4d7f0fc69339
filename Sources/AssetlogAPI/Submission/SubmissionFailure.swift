import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import Logging

/// The answer to a submission that ended before its end: why, what of it is in the log, and what a retry does.
struct SubmissionFailure {
    private let reason: RequestError
    private let submission: Submission

    /// Says why the body broke off.
    init(_ reason: RequestError, _ submission: Submission) {
        self.reason = reason
        self.submission = submission
    }

    /// Says why it could not be recorded.
    init(_ error: any Error, _ submission: Submission, to logger: Logger, within limiter: MessageLimiter) {
        self.submission = submission
        switch error {
        case let error as RequestError: reason = error
        case let error as KeyConflict:
            reason = RequestError(status: .unprocessableContent, detail: KeyedIdentities.refusal(error.difference))
        case let error as LogError:
            reason = RequestError(status: .serviceUnavailable, detail: error.reason, headers: [.retryAfter: "2"])
        case is StorageError, is CancellationError:
            limiter.error("A batch could not be answered.", metadata: ["error": "\(error)"], to: logger)
            reason = RequestError(
                status: .serviceUnavailable, detail: "The event log can't be read now.", headers: [.retryAfter: "2"])
        default:
            limiter.error("A batch could not be answered.", metadata: ["error": "\(error)"], to: logger)
            reason = RequestError(status: .internalServerError, detail: "The server failed; its log says how.")
        }
    }

    var response: Response {
        let (status, results) = (reason.status, submission.results)
        var bytes = Array("{\"type\":\"about:blank\",\"title\":\"\(status.reasonPhrase)\",".utf8)
        bytes += "\"status\":\(status.code),\"detail\":".utf8
        let sentences = [reason.detail, outcome, advice].filter { !$0.isEmpty }
        CanonicalJSON.appendString(sentences.joined(separator: " ").utf8, to: &bytes)
        bytes += ",\"index\":\(submission.interruption.index),".utf8
        bytes += results.members() + [UInt8(ascii: "}")]
        var response = Response(status: status, type: "application/problem+json", bytes: bytes)
        response.headers.append(contentsOf: reason.headers)
        return response
    }

    /// The events that are in the log.
    private var known: Int { submission.results.recorded + submission.results.duplicate }

    /// Says whether its events are in the log.
    private var outcome: String {
        let (interruption, index) = (submission.interruption, submission.interruption.index)
        let isUnknown = interruption.outcome == .unknown
        guard known > 0 else {
            return isUnknown
                ? "Its events from the item at index \(index) on may have been recorded."
                : RecordOutcome.notRecorded.sentence(about: "submission")
        }
        let partly = interruption.recordedOfItem
        return "\(known == 1 ? "1 event of it is" : "\(known) events of it are") recorded; those from the item at index"
            + " \(index) on\(partly > 0 ? ", but for the first \(partly) of its events," : "") \(isUnknown ? "may be, too" : "are not")."
    }

    /// Says what a retry does.
    private var advice: String {
        let isConflict = reason.status == .unprocessableContent
        guard !isConflict, known > 0 || submission.interruption.outcome == .unknown else { return "" }
        guard submission.options.key == nil else {
            return "Retry with the same Idempotency-Key and the whole body: nothing is recorded twice."
        }
        return "A retry records those again that have no event_id: send the rest only, or use an event_id or an Idempotency-Key."
    }
}
