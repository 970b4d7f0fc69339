/// What reading a whole storage has shown.
public struct VerificationReport: Hashable, Sendable {
    /// The number of events that were read.
    public var events: Int64
    /// What is wrong, a sentence each; empty: nothing.
    public var problems: [String]

    /// Makes a report.
    public init(events: Int64, problems: [String]) {
        self.events = events
        self.problems = problems
    }
}
