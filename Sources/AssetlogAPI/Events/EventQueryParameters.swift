import AssetlogCore
import AssetlogWeb

/// The parameters of `GET /api/v1/events`, checked and turned into a query of the storage.
struct EventQueryParameters {
    /// The names, in the order of the documentation.
    static let names = [
        "after", "limit", "order", "asset", "asset_key", "prefix", "kind", "partition", "check_name", "passed", "from", "to",
    ]
    /// How many events a page may have.
    static let limits = 1...1000

    /// The query. By time it reads from the latest event: only the log knows when the event ``after`` happened.
    var query: EventQuery
    /// The sequence to continue from, as the client sent it; nil: the first page.
    let after: Int64?

    /// Reads the parameters.
    ///
    /// - Throws: ``RequestError`` that says which parameter is wrong, why, and how it would be right.
    init(_ text: String?, deployment: String) throws(RequestError) {
        let parameters = try QueryParameters(text, known: Self.names, lists: ["kind"])
        query = EventQuery(deployment: deployment)
        after = try Self.after(parameters)
        query.order = try Self.order(parameters, after: after)
        query.limit = try Self.limit(parameters)
        query.assetKey = try Self.assetKey(parameters)
        query.prefix = try Self.prefix(parameters)
        query.kinds = try Self.kinds(parameters)
        query.partition = try Self.text("partition", parameters)
        query.checkName = try Self.text("check_name", parameters)
        query.passed = try parameters.boolean("passed")
        query.from = try Self.time("from", parameters)
        query.to = try Self.time("to", parameters)
        if let from = query.from, let to = query.to, from > to {
            throw .badParameter("to", "is before from; it is the end of the time that is asked about")
        }
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

    /// The asset: as text that is split at every slash, as in the path of a report, or as a JSON array of the parts.
    private static func assetKey(_ parameters: QueryParameters) throws(RequestError) -> AssetKey? {
        guard let text = parameters["asset"] else { return try key("asset_key", parameters, example: exampleOfKey) }
        guard parameters["asset_key"] == nil else {
            throw .badParameter("asset", "and asset_key both name the asset; give one of them")
        }
        guard AssetKey(json: text) == nil else {
            throw .badParameter(
                "asset", "is split at its slashes; a JSON array is given as asset_key, not \(text.quoted)",
                example: "warehouse/orders")
        }
        return try split("asset", text)
    }

    /// The parts that keys begin with, in either form.
    private static func prefix(_ parameters: QueryParameters) throws(RequestError) -> AssetKey? {
        guard let text = parameters["prefix"] else { return nil }
        guard text.utf8.first == UInt8(ascii: "[") else { return try split("prefix", text) }
        return try key("prefix", parameters, example: "warehouse/raw")
    }

    private static let exampleOfKey = "%5B%22warehouse%22,%22orders%22%5D"

    private static func key(
        _ name: String, _ parameters: QueryParameters, example: String
    ) throws(RequestError) -> AssetKey? {
        guard let text = parameters[name] else { return nil }
        guard let key = AssetKey(json: text) else {
            let other = name == "asset_key" ? "; asset=warehouse/orders is the short form" : ""
            throw .badParameter(
                name, "must be a JSON array of at least one string, percent-encoded, not \(text.quoted)\(other)",
                example: example)
        }
        return key
    }

    private static func split(_ name: String, _ text: String) throws(RequestError) -> AssetKey {
        guard !text.isEmpty else {
            throw .badParameter(name, "must name at least one part", example: "warehouse/orders")
        }
        try check(name, text)
        // By bytes: a slash with a combining mark is another character, and still a slash in the path of a report.
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return AssetKey(parts.map { String(decoding: $0, as: UTF8.self) })
    }

    private static func text(_ name: String, _ parameters: QueryParameters) throws(RequestError) -> String? {
        guard let text = parameters[name] else { return nil }
        try check(name, text)
        return text
    }

    // No event has such a text, so asking for it is a mistake.
    private static func check(_ name: String, _ text: String) throws(RequestError) {
        guard !text.utf8.contains(0) else { throw .badParameter(name, "must not contain NUL; no event does") }
        guard text.utf8.count <= EventFilter.maximumTextLength else {
            throw .badParameter(name, "may have \(EventFilter.maximumTextLength) bytes of UTF-8, as in an event")
        }
    }

    private static func kinds(_ parameters: QueryParameters) throws(RequestError) -> Set<EventKind>? {
        guard let names = parameters.list("kind") else { return nil }
        var kinds: Set<EventKind> = []
        for name in names {
            guard let kind = EventKind(name: name) else {
                let known = EventKind.allCases.map(\.name).joined(separator: ", ")
                throw .badParameter(
                    "kind", "must be one of \(known), or several of them separated by commas, not \(String(name).quoted)",
                    example: "materialization")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    private static func time(_ name: String, _ parameters: QueryParameters) throws(RequestError) -> Timestamp? {
        guard let text = parameters[name] else { return nil }
        guard text.utf8.count <= 64, let time = Timestamp(text) ?? Timestamp(withColon(text)) else {
            let plus = text.utf8.dropFirst(19).contains(UInt8(ascii: " ")) ? " (in a URL, + is written %2B)" : ""
            throw .badParameter(
                name, "must be a time of RFC 3339 with its offset, not \(text.quoted)\(plus)",
                example: "2026-11-23T00:00:00Z")
        }
        return time
    }

    // Python's %z, and clients that are generated for it, write an offset without its colon.
    private static func withColon(_ text: String) -> String {
        let offset = text.utf8.suffix(5)
        guard let sign = offset.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), offset.count == 5 else { return text }
        return "\(text.dropLast(2)):\(text.suffix(2))"
    }
}
