/// How an event was voided: what its reader is shown of the void.
public struct Voiding: Hashable, Sendable {
    /// The identity of the void, itself an event.
    public var id: EventID
    /// The name of the token with which it was voided; nil where no token is asked for.
    public var by: String?
    /// Why.
    public var reason: String
    /// When.
    public var timestamp: Timestamp

    /// Takes it from an event; nil when that is no void.
    public init?(_ event: Event) {
        guard event.kind == .void, let details = VoidDetails(event.details) else { return nil }
        (id, by, reason, timestamp) = (event.id, event.reportedBy, details.reason, event.timestamp)
    }
}
