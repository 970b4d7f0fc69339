import AssetlogCore
import AssetlogDelivery

/// How an attempt to deliver a report ended.
enum AttemptOutcome {
    /// The server has it; its event's identity, where the server names it.
    case recorded(EventID?)
    /// The server itself has decided, and would decide so again.
    case refused(ClientError)
    /// The server asks to wait, or something else has answered in its stead.
    case later(ClientError, retryAfter: String?)
    /// There was no answer.
    case failed(DeliveryError)

    /// The outcome, as the retry policy sees it; nil: it is final.
    var retryOutcome: RetryState.Outcome? {
        switch self {
        case .recorded, .refused: nil
        case .later(_, let retryAfter): .later(retryAfter: retryAfter)
        case .failed(let error): .failure(error)
        }
    }

    /// Returns the identity of the event.
    ///
    /// - Throws: ``ClientError`` when nothing was recorded, as far as is known.
    func eventID() throws(ClientError) -> EventID? {
        switch self {
        case .recorded(let id): return id
        case .refused(let error), .later(let error, retryAfter: _): throw error
        case .failed(let error): throw ClientError(deliveryOf: error)
        }
    }
}

extension ClientError {
    /// The error for a request that had no answer. But for these, nobody has decided anything: it may succeed some day.
    init(deliveryOf error: DeliveryError) {
        switch error.code {
        case .cancelled: self.init(.cancelled, error.message)
        case .unavailable: self.init(.unusable, error.message)
        default: self.init(.unavailable, error.message)
        }
    }
}
