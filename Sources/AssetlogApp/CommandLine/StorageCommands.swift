import ArgumentParser
import AssetlogCore

/// `assetlog backup`
struct BackupCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the log to a new file, even while the server runs.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The file to create; it must not exist.")
    var file: String

    func run(in context: CommandContext) async throws {
        let storage = try options.resolve(in: context).server.storage
        guard let backUp = storage.setup.backUp else {
            throw CommandFailure(.failure, "the storage \(storage.name) can't be backed up this way; use its own tools")
        }
        let path = file.hasPrefix("/") ? file : "\(context.workingDirectory)/\(file)"
        context.write(try await backUp(path) + "\n")
    }
}

/// `assetlog compact`
struct CompactCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Give the space of removed events back to the file system, while the server is stopped.",
        discussion: """
            The server uses the space of removed events again for new ones, so this is only needed where a log has become much smaller. \
            It writes each file again beside the old one, and needs as much free space as the log will take.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let storage = try options.resolve(in: context).server.storage
        guard let compact = storage.setup.compact else {
            throw CommandFailure(.failure, "the storage \(storage.name) can't be compacted this way; use its own tools")
        }
        context.write(try await compact() + "\n")
    }
}

/// `assetlog verify`
struct VerifyCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check all stored data, even while the server runs.",
        discussion: "Exits with 2 if it finds a problem.")

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let storage = try options.resolve(in: context).server.storage
        guard let verify = storage.setup.verify else {
            throw CommandFailure(.failure, "the storage \(storage.name) can't be verified")
        }
        let report = try await verify()
        for problem in report.problems { context.write("\(problem)\n") }
        let events = report.events == 1 ? "1 event" : "\(report.events) events"
        guard report.problems.isEmpty else {
            let problems = report.problems.count == 1 ? "1 problem" : "\(report.problems.count) problems"
            throw CommandFailure(
                .dataProblem, "\(events) read, \(problems) found; restore a backup next to the data and compare")
        }
        context.write("\(events) read, no problems found.\n")
    }
}
