#if Dagster
import AssetlogCore
import AssetlogDelivery

/// What an answer to a report says about its event.
enum AnswerJudgement: Hashable {
    /// It says what became of the event.
    case result(DeliveryResult)
    /// Nobody was recognized: the token, if there is one, is not accepted.
    case unauthorized(DeliveryFailure)
    /// Dagster failed in an unexpected way, which may be due to the event, to its storage, or to nothing that lasts.
    case serverError(DeliveryFailure)

    // What Dagster and Assetlog say to those who are known and may not report this asset.
    private static let notAllowed = "Not authorized to report"

    /// Judges an answer.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - failure: The common sentence about an answer that is no success.
    ///   - origin: Scheme, host and port of the destination.
    init(_ answer: OutboundAnswer, _ failure: DeliveryFailure, from origin: String) {
        let start = "\(origin) answered \(answer.status)"
        switch answer.status {
        case 200..<300:
            // A page of a sign-in or of another program may answer everything with 200.
            let isReport = answer.body.first == UInt8(ascii: "{")
            let failure = failure.aboutDestination("\(start) without the JSON of a report endpoint; correct url, or what stands before it.")
            self = .result(isReport ? .delivered : .retry(failure))
        case 401 where failure.answer.contains(Self.notAllowed): self = .result(.rejected(Self.refusal(failure, start)))
        case 401, 403:
            self = .unauthorized(failure.aboutDestination("\(start): it does not accept the token; correct token or token_file."))
        case 404, 405:
            self = .result(.retry(failure.aboutDestination("\(start): no report endpoint is there; correct url or deployments.")))
        case 300..<400, 407: self = .result(.retry(failure.aboutDestination(failure.message)))
        case 500: self = .serverError(failure)
        case ..<200, 408, 425, 429, 501...: self = .result(.retry(failure))
        default: self = .result(.rejected(failure))
        }
    }

    private static func refusal(_ failure: DeliveryFailure, _ start: String) -> DeliveryFailure {
        var refusal = failure
        refusal.message = "\(start): the token may not report this asset, or the webserver is read-only; give it the right to."
        return refusal
    }
}

extension DeliveryFailure {
    /// A failure that says nothing about the event, with another sentence.
    func aboutDestination(_ message: String) -> DeliveryFailure {
        var failure = self
        failure.isCounted = false
        failure.message = message
        return failure
    }
}
#endif
