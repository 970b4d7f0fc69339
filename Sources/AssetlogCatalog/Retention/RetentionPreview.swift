package import AssetlogCore

/// Says what retention would remove, without a running server or beside one.
package struct RetentionPreview: Sendable {
    private let settings: RetentionSettings
    private let log: any LogReader
    private let consumers: (any ConsumerStore)?
    private let exporters: [String]
    /// Where the catalog's file is.
    private let path: String

    /// - Parameters:
    ///   - consumers: The cursors of the exporters; nil: they are not looked at.
    ///   - path: The path of the catalog's file, which knows the assets.
    package init(
        settings: RetentionSettings, log: any LogReader, consumers: (any ConsumerStore)?, exporters: [String], path: String
    ) {
        self.settings = settings
        self.log = log
        self.consumers = consumers
        self.exporters = exporters
        self.path = path
    }

    /// Reads all assets that a rule is about.
    ///
    /// - Throws: What reading the catalog's file or the log throws.
    package func report(at now: Timestamp) async throws -> RetentionReport {
        let threads = BlockingPool("retention")
        let exported = consumers == nil ? ExportedSequences() : try await ExportedSequences(exporters, consumers!)
        let head = try await log.statistics().head
        let limits = RetentionLimits(
            now: now, head: head, last: head, exported: exported.least, patience: settings.waitForExporters,
            deadLetters: exported.deadLetters)
        var report = RetentionReport(rules: settings.rules.count)
        var last: AssetName?
        while true {
            let (path, previous) = (path, last)
            let names = try await threads.run {
                try CatalogFactory.assetNames(in: path, after: previous, limit: 500)
            }
            for name in names {
                report.assets += 1
                try await add(name, limits, to: &report)
            }
            guard names.count == 500 else { return report }
            last = names.last
        }
    }

    private func add(_ name: AssetName, _ limits: RetentionLimits, to report: inout RetentionReport) async throws {
        let asset = AssetRetention(log: log, name: name, rules: AssetRules(settings.rules, for: name), limits: limits)
        var facts: AssetRetention.Facts?
        guard let basis = try await asset.basis(knowing: &facts) else { return }
        var seen: Set<Int> = []
        try await asset.forEachOld(basis.plan) { event, decision in
            switch decision {
            case .goes(let rule): report.add(event, rule: rule, isFirstOfAsset: seen.insert(rule).inserted)
            case .waits(let rule): report.rules[rule].waiting += 1
            case .stays: break
            }
            return true
        }
    }
}
