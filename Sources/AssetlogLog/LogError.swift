public import AssetlogCore

/// Why the log did not record events, or can't say that it has.
public struct LogError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable { case full, closed, failed }
        private let value: Value
        /// The queue is at its bound: the storage is slower than the reports. Nothing was recorded; try again later.
        public static let full = Code(value: .full)
        /// The server is stopping. Nothing was recorded; try again later.
        public static let closed = Code(value: .closed)
        /// The storage failed to record the commit; ``LogError/cause`` says why.
        public static let failed = Code(value: .failed)
    }

    /// The kind of failure.
    public var code: Code
    /// What the storage said.
    public var cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, cause: (any Error)? = nil) {
        self.code = code
        self.cause = cause
    }

    /// Whether the events are in the log.
    public var outcome: RecordOutcome {
        switch code {
        case .full, .closed: .notRecorded
        default: (cause as? StorageError)?.outcome ?? .unknown
        }
    }

    /// A sentence for the one who reported.
    public var description: String {
        "\(reason) \(outcome.sentence(about: "report")) Send it again later."
    }

    /// The beginning of the sentence: what happened.
    package var reason: String {
        switch (code, outcome) {
        case (.full, _): "The queue of the event log is full."
        case (.closed, _): "The server is stopping."
        case (_, .notRecorded): "The storage could not record events."
        default: "The storage did not say whether it has recorded events."
        }
    }
}

/// How the log is doing.
public enum LogHealth: Sendable {
    /// The last commit succeeded, or there was none yet, or the storage is back after it was away.
    case ready
    /// The storage says that it can't be reached, for a reason.
    case away(reason: String)
    /// Commits fail since a point in time, for a reason.
    case failing(since: ContinuousClock.Instant, reason: String)
    /// The log takes no events any more and commits what it has.
    case draining
}
