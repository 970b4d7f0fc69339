import ArgumentParser
import AssetlogCore
import AssetlogLog
import AssetlogObservation

/// `assetlog exporter`
struct ExporterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exporter", abstract: "Look after the exporters: pause, replay, dead letters, test; even while the server runs.",
        subcommands: [
            ExporterListCommand.self, ExporterPauseCommand.self, ExporterResumeCommand.self, ExporterReplayCommand.self,
            ExporterDeadLettersCommand.self, ExporterTestCommand.self,
        ])

    /// Does something to an exporter of the configuration, or to one that the log knows from before.
    ///
    /// - Throws: ``CommandFailure`` for a name that is neither, with the one that may be meant.
    static func control<Result: Sendable>(
        _ name: String, of server: ServerConfiguration, _ body: (ExporterControl, any ConsumerStore) async throws -> Result
    ) async throws -> Result {
        try await withConsumers(of: server.storage) { store in
            try check(name, among: try await names(of: server, in: store))
            return try await body(ExporterControl(name, store: store), store)
        }
    }

    /// The names of the exporters of a configuration, and of those that have been.
    static func names(of server: ServerConfiguration, in store: any ConsumerStore) async throws -> [String] {
        // What no exporter can be called is a consumer of another kind.
        let consumers = try await store.cursors().map(\.consumer).filter { !$0.contains(".") }
        return Set(consumers + server.exporters.map(\.name)).sorted()
    }

    /// Checks that there is an exporter of a name.
    static func check(_ name: String, among known: [String]) throws {
        guard known.contains(name) else { throw CommandFailure.unknown("exporter", name, among: known) }
    }
}

/// `assetlog exporter list`
struct ExporterListCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the exporters: how far they are, their dead letters, and which are paused.")

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let head = try await Self.head(of: server.storage)
        let types = Dictionary(server.exporters.map { ($0.name, $0.type) }, uniquingKeysWith: { $1 })
        let lines = try await withConsumers(of: server.storage) { store in
            let cursors = Dictionary(try await store.cursors().map { ($0.consumer, $0) }, uniquingKeysWith: { $1 })
            var lines: [String] = []
            for name in try await ExporterCommand.names(of: server, in: store) {
                let (letters, pause) = (try await store.deadLetterCount(of: name), try await store.exporterPause(of: name).reason)
                let title = "\(name) (\(types[name] ?? "not in the configuration"))"
                let state = [Self.progress(cursors[name], head), Self.letters(letters)].compactMap(\.self).joined(separator: ", ")
                lines.append("\(title): \(state)\(pause.map { "; paused: \(LineText.plain($0))" } ?? "")\n")
            }
            return lines
        }
        context.write(lines.isEmpty ? "There are no exporters; `assetlog plugins` lists their types.\n" : lines.joined())
    }

    private static func progress(_ cursor: ConsumerCursor?, _ head: Int64?) -> String {
        guard let cursor else { return "not started yet" }
        let replays = cursor.generation == 1 ? "1 replay" : "\(cursor.generation) replays"
        return "read up to sequence \(cursor.position)\(head.map { " of \($0)" } ?? ""), \(replays)"
    }

    private static func letters(_ count: Int) -> String? {
        count == 0 ? nil : count == 1 ? "1 dead letter" : "\(count) dead letters"
    }

    /// The end of the log; nil where only a running server can read it.
    private static func head(of storage: ConfiguredStorage) async throws -> Int64? {
        guard let open = storage.setup.openForReading else { return nil }
        let log = try await open()
        return try await working(with: log) { try await log.statistics().head }
    }
}

/// `assetlog exporter pause`
struct ExporterPauseCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pause an exporter until it is resumed; the events wait in the log.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The exporter's name in the configuration.")
    var name: String

    @Option(help: ArgumentHelp("Why, for those who see it paused.", valueName: "text"))
    var reason: String = "an operator paused it"

    func validate() throws {
        let bytes = ExporterControl.reasonBytes
        guard bytes.contains(reason.utf8.count) else {
            throw ValidationError("--reason must have 1 to \(bytes.upperBound) bytes, not \(reason.utf8.count).")
        }
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        try await ExporterCommand.control(name, of: server) { control, _ in try await control.pause(because: reason) }
        context.audit(AuditEvent(.exporterPaused, [LogField("exporter", name), LogField("reason", reason)]), in: server.log)
        context.write("\(name) is paused; `assetlog exporter resume \(name)` lets it go on.\n")
    }
}

/// `assetlog exporter resume`
struct ExporterResumeCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let an exporter go on that is paused, or stopped after a permanent failure.",
        discussion: "A running server notices within a second, and tries the destination at once.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The exporter's name in the configuration.")
    var name: String

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let wasPaused = try await ExporterCommand.control(name, of: server) { control, _ in try await control.resume() }
        context.audit(AuditEvent(.exporterResumed, [LogField("exporter", name)]), in: server.log)
        context.write(
            wasPaused
                ? "\(name) goes on.\n" : "\(name) was not paused; if it has stopped or waits, a running server tries it again at once.\n")
    }
}
