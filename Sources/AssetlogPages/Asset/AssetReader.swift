import AssetlogAPI
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb

/// Reads what the page of an asset shows.
struct AssetReader {
    static let eventsOfPage = 50
    static let checksOfPage = 20
    static let plotsOfPage = 4
    /// Results of a check that its strip shows.
    static let stripResults = 50
    private static let related = 20

    let services: PageServices
    let context: RouteContext
    let query: AssetPageQuery
    let detail: AssetDetail

    /// What the first part of the page shows.
    struct Overview {
        var latest: MarkedEvent?
        /// The materialization before the latest.
        var previous: MarkedEvent?
        var plots: [Plot]
        var checks: CheckPage
        var partitions: PartitionPage?
        var events: MarkedPage
        var states: [AssetKey: AssetState]
    }

    /// The values of a label.
    struct Plot {
        var label: String
        var series: Series
    }

    /// Checks with their latest results.
    struct CheckPage {
        var list: CheckList
        /// By name, the latest first.
        var results: [String: [MarkedEvent]]
    }

    /// Partitions, the last first.
    struct PartitionPage {
        var summary: PartitionSummary
        var list: PartitionList
    }

    private var scope: CatalogScope { CatalogScope(context) }

    func overview() async throws -> Overview {
        let written = try await events(kinds: [.materialization], limit: 2).events
        return Overview(
            latest: written.first, previous: written.dropFirst().first, plots: try await plots(of: detail.labels.prefix(4), points: 150),
            checks: try await failingFirst(), partitions: try await partitionPage(limit: 190),
            events: try await timeline(limit: 15), states: try await statesOfRelated())
    }

    // MARK: Events

    func timeline(limit: Int) async throws -> MarkedPage {
        var events = EventQuery(
            order: .latest(before: try EventPosition.key(query.view == .events ? query.after : nil)), limit: limit, assetKey: query.key,
            maximumBytes: 1 << 20)
        if query.view == .events {
            events.kinds = query.kind.map { [$0] }
            events.partition = query.partition
            events.checkName = query.checkName
        }
        return try await services.events(events, findsEnd: query.view == .events, for: context)
    }

    /// The latest events that may report a data version.
    func versions() async throws -> MarkedPage {
        var events = EventQuery(
            order: .latest(before: try EventPosition.key(query.after)), limit: 200, assetKey: query.key, maximumBytes: 2 << 20)
        events.kinds = [.materialization, .observation]
        return try await services.events(events, findsEnd: true, for: context)
    }

    private func events(kinds: Set<EventKind>, limit: Int, checkName: String? = nil) async throws -> MarkedPage {
        var events = EventQuery(order: .latest(before: nil), limit: limit, assetKey: query.key, maximumBytes: 1 << 20)
        events.kinds = kinds
        events.checkName = checkName
        return try await services.events(events, for: context)
    }

    // MARK: Plots

    /// How much of the past the plots show: the last 90 days, unless nothing happened in them.
    var period: PlotPeriod {
        let quarter = PlotPeriod.quarter.start(before: .now()) ?? detail.firstSeen
        return query.period ?? (detail.summary.lastSeen < quarter ? .all : .quarter)
    }

    func plots() async throws -> [Plot] {
        let first = Int(query.after ?? "") ?? 0
        return try await plots(of: detail.labels.dropFirst(max(0, first)).prefix(Self.plotsOfPage), points: 400)
    }

    private func plots(of labels: ArraySlice<String>, points: Int) async throws -> [Plot] {
        guard !labels.isEmpty else { return [] }
        let start = period.start(before: .now())
        return try await services.ask(for: context) { catalog in
            var plots: [Plot] = []
            for label in labels {
                let series = SeriesQuery(scope: scope, assetKey: query.key, label: label, from: start, points: points)
                if let value = try await catalog.series(series).value { plots.append(Plot(label: label, series: value)) }
            }
            return plots
        }
    }

    // MARK: Checks

    func checks(limit: Int) async throws -> CheckPage {
        var checks = AssetCheckQuery(scope: scope, assetKey: query.key, byPartition: query.byPartition, limit: limit)
        checks.checkName = query.checkName
        checks.after = query.after
        return try await withResults(try await list(checks) ?? CheckList(checks: [], next: nil))
    }

    /// The checks that the overview shows: those that fail come first.
    private func failingFirst() async throws -> CheckPage {
        guard detail.summary.checks.total > 0 else { return CheckPage(list: CheckList(checks: [], next: nil), results: [:]) }
        var list = try await list(AssetCheckQuery(scope: scope, assetKey: query.key, limit: 1000)) ?? CheckList(checks: [], next: nil)
        list.checks.sort { ($0.result.rawValue, $0.checkName) < ($1.result.rawValue, $1.checkName) }
        list.checks = Array(list.checks.prefix(8))
        return try await withResults(list)
    }

    private func list(_ query: AssetCheckQuery) async throws -> CheckList? {
        try await services.ask(for: context) { catalog in try await catalog.checks(query).value }
    }

    private func withResults(_ list: CheckList) async throws -> CheckPage {
        var results: [String: [MarkedEvent]] = [:]
        for name in Set(list.checks.map(\.checkName)) {
            results[name] = try await events(kinds: [.check], limit: Self.stripResults, checkName: name).events
        }
        return CheckPage(list: list, results: results)
    }

    // MARK: Partitions

    func partitions(_ frame: AssetFrame) async throws -> HTML {
        guard let page = try await partitionPage(limit: 400) else { return "<p class=\"empty\">No event names a partition.</p>" }
        return PartitionsView(frame: frame, page: page).html
    }

    private func partitionPage(limit: Int) async throws -> PartitionPage? {
        guard detail.summary.partitions.total > 0 else { return nil }
        var partitions = PartitionListQuery(scope: scope, assetKey: query.key, isDescending: true, limit: limit)
        if query.view == .partitions {
            partitions.states = query.state.map { [$0] }
            partitions.after = query.after
        }
        return try await services.ask(for: context) { [partitions] catalog in
            guard let list = try await catalog.partitions(partitions).value,
                let summary = try await catalog.partitionSummary(of: query.key, in: scope).value
            else { return nil }
            return PartitionPage(summary: summary, list: list)
        }
    }

    // MARK: Lineage

    private func statesOfRelated() async throws -> [AssetKey: AssetState] {
        let keys = detail.upstream.prefix(Self.related) + detail.downstream.prefix(Self.related)
        guard !keys.isEmpty else { return [:] }
        return try await services.ask(for: context) { catalog in
            var states: [AssetKey: AssetState] = [:]
            for key in keys { states[key] = try await catalog.asset(key, in: scope).value?.summary.state }
            return states
        }
    }
}
