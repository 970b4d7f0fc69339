import AssetlogCore

/// The parameters of `GET /api/v1/events`, checked and turned into a query of the storage.
struct EventQueryParameters {
    /// The names, in the order of the documentation.
    static let names = ["after", "limit", "order", "asset_key", "kind", "from", "to"]
    /// How many events a page may have.
    static let limits = 1...1000

    /// The query, which reads by time from the latest event where ``latestAfter`` is to be looked up.
    var query: EventQuery
    /// The event, by its sequence, after which reading by time goes on; only the log knows when it happened.
    var latestAfter: Int64?

    /// Reads the parameters.
    ///
    /// - Throws: ``APIError`` that says which parameter is wrong, why, and how it would be right.
    init(_ text: String?, deployment: String) throws(APIError) {
        let parameters = try QueryParameters(text, known: Self.names)
        query = EventQuery(deployment: deployment)
        query.order = try Self.order(parameters)
        if case .latest = query.order { latestAfter = try Self.after(parameters) }
        query.limit = try Self.limit(parameters)
        query.assetKey = try Self.assetKey(parameters)
        query.kind = try Self.kind(parameters)
        query.from = try Self.time("from", parameters)
        query.to = try Self.time("to", parameters)
        if let from = query.from, let to = query.to, from > to {
            throw .badParameter("to", "is before from; it is the end of the time that is asked about")
        }
    }

    /// The answer where there is no event ``latestAfter``.
    static func noEvent(after sequence: Int64) -> APIError {
        .badParameter(
            "after",
            "must be 0, or with order=latest the sequence of an event that you may read here: next of the page before."
                + " There is no event \(sequence)")
    }

    /// The sequence to go on from; nil: the first page. There is no event 0, so a reader starts every order with it.
    private static func after(_ parameters: QueryParameters) throws(APIError) -> Int64? {
        let after = try number("after", parameters, in: 0...Int64.max, example: "42")
        return after == 0 ? nil : after
    }

    private static func order(_ parameters: QueryParameters) throws(APIError) -> EventQuery.Order {
        let after = try after(parameters)
        switch parameters["order"] {
        case nil, "asc": return .ascending(after: after ?? 0)
        case "desc": return .descending(before: after)
        case "latest": return .latest(before: nil)
        case let other?:
            throw .badParameter("order", "must be asc, desc or latest, not \(other.quoted)", example: "latest")
        }
    }

    private static func limit(_ parameters: QueryParameters) throws(APIError) -> Int {
        let range = Int64(limits.lowerBound)...Int64(limits.upperBound)
        return try number("limit", parameters, in: range, example: "100").map { Int(clamping: $0) } ?? 100
    }

    private static func number(
        _ name: String, _ parameters: QueryParameters, in range: ClosedRange<Int64>, example: String
    ) throws(APIError) -> Int64? {
        guard let text = parameters[name] else { return nil }
        let isDigits = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, let number = Int64(text), range.contains(number) else {
            let bounds = "between \(range.lowerBound) and \(range.upperBound)"
            throw .badParameter(name, "must be a whole number \(bounds), not \(text.quoted)", example: example)
        }
        return number
    }

    private static func assetKey(_ parameters: QueryParameters) throws(APIError) -> AssetKey? {
        guard let text = parameters["asset_key"] else { return nil }
        guard let key = AssetKey(json: text) else {
            throw .badParameter(
                "asset_key", "must be a JSON array of at least one string, percent-encoded, not \(text.quoted)",
                example: "%5B%22warehouse%22,%22orders%22%5D")
        }
        return key
    }

    private static func kind(_ parameters: QueryParameters) throws(APIError) -> EventKind? {
        guard let text = parameters["kind"] else { return nil }
        guard let kind = EventKind(name: text) else {
            let names = EventKind.allCases.map(\.name).joined(separator: ", ")
            throw .badParameter("kind", "must be one of \(names), not \(text.quoted)", example: "materialization")
        }
        return kind
    }

    private static func time(_ name: String, _ parameters: QueryParameters) throws(APIError) -> Timestamp? {
        guard let text = parameters[name] else { return nil }
        guard text.utf8.count <= 64, let time = Timestamp(text) else {
            let plus = text.utf8.dropFirst(19).contains(UInt8(ascii: " ")) ? " (in a URL, + is written %2B)" : ""
            throw .badParameter(
                name, "must be a time of RFC 3339 with its offset, not \(text.quoted)\(plus)",
                example: "2026-11-23T00:00:00Z")
        }
        return time
    }
}
