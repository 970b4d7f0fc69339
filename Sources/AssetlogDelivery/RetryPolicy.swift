public import AssetlogCore

/// How a request that failed is tried again: with growing pauses of random length, until too much time has passed.
public struct RetryPolicy: Hashable, Sendable {
    /// The upper bound of the first pause; it doubles with every attempt.
    public var firstPause: Duration
    /// The upper bound of every pause.
    public var longestPause: Duration
    /// The longest pause that a server may ask for; a longer one is cut to this.
    public var longestRetryAfter: Duration
    /// How long after the start an attempt may still begin.
    public var patience: Duration
    /// The statuses that mean "later", and not "never".
    public var retriableStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

    /// Makes a policy.
    public init(
        firstPause: Duration = .milliseconds(200), longestPause: Duration = .seconds(30),
        longestRetryAfter: Duration = .seconds(300), patience: Duration = .seconds(30)
    ) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.longestRetryAfter = longestRetryAfter
        self.patience = patience
    }

}

/// The attempts of one request: decides after each failure what comes next. It asks no clock and throws no dice.
public struct RetryState: Hashable, Sendable {
    /// How an attempt ended.
    public enum Outcome: Hashable, Sendable {
        /// With an answer of this status and this `Retry-After`.
        case answer(Int, retryAfter: String?)
        /// With an answer that says "later", or that is not the server's.
        case later(retryAfter: String?)
        /// Without an answer.
        case failure(DeliveryError)
    }

    /// What comes next.
    public enum Action: Hashable, Sendable {
        /// The answer is final: it says yes or no.
        case accept
        /// Wait, then try again.
        case retry(after: Duration)
        /// It may succeed some day, but not while there is patience.
        case giveUp
        /// It never succeeds.
        case fail
    }

    private let policy: RetryPolicy
    private let start: Duration
    private var failures = 0

    /// Starts at a reading of a clock that never steps.
    public init(_ policy: RetryPolicy, start: Duration) {
        self.policy = policy
        self.start = start
    }

    /// Decides about the end of an attempt.
    ///
    /// - Parameters:
    ///   - outcome: How it ended.
    ///   - now: The reading of the steady clock.
    ///   - date: The time of the day, which a server's date is compared with.
    ///   - random: A number from 0 up to 1.
    public mutating func next(_ outcome: Outcome, now: Duration, date: Timestamp, random: Double) -> Action {
        var asked: Duration?
        switch outcome {
        case .answer(let status, let retryAfter):
            guard policy.retriableStatuses.contains(status) else { return .accept }
            asked = retryAfter.flatMap { RetryAfter.pause($0, now: date) }
        case .later(let retryAfter): asked = retryAfter.flatMap { RetryAfter.pause($0, now: date) }
        case .failure(let error):
            guard error.isRetriable else { return .fail }
        }
        failures += 1
        let backoff = Backoff(first: policy.firstPause, longest: policy.longestPause)
        let own = backoff.pause(afterFailures: failures, jitter: 1, random: random)
        let pause = asked.map { min($0, policy.longestRetryAfter) + min(own, policy.firstPause) } ?? own
        return now + pause - start > policy.patience ? .giveUp : .retry(after: pause)
    }
}
