import AssetlogAPI
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HummingbirdCore

/// What the address of an asset's page asks for.
struct AssetPageQuery {
    /// The parts of the page, each with an address of its own.
    enum View: String, CaseIterable {
        case overview, plots, partitions, checks, versions, events
    }

    private static let names = ["asset_key", "view", "kind", "partition", "check_name", "state", "by", "days", "after"]

    let key: AssetKey
    let view: View
    let kind: EventKind?
    let partition: String?
    let checkName: String?
    let state: AssetState?
    let byPartition: Bool
    /// How much of the past plots show.
    let period: PlotPeriod?
    let after: String?

    /// Reads the path and the parameters.
    ///
    /// - Throws: ``RequestError`` that says what is wrong.
    init(_ request: Request, _ context: RouteContext) throws {
        // A partition may have an empty name.
        let parameters = try QueryParameters(FilledFields.query(request.uri.query, evenEmpty: "partition"), known: Self.names)
        let parts = Array(context.location.path.segments.dropFirst())
        if parts.isEmpty {
            guard let key = try parameters.assetKey() else { throw NoSuchPath() }
            self.key = key
        } else {
            key = AssetKey(parts)
        }
        view = try parameters.choice("view", View.allCases.map { ($0.rawValue, $0) }) ?? .overview
        kind = try parameters.choice("kind", EventKind.allCases.map { ($0.name, $0) })
        partition = try parameters.text("partition")
        checkName = try parameters.text("check_name")
        state = try parameters.choice("state", AssetState.allCases.map { ($0.name, $0) })
        byPartition = try parameters.choice("by", [("name", false), ("partition", true), ("time", false)]) ?? false
        period = try parameters.choice("days", PlotPeriod.allCases.map { ($0.rawValue, $0) })
        after = parameters["after"]
    }
}

/// How much of the past a plot shows.
enum PlotPeriod: String, CaseIterable {
    case month = "30"
    case quarter = "90"
    case year = "365"
    case all

    /// The words that people read.
    var title: String {
        switch self {
        case .month: "30 days"
        case .quarter: "90 days"
        case .year: "A year"
        case .all: "All"
        }
    }

    /// Where it begins; nil: at the beginning.
    func start(before now: Timestamp) -> Timestamp? {
        Int64(rawValue).map { Timestamp(microseconds: now.microseconds - $0 * 86_400_000_000) }
    }
}

/// Where a list of events continues, as it stands in an address.
enum EventPosition {
    static func text(_ order: EventQuery.Order?) -> String? {
        guard case .latest(let key?) = order else { return nil }
        return "\(key.timestamp.microseconds).\(key.sequence)"
    }

    static func key(_ text: String?) throws(RequestError) -> EventTimeKey? {
        guard let text else { return nil }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 2, let time = numbers[0], let sequence = numbers[1] else {
            throw .badParameter("after", "must be that of the link to the next page")
        }
        return EventTimeKey(timestamp: Timestamp(microseconds: time), sequence: sequence)
    }
}
