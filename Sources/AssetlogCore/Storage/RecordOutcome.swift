/// Whether the events of a request that failed are in the log: every such answer says one of these.
public enum RecordOutcome: Hashable, Sendable {
    /// They are not, and will not be.
    case notRecorded
    /// They are.
    case recorded
    /// They may be: the storage was asked to record them, and did not say whether it has.
    case unknown

    /// A sentence for the one who sent them.
    ///
    /// - Parameter events: What was sent: `report`.
    package func sentence(about events: String) -> String {
        switch self {
        case .notRecorded: "Nothing was recorded."
        case .recorded: "The \(events) was recorded."
        case .unknown:
            "The \(events) may have been recorded: a retry with an Idempotency-Key, or with an event_id in each event, is"
                + " recorded once, any other may be recorded twice."
        }
    }
}
