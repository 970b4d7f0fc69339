#if Postgres
/// Until when something must be done, by a clock that nobody sets.
public struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    /// Makes a deadline so long from now.
    public init(in duration: Duration) {
        end = ContinuousClock.now + duration
    }

    /// What is left of it; zero when it has passed.
    public var rest: Duration { max(.zero, end - .now) }
    /// Whether it has passed.
    public var hasPassed: Bool { rest == .zero }

    /// The rest for `poll`, rounded up so that it never returns just before.
    public var milliseconds: Int32 {
        let (seconds, attoseconds) = rest.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
#endif
