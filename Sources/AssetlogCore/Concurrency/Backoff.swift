/// The pauses between attempts that fail: each twice as long as the one before, up to a longest one.
///
/// It asks no clock and rolls no dice.
public struct Backoff: Hashable, Sendable {
    /// The pause after the first failure.
    public var first: Duration
    /// The longest pause.
    public var longest: Duration

    /// Makes a backoff of two positive durations.
    public init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The pause after a number of failures in a row.
    ///
    /// - Parameter failures: How many there were; without one there is no pause.
    public func pause(afterFailures failures: Int) -> Duration {
        guard failures > 0 else { return .zero }
        let factor = 1 << min(failures - 1, 30)
        // Divided, because a product could exceed what a duration holds.
        return first <= longest / factor ? first * factor : longest
    }

    /// The pause after a number of failures in a row, shortened at random, so that those who failed together don't come back
    /// together.
    ///
    /// - Parameters:
    ///   - failures: How many there were; without one there is no pause.
    ///   - jitter: How much of the pause is left to chance, from 0 to 1.
    ///   - random: The chance, from 0 (the shortest pause) to 1 (the whole one); what lies outside is taken for the nearest.
    public func pause(afterFailures failures: Int, jitter: Double, random: Double) -> Duration {
        pause(afterFailures: failures) * (1 - jitter + jitter * min(max(random, 0), 1))
    }
}
