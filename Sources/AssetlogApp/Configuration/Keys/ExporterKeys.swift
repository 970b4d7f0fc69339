import AssetlogCore
import AssetlogLog

/// The keys that every exporter has, next to those of its plugin; `batch_size`, `concurrency` and `start` with the defaults of it.
struct ExporterKeys: Sendable {
    private static let filterKinds = ConfigurationKey(
        "filter.kinds", .list, default: [],
        "Delivers only events of these kinds, such as [materialization, check]; empty: all kinds.")
    private static let filterAssets = ConfigurationKey(
        "filter.assets", .list, default: [],
        "Delivers only events of assets that match one of these patterns, such as [warehouse/**]; empty: all assets.")
    private static let filterDeployments = ConfigurationKey(
        "filter.deployments", .list, default: [], "Delivers only events of these deployments; empty: all deployments.")
    private static let filterTags = ConfigurationKey(
        "filter.tags", .list, default: [], "Delivers only events with all of these tags, such as [team=finance, reviewed].")
    private static let filterSeverity = ConfigurationKey.optional(
        "filter.severity", .choice(ExportFilter.Severity.self),
        "Of the check results, delivers only those of at least this severity; without it all.")
    private static let filterPassed = ConfigurationKey.optional(
        "filter.passed", .boolean, "Of the check results, delivers only those that passed, or only those that failed; without it all.")
    private static let batchBytes = ConfigurationKey(
        "batch_bytes", .bytes(in: 1...(8 << 20)), default: 1 << 20,
        "A batch holds at most so many bytes of events; a larger event is delivered by itself.")
    private static let maximumAttempts = ConfigurationKey(
        "maximum_attempts", .integer(in: 1...1000), default: 12,
        "An event that the destination failed to take so often becomes a dead letter.")

    private let start: ConfigurationKey<String>
    private let batchSize: ConfigurationKey<Int>
    private let concurrency: ConfigurationKey<Int>

    /// The keys of the exporters of a plugin.
    init(_ defaults: DeliveryDefaults) {
        start = ConfigurationKey(
            "start", .text, default: defaults.start == .beginning ? "beginning" : "end",
            "Where a new exporter starts: beginning, end, a time such as 2026-01-01T00:00:00Z, or a sequence.")
        batchSize = ConfigurationKey(
            "batch_size", .integer(in: 1...10_000), default: defaults.batchSize, "How many events to deliver at once at most.")
        concurrency = ConfigurationKey(
            "concurrency", .integer(in: 1...64), default: defaults.concurrency,
            "How many batches of different assets to deliver at the same time; one where the order is that of the log.")
    }

    /// The declarations, in the order in which they are shown.
    var declarations: [KeyDeclaration] {
        let keys: [any DeclaredKey] = [
            start, batchSize, Self.batchBytes, concurrency, Self.maximumAttempts, Self.filterKinds, Self.filterAssets,
            Self.filterDeployments, Self.filterTags, Self.filterSeverity, Self.filterPassed,
        ]
        return keys.map(\.declaration)
    }

    /// How events are handed to an exporter.
    ///
    /// - Throws: ``ConfigurationError`` for the first value that can't be used.
    func settings(_ configuration: PluginConfiguration) throws -> ExporterSettings {
        try ExporterSettings(
            filter: filter(configuration), start: start(configuration), batchSize: configuration[batchSize],
            batchBytes: configuration[Self.batchBytes], concurrency: configuration[concurrency],
            maximumAttempts: configuration[Self.maximumAttempts])
    }

    private func start(_ configuration: PluginConfiguration) throws -> ExportStart {
        let text = try configuration[start]
        switch text.lowercased() {
        case "beginning": return .beginning
        case "end": return .end
        default: break
        }
        if let sequence = Int64(text), sequence >= 1 { return .sequence(sequence) }
        if let time = Timestamp(text) { return .time(time) }
        throw configuration.error(
            start, "must be beginning, end, a time such as 2026-01-01T00:00:00Z, or a sequence from 1, not \"\(text)\"")
    }

    // MARK: The filter

    private func filter(_ configuration: PluginConfiguration) throws -> ExportFilter {
        let kinds = try configuration[Self.filterKinds].map { try kind($0, configuration) }
        let assets = try configuration[Self.filterAssets].map { try pattern($0, configuration) }
        let deployments = try configuration[Self.filterDeployments]
        return try ExportFilter(
            kinds: kinds.isEmpty ? nil : Set(kinds), assets: assets.isEmpty ? nil : assets,
            deployments: deployments.isEmpty ? nil : deployments,
            tags: configuration[Self.filterTags].map { try tag($0, configuration) },
            severity: configuration[Self.filterSeverity], passed: configuration[Self.filterPassed])
    }

    private func kind(_ text: String, _ configuration: PluginConfiguration) throws -> EventKind {
        if let kind = EventKind(name: text) { return kind }
        let names = EventKind.allCases.map(\.name)
        let hint = ConfigurationError.nearest(to: text, among: names).map { "; did you mean \($0)?" } ?? ""
        throw configuration.error(
            Self.filterKinds, "has \"\(text)\", which is no kind of event: \(names.joined(separator: ", "))\(hint)")
    }

    private func pattern(_ text: String, _ configuration: PluginConfiguration) throws -> PartPattern {
        guard let pattern = PartPattern(text) else {
            throw configuration.error(
                Self.filterAssets, "has \"\(text)\", which is no pattern: write it as warehouse/**, raw/*/orders or raw_*")
        }
        return pattern
    }

    private func tag(_ text: String, _ configuration: PluginConfiguration) throws -> ExportFilter.Tag {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let key = parts.first, !key.isEmpty else {
            throw configuration.error(Self.filterTags, "has \"\(text)\", which is no tag: write key or key=value")
        }
        return ExportFilter.Tag(key: key, value: parts.count == 2 ? parts[1] : nil)
    }
}
