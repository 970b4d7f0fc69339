/// Why a report was not recorded, or something could not be read, as far as the client knows.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable { case refused, notFound, unavailable, invalid, unusable, cancelled, spoolFull, spoolFailed }
        private let value: Value
        /// The server has refused it, and would do so again.
        public static let refused = Code(value: .refused)
        /// The server knows no such asset, partition or event.
        public static let notFound = Code(value: .notFound)
        /// The server could not be reached, was not able to record it, or something in between has answered; it may be
        /// recorded nevertheless.
        public static let unavailable = Code(value: .unavailable)
        /// What was asked for can't be sent: a URL, a key or JSON is malformed.
        public static let invalid = Code(value: .invalid)
        /// This build can't send.
        public static let unusable = Code(value: .unusable)
        /// The task was cancelled.
        public static let cancelled = Code(value: .cancelled)
        /// The spool holds as much as it may.
        public static let spoolFull = Code(value: .spoolFull)
        /// The spool's directory can't be used.
        public static let spoolFailed = Code(value: .spoolFailed)
    }

    /// The kind of failure.
    public let code: Code
    /// The status that the server answered; nil when it did not.
    public var status: Int?
    /// What is wrong, where, and what to do, as a part of a sentence.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, status: Int? = nil, _ message: String) {
        self.code = code
        self.status = status
        self.message = message
    }

    /// Whether the same report may be recorded later.
    public var isRetriable: Bool { code == .unavailable }

    /// The message.
    public var description: String { message }

    /// Errors are equal when their codes and statuses are.
    public static func == (left: ClientError, right: ClientError) -> Bool {
        left.code == right.code && left.status == right.status
    }

    /// Hashes the code and the status.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(status)
    }
}
