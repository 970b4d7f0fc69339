import ArgumentParser
import AssetlogCatalog
import AssetlogCore
import Logging

/// `assetlog retention`
struct RetentionCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "Say what retention would remove, even while the server runs.",
        discussion: """
            assetlog retention --dry-run --config assetlog.yaml

            The server removes events by itself, as retention.rules say. This command only reads, and removes nothing. It needs the \
            catalog's file of a server that has been running, which knows the assets.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Say what would go; required, so that nobody takes the command for one that removes something.")
    var dryRun = false

    func validate() throws {
        guard dryRun else { throw ValidationError("Add --dry-run; the server itself removes events, as retention.rules say.") }
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        guard let settings = server.retention, let catalog = server.catalog else {
            context.write("There are no rules of retention, so nothing is removed; set retention.rules.\n")
            return
        }
        try catalog.checkExists()
        let logger = Logger(label: "assetlog.retention") { _ in SwiftLogNoOpLogHandler() }
        let log = try await server.storage.openForReading(logger)
        let (storage, exporters) = (server.storage, server.exporters.map(\.name))
        let report = try await working(with: log) {
            func report(_ consumers: (any ConsumerStore)?) async throws -> RetentionReport {
                try await RetentionPreview(
                    settings: settings, log: log, consumers: consumers, exporters: exporters, path: catalog.path
                ).report(at: .now())
            }
            guard storage.setup.openConsumers != nil else { return try await report(nil) }
            return try await withConsumers(of: storage) { try await report($0) }
        }
        context.write(text(report, settings))
    }

    private func text(_ report: RetentionReport, _ settings: RetentionSettings) -> String {
        var lines = ""
        for (number, part) in report.rules.enumerated() {
            let events = part.events == 1 ? "1 event" : "\(part.events) events"
            let assets = part.assets == 1 ? "1 asset" : "\(part.assets) assets"
            var line = "rule \(number + 1) (\(settings.rules[number].summary)): \(events)"
            if part.events > 0 { line += " of \(assets), about \(part.bytes) bytes" }
            if let oldest = part.oldest { line += ", the oldest received at \(oldest)" }
            if part.waiting > 0 { line += "; \(part.waiting) more wait for an exporter" }
            lines += line + "\n"
        }
        let events = report.events == 1 ? "1 event" : "\(report.events) events"
        return lines + "\(events) would be removed now.\n"
    }
}

extension RetentionRule {
    /// What it says, in a few words.
    fileprivate var summary: String {
        let assets = assets.map { $0.map(\.description).joined(separator: ", ") }
        let kinds = kinds.map { $0.map(\.name).sorted().joined(separator: ", ") }
        let terms = [
            assets, kinds, deployments?.joined(separator: ", "), keepFor.map { "keep_for \(TimeSpan.text($0))" },
            keepLast.map { "keep_last \($0)" },
        ]
        return terms.compactMap(\.self).joined(separator: "; ")
    }
}
