public import AssetlogCore

extension DeliveryFailure {
    /// Why a request without an answer was not delivered.
    ///
    /// It counts as an attempt only when the request may have been the reason: when the connection broke after it was sent.
    public init(error: DeliveryError) {
        self.init("\(error.message).", isCounted: [.interrupted, .failed].contains(error.code))
    }

    /// Why a request with an answer other than success was not delivered.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - origin: Scheme, host and port of the server.
    ///   - secrets: What must not be kept of the answer, if it repeats what was sent.
    ///   - now: The time of the day, which a date in `Retry-After` is compared with.
    public init(
        answer: OutboundAnswer, from origin: String = "the destination", redacting secrets: [Secret] = [], now: Timestamp = .now()
    ) {
        self.init(
            "\(origin) answered \(answer.status)\(Self.advice(answer)).", answer: Self.text(of: answer, redacting: secrets),
            retryAfter: answer.retryAfter.flatMap { RetryAfter.pause($0, now: now) },
            isCounted: !Self.isTemporary(status: answer.status))
    }

    private static func advice(_ answer: OutboundAnswer) -> String {
        switch answer.status {
        case 300..<400: redirection(answer)
        case 401, 403: "; check the credentials, and what they may do there"
        case 404, 405: "; check the path of the URL"
        case 407: "; check the credentials of the proxy"
        case 413: "; lower batch_size or batch_bytes, or raise the limit there"
        case 429: ": it asks for fewer requests"
        case 500...: "; its own log says why"
        default: ""
        }
    }

    // A query may hold a token.
    private static func redirection(_ answer: OutboundAnswer) -> String {
        guard let location = answer["location"] else { return ", a redirection, which is not followed" }
        return ", a redirection to \(location.prefix { $0 != "?" && $0 != "#" }.prefix(200)), which is not followed; correct the URL"
    }

    // More than is kept, so that a secret at the end of it is found whole; what a database does not keep as text is replaced.
    private static func text(of answer: OutboundAnswer, redacting secrets: [Secret]) -> String {
        var text = String(decoding: answer.body.prefix(4 * maximumAnswerBytes), as: UTF8.self)
        for secret in secrets where !secret.revealed.isEmpty { text = text.replacing(secret.revealed, with: secret.description) }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 && !"\n\t".unicodeScalars.contains($0) ? "\u{fffd}" : $0 }))
    }
}

extension DeliveryResult {
    /// What an answer says about the events of its request, where the destination has no rules of its own.
    ///
    /// 2xx is delivered; 408, 425, 429, 5xx and what is no answer to a request (1xx, 3xx) is tried again; every other 4xx is
    /// rejected. Which of these count as attempts is said at ``DeliveryFailure/isCounted``.
    /// - Parameters:
    ///   - answer: The answer.
    ///   - origin: Scheme, host and port of the server.
    ///   - secrets: What must not be kept of the answer, if it repeats what was sent.
    public init(answer: OutboundAnswer, from origin: String = "the destination", redacting secrets: [Secret] = []) {
        if (200..<300).contains(answer.status) {
            self = .delivered
            return
        }
        let failure = DeliveryFailure(answer: answer, from: origin, redacting: secrets)
        let isFinal = (400..<500).contains(answer.status) && ![408, 425, 429].contains(answer.status)
        self = isFinal ? .rejected(failure) : .retry(failure)
    }
}
