import AssetlogCore
import AssetlogDelivery

/// What the end of a report's last attempt means.
enum ReportAnswer {
    /// Returns the identity of the event that was recorded, where it is known.
    ///
    /// - Parameter isFinal: Whether the same request would be answered so again.
    /// - Throws: ``ClientError`` when nothing was recorded.
    static func eventID(
        _ outcome: Result<OutboundAnswer, DeliveryError>, from url: ServerURL, isFinal: Bool
    ) throws(ClientError) -> EventID? {
        switch outcome {
        case .success(let answer) where (200..<300).contains(answer.status):
            return answer.eventID.flatMap { EventID($0) }
        case .success(let answer):
            throw refusal(answer, from: url, isFinal: isFinal)
        case .failure(let error):
            throw failure(error)
        }
    }

    private static func refusal(_ answer: OutboundAnswer, from url: ServerURL, isFinal: Bool) -> ClientError {
        let sentence = sentence(of: answer.body).map { ": \($0)" } ?? ""
        guard isFinal else { return ClientError(.unavailable, status: answer.status, "\(url) answers \(answer.status)\(sentence)") }
        if (300..<400).contains(answer.status) {
            return ClientError(
                .refused, status: answer.status, "\(url) answers \(answer.status) and names another address; give that as the server's URL")
        }
        return ClientError(.refused, status: answer.status, "\(url) refuses the report with \(answer.status)\(sentence)")
    }

    private static func failure(_ error: DeliveryError) -> ClientError {
        if error.isRetriable { return ClientError(.unavailable, error.message) }
        switch error.code {
        case .cancelled: return ClientError(.cancelled, error.message)
        case .invalidRequest: return ClientError(.invalid, error.message)
        default: return ClientError(.unusable, error.message)
        }
    }

    /// The server's own words, on one line and not too many; nil when it has none.
    private static func sentence(of body: [UInt8]) -> String? {
        let members = ["error", "detail"]
        guard let text = members.lazy.compactMap({ CanonicalJSON.string($0, inObject: body) }).first else { return nil }
        let words = text.unicodeScalars.prefix(1000).map { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) ? " " : Character($0) }
        let line = String(words)
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}

extension Result<OutboundAnswer, DeliveryError> {
    /// The outcome, as the retry policy judges it.
    var judged: RetryState.Outcome {
        switch self {
        case .success(let answer): .answer(answer.status, retryAfter: answer.retryAfter)
        case .failure(let error): .failure(error)
        }
    }
}
