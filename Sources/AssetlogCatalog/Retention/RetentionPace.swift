/// How many events one step removes, and how long the load has the storage to itself after it.
///
/// A step holds up appends while it lasts. So it is to take about as long as a commit with its sync does, and rests are longer than steps.
struct RetentionPace: Sendable {
    /// How many events the next step removes at most.
    private(set) var events = 64

    private static let target = Duration.milliseconds(12)
    private static let bounds = 16...2000
    private static let restFactor = 1.5

    /// Takes in how long a step took.
    ///
    /// - Returns: How long to rest after it.
    mutating func took(_ duration: Duration, events count: Int) -> Duration {
        let ratio = Self.target / max(duration, .microseconds(100))
        // By half or by twice at most, so that one slow sync says little.
        let wanted = Double(count) * min(max(ratio, 0.5), 2)
        events = min(max(Int(wanted), Self.bounds.lowerBound), Self.bounds.upperBound)
        return duration * Self.restFactor
    }
}
