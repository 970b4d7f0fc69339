import ArgumentParser
import AssetlogCore

/// `assetlog backup`
struct BackupCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the log to a new file, while a server may be running.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The file to make; it must not exist.")
    var file: String

    func run(in context: CommandContext) async throws {
        let storage = try options.resolve(in: context).server.storage
        guard let backUp = storage.setup.backUp else {
            throw CommandFailure(.failure, "the storage \(storage.name) has no backup of this kind; use its own tools")
        }
        let path = file.hasPrefix("/") ? file : "\(context.workingFolder)/\(file)"
        context.write(try await backUp(path) + "\n")
    }
}

/// `assetlog verify`
struct VerifyCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read everything that is stored, while a server may be running, and say what is wrong.",
        discussion: "Exits with 2 when something is.")

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
                .dataProblem, "\(events) read, \(problems) found; restore a backup beside the data and compare")
        }
        context.write("\(events) read, no problem found.\n")
    }
}
