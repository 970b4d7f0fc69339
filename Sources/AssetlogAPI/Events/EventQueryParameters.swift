import AssetlogCore
import AssetlogWeb

/// The parameters of `GET /api/v1/events`, checked and turned into a query of the storage.
struct EventQueryParameters {
    /// The names, in the order of the documentation.
    static let names = [
        "after", "limit", "order", "asset", "asset_key", "prefix", "kind", "partition", "check_name", "passed", "voided", "from", "to",
    ]
    /// How many events a page may have.
    static let limits = 1...1000

    /// The query. By time it reads from the latest event: only the log knows when the event ``after`` happened.
    var query: EventQuery
    /// The sequence to continue from, as the client sent it; nil: the first page.
    let after: Int64?
    /// Only events that are void, or only those that are not; nil: both.
    let voided: Bool?

    /// Reads the parameters.
    ///
    /// - Throws: ``RequestError`` that says which parameter is wrong, why, and how it would be right.
    init(_ text: String?, deployment: String) throws(RequestError) {
        try self.init(try QueryParameters(text, known: Self.names, lists: ["kind"]), deployment: deployment)
    }

    /// Reads parameters that were split before.
    ///
    /// - Throws: As ``init(_:deployment:)``.
    init(_ parameters: QueryParameters, deployment: String) throws(RequestError) {
        query = EventQuery(deployment: deployment)
        after = try Self.after(parameters)
        query.order = try Self.order(parameters, after: after)
        query.limit = try Self.limit(parameters)
        query.assetKey = try parameters.assetKey()
        query.prefix = try parameters.prefix()
        query.kinds = try parameters.words("kind", EventKind.self, named: \.name)
        query.partition = try parameters.text("partition")
        query.checkName = try parameters.text("check_name")
        query.passed = try parameters.boolean("passed")
        voided = try parameters.boolean("voided")
        (query.from, query.to) = try parameters.period()
    }

    /// The answer where reading by time has no event ``after``.
    static func noEvent(after sequence: Int64) -> RequestError {
        .badParameter(
            "after",
            "must be 0, or with order=latest the sequence of an event that you may read here: next of the page before."
                + " There is no event \(sequence)")
    }

    // There is no event 0, so a reader starts every order with it.
    private static func after(_ parameters: QueryParameters) throws(RequestError) -> Int64? {
        let after = try parameters.integer("after", in: 0...Int64.max, example: "42")
        return after == 0 ? nil : after
    }

    private static func order(
        _ parameters: QueryParameters, after: Int64?
    ) throws(RequestError) -> EventQuery.Order {
        switch parameters["order"] {
        case nil, "asc": return .ascending(after: after ?? 0)
        case "desc": return .descending(before: after)
        case "latest": return .latest(before: nil)
        case let other?:
            throw .badParameter("order", "must be asc, desc or latest, not \(other.quoted)", example: "latest")
        }
    }

    private static func limit(_ parameters: QueryParameters) throws(RequestError) -> Int {
        let range = Int64(limits.lowerBound)...Int64(limits.upperBound)
        return try parameters.integer("limit", in: range, example: "100").map { Int(clamping: $0) } ?? 100
    }
}
