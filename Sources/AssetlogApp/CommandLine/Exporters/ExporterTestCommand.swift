import ArgumentParser
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging

/// `assetlog exporter test`
struct ExporterTestCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Try whether an exporter's destination takes events, and say so in one line.",
        discussion: """
            It opens the exporter as the configuration has it, next to a running server. Where a destination can only be tried with an \
            event, it gets a made-up one of the asset assetlog/test.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The exporter's name in the configuration.")
    var name: String

    @Flag(help: "Send nothing; print what would be sent, with secrets redacted.")
    var print = false

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        try ExporterCommand.check(name, among: server.exporters.map(\.name).sorted())
        guard let configured = server.exporters.first(where: { $0.name == name }) else { return }
        let logger = Logger(label: "assetlog.exporter.\(name)") { _ in SwiftLogNoOpLogHandler() }
        let exporter = try await failing("can't be opened") {
            try await configured.setup.open(PluginContext(name: name, logger: logger, publicURL: server.publicURL))
        }
        do {
            let text = print ? try await preview(exporter, configured) : try await test(exporter)
            await exporter.close()
            context.write(text)
        } catch {
            await exporter.close()
            throw error
        }
    }

    private func test(_ exporter: any Exporter) async throws -> String {
        let sentence = try await failing("does not take events") { try await exporter.test(with: .madeUp(for: name)) }
        return "\(name): \(LineText.plain(sentence))\n"
    }

    private func preview(_ exporter: any Exporter, _ configured: ConfiguredExporter) async throws -> String {
        let batch = ExportBatch(log: LogID(high: 0, low: 0), generation: 0, events: [.madeUp(for: name)])
        guard let text = try await failing("can't show a request", { try await exporter.preview(batch) }) else {
            throw CommandFailure(.failure, "an exporter of the type \(configured.type) can't show what it would send")
        }
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    /// Says in one sentence which exporter an error is about.
    private func failing<Result>(_ what: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            throw CommandFailure(.failure, "the exporter \(name) \(what): \(LineText.plain("\(error)"))")
        }
    }
}
