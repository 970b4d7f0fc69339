import ArgumentParser
import AssetlogCore
import AssetlogLog
import AssetlogObservation

/// `assetlog exporter replay`
struct ExporterReplayCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Let an exporter deliver again: from a sequence or a time, or its dead letters.",
        discussion: """
            assetlog exporter replay warehouse --from 4711
            assetlog exporter replay warehouse --time 2026-11-01T00:00:00Z
            assetlog exporter replay warehouse --dead-letters
            assetlog exporter replay warehouse --dead-letters 4711 4712
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The exporter's name, as `assetlog exporter list` shows it.")
    var name: String

    @Option(help: ArgumentHelp("The first sequence to deliver again; 1 is the start of the log.", valueName: "sequence"))
    var from: Int64?

    @Option(help: ArgumentHelp("The first event to deliver again is the first one received then or later.", valueName: "time"))
    var time: String?

    @Flag(help: "Deliver dead letters again: those of the sequences, or all.")
    var deadLetters = false

    @Argument(help: "With --dead-letters: the sequences of some, as `assetlog exporter dead-letters` shows them.")
    var sequences: [Int64] = []

    func validate() throws {
        let ways = [from != nil, time != nil, deadLetters].count { $0 }
        guard ways == 1 else {
            throw ValidationError("Say what to deliver again with one of --from SEQUENCE, --time TIME and --dead-letters.")
        }
        guard sequences.isEmpty || deadLetters else {
            throw ValidationError("Sequences follow --dead-letters; to deliver again from a sequence on, write --from \(sequences[0]).")
        }
        if let from, from < 1 { throw ValidationError("--from must be at least 1, not \(from).") }
    }

    func run(in context: CommandContext) async throws {
        let start = try start()
        let server = try options.resolve(in: context).server
        guard let start else { return try await replayDeadLetters(of: server, context) }
        let (position, removed) = try await ExporterCommand.control(name, of: server) { control, _ in
            try await Self.readLog(of: server.storage) { log in
                let position = try await control.replay(from: start, of: log).position
                return (position, try await ExporterControl.lastRemoved(after: position, in: log))
            }
        }
        let first = position + 1
        context.audit(
            AuditEvent(.exporterReplayed, [LogField("exporter", name), LogField("from", Int(first))]), in: server.log)
        context.write("\(name) will deliver again from sequence \(first).\n")
        if let removed { context.write(Self.sentence(removedUpTo: removed)) }
    }

    /// What is said of a replay that begins before events that retention has removed.
    static func sentence(removedUpTo sequence: Int64) -> String {
        "Retention has removed events up to sequence \(sequence); these are not delivered again.\n"
    }

    private func start() throws -> ReplayStart? {
        if let from { return .sequence(from) }
        guard let time else { return nil }
        do {
            return .time(try ReportTime.read(time, now: .now()))
        } catch let problem as ReportTime.Problem {
            throw CommandFailure(.usage, "--time: \(problem.sentence)")
        }
    }

    private func replayDeadLetters(of server: ServerConfiguration, _ context: CommandContext) async throws {
        let selection: DeadLetterSelection = sequences.isEmpty ? .all : .sequences(Set(sequences))
        let count = try await ExporterCommand.control(name, of: server) { control, _ in
            do {
                return try await control.replay(selection)
            } catch let error as MissingDeadLetters {
                throw ExporterDeadLettersCommand.failure(error, name)
            }
        }
        guard count > 0 else { return context.write("\(name) has no dead letters.\n") }
        context.audit(
            AuditEvent(.deadLettersReplayed, [LogField("exporter", name), LogField("count", count)]), in: server.log)
        context.write("\(name) will deliver \(count) dead \(count == 1 ? "letter" : "letters") again.\n")
    }

    private static func readLog<Result: Sendable>(
        of storage: ConfiguredStorage, _ body: (any LogReader) async throws -> Result
    ) async throws -> Result {
        guard let open = storage.setup.openForReading else {
            throw CommandFailure(
                .failure, "only the running server can read the log of the storage \(storage.name); use its API instead")
        }
        let log = try await open()
        return try await working(with: log) {
            do {
                return try await body(log)
            } catch let problem as ReplayProblem {
                var sentence = problem.description
                sentence.removeLast()
                throw CommandFailure(.failure, sentence)
            }
        }
    }
}
