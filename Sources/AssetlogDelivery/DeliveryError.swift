/// Why a request got no answer.
public struct DeliveryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case unreachable, timedOut, interrupted, untrusted, forbidden, invalidRequest, unavailable, cancelled, failed
        }
        private let value: Value
        /// There is no connection, and nothing was sent: no such name, nobody listens, no route, no TLS.
        public static let unreachable = Code(value: .unreachable)
        /// It took longer than the request allows; the server may have done what was asked.
        public static let timedOut = Code(value: .timedOut)
        /// The connection broke; the server may have done what was asked.
        public static let interrupted = Code(value: .interrupted)
        /// The server's certificate is not trusted, or a file of authorities or of a client certificate can't be used.
        public static let untrusted = Code(value: .untrusted)
        /// The server's address is not of the public Internet, and the request refuses such addresses; nothing was sent.
        public static let forbidden = Code(value: .forbidden)
        /// The URL or a field of the head can't be sent.
        public static let invalidRequest = Code(value: .invalidRequest)
        /// This build has no outbound HTTP.
        public static let unavailable = Code(value: .unavailable)
        /// The caller is no longer interested.
        public static let cancelled = Code(value: .cancelled)
        /// Anything else.
        public static let failed = Code(value: .failed)
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, where, and what to do, as a part of a sentence.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same request may succeed later.
    public var isRetriable: Bool { [.unreachable, .timedOut, .interrupted].contains(code) }

    /// The message.
    public var description: String { message }

    /// Errors are equal when their codes are.
    public static func == (left: DeliveryError, right: DeliveryError) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
