import ArgumentParser
import AssetlogCore
import AssetlogLog

/// `assetlog consumer`
struct ConsumerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consumer", abstract: "List the consumers of the log, or let one read again.",
        subcommands: [ConsumerListCommand.self, ConsumerReplayCommand.self])
}

/// `assetlog consumer list`
struct ConsumerListCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the consumers with the last sequence they read and the number of replays.")

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let cursors = try await withConsumers(of: server.storage) { try await $0.cursors() }
        let known = Set(cursors.map(\.consumer))
        let idle = server.exporters.filter { !known.contains($0.name) }.map { ConsumerCursor(consumer: $0.name) }
        let rows = (cursors + idle).sorted { $0.consumer < $1.consumer }
        guard !rows.isEmpty else {
            context.write("There are no consumers yet; each configured exporter is one.\n")
            return
        }
        for cursor in rows {
            let replays = cursor.generation == 1 ? "1 replay" : "\(cursor.generation) replays"
            context.write("\(cursor.consumer): read up to sequence \(cursor.position), \(replays)\n")
        }
    }
}

/// `assetlog consumer replay`
struct ConsumerReplayCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Let a consumer read the log again from a sequence, even while the server runs.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The consumer's name, as `assetlog consumer list` shows it.")
    var name: String

    @Option(
        help: ArgumentHelp("The first sequence to read again; 1 is the start of the log.", valueName: "sequence"))
    var from: Int64

    func validate() throws {
        guard from >= 1 else { throw ValidationError("--from must be at least 1, not \(from).") }
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        _ = try await withConsumers(of: server.storage) { store in
            let known = Set(try await store.cursors().map(\.consumer) + server.exporters.map(\.name)).sorted()
            guard known.contains(name) else { throw CommandFailure.unknown("consumer", name, among: known) }
            return try await store.replay(name, after: from - 1)
        }
        context.write("\(name) will read again from sequence \(from).\n")
        guard let open = server.storage.setup.openForReading else { return }
        let log = try await open()
        let removed = try await working(with: log) { try await ExporterControl.lastRemoved(after: from - 1, in: log) }
        if let removed { context.write(ExporterReplayCommand.sentence(removedUpTo: removed)) }
    }
}

/// Opens the cursors of a storage for one piece of work, and closes them after it.
///
/// - Parameter advice: What follows the sentence that says that the storage does not show them.
func withConsumers<Result: Sendable>(
    of storage: ConfiguredStorage, advice: String = "", _ body: (any ConsumerStore) async throws -> Result
) async throws -> Result {
    guard let open = storage.setup.openConsumers else {
        throw CommandFailure(.failure, "only the running server can access the consumers of the storage \(storage.name)\(advice)")
    }
    let store = try await open()
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
