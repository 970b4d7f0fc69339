import AssetlogCore
import AssetlogDelivery

/// How an attempt to read ended.
enum ReadAttempt {
    case answered([UInt8])
    /// The server itself has decided.
    case refused(ClientError)
    /// The server asks to wait, or something else has answered in its stead.
    case later(ClientError, retryAfter: String?)
    /// There was no answer.
    case failed(DeliveryError)

    init(_ answer: OutboundAnswer, from url: ServerURL) {
        let words = AnswerWords(answer, from: url)
        switch answer[AnswerField.name.lowercased()] {
        case nil where (200..<300).contains(answer.status) && words.isObject: self = .answered(answer.body)
        case nil: self = .later(words.foreignError, retryAfter: answer.retryAfter)
        case AnswerField.later: self = .later(words.error(.unavailable, "answers"), retryAfter: answer.retryAfter)
        default: self = .refused(words.error(words.namesUnknown ? .notFound : .refused, "refuses"))
        }
    }

    var retryOutcome: RetryState.Outcome? {
        switch self {
        case .answered, .refused: nil
        case .later(_, let retryAfter): .later(retryAfter: retryAfter)
        case .failed(let error): .failure(error)
        }
    }

    func body() throws(ClientError) -> [UInt8] {
        switch self {
        case .answered(let body): return body
        case .refused(let error), .later(let error, retryAfter: _): throw error
        case .failed(let error): throw ClientError(deliveryOf: error)
        }
    }
}
