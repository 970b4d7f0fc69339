import AssetlogCore
import AssetlogWeb
import HTTPTypes

/// The parameters of `GET /api/v1/events/stream`: the filters of `GET /api/v1/events`, and where it begins.
struct EventStreamParameters {
    private static let excluded = [
        "limit": "has no meaning for a stream, which goes on until you close it; leave it out",
        "order": "has no meaning for a stream, whose events come in the order of the log; leave it out",
        "voided": "has no meaning for a stream, in which a void is an event that follows; leave it out",
    ]
    /// The names, in the order of the documentation.
    static let names = EventQueryParameters.names.filter { excluded[$0] == nil }

    /// Which events.
    let filter: EventFilter
    /// The sequence after which the stream begins; nil: at the end of the log.
    let after: Int64?

    /// Reads the parameters.
    ///
    /// - Parameter lastEventID: The value of `Last-Event-ID`, which a client that connects again sends; it counts before `after`.
    /// - Throws: ``RequestError`` that says which parameter is wrong, why, and how it would be right.
    init(_ text: String?, lastEventID: String?, deployment: String) throws(RequestError) {
        let parameters = try QueryParameters(text, known: Self.names, lists: ["kind"], excluded: Self.excluded)
        filter = try EventQueryParameters(parameters, deployment: deployment).query.filter
        let after = try parameters.integer("after", in: 0...Int64.max, example: "42")
        self.after = try lastEventID.flatMap { $0.isEmpty ? nil : $0 }.map(Self.sequence) ?? after
    }

    private static func sequence(_ text: String) throws(RequestError) -> Int64 {
        let isDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, let sequence = Int64(text) else {
            throw RequestError(
                status: .badRequest,
                detail: "Last-Event-ID must be the id of the last event that was read, a whole number, not \(text.quoted).")
        }
        return sequence
    }
}
