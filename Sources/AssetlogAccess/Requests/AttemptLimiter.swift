/// Bounds how often a client may guess: so many attempts that fail in a minute, from each address. State lives in a ``RateLimiter``.
package final class AttemptLimiter: Sendable {
    private let limiter: RateLimiter<ClientAddress?>

    /// Makes a limiter.
    ///
    /// - Parameter perMinute: The attempts that may fail, at least 1.
    package init(perMinute: Int) {
        let count = max(1, perMinute)
        limiter = RateLimiter(rate: RequestRate(burst: count), interval: 60_000_000_000 / Int64(count), keys: 16_384)
    }

    /// Counts an attempt as if it had failed.
    ///
    /// - Parameters:
    ///   - address: Where it comes from; nil: nobody knows.
    ///   - nanoseconds: The time of a clock that only goes forward.
    /// - Returns: The seconds after which the next one is allowed; nil: this one is.
    package func begin(from address: ClientAddress?, at nanoseconds: Int64) -> Int? {
        let outcome = limiter.count(address?.limitKey, at: nanoseconds)
        return outcome.isAllowed ? nil : outcome.secondsToNext
    }

    /// Counts the last attempt of an address no more, because it has not failed.
    package func succeeded(from address: ClientAddress?) {
        limiter.takeBack(address?.limitKey)
    }
}
