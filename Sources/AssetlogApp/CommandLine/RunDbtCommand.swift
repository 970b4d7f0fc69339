import ArgumentParser
import AssetlogCore
import AssetlogResults
import Foundation

/// `assetlog run --dbt`
struct RunDbtCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "run-dbt", abstract: "Run dbt, and report its results afterwards.",
        usage: "assetlog run --dbt [<options>] -- dbt <command> ...",
        discussion: """
            assetlog run --dbt -- dbt build --project-dir shop

            Reports what dbt has written to its target directory, as `assetlog report dbt` does, also when dbt fails. The target \
            directory is that of --target-path, DBT_TARGET_PATH or dbt_project.yml, below --project-dir or DBT_PROJECT_DIR. Results \
            that are older than the run are not reported.

            Exits as dbt does. This does not depend on the server: what can't be reported causes a warning on standard error.
            """, shouldDisplay: false)

    @OptionGroup var sending: ResultSendingOptions

    /// The flag of `assetlog run` that stands for this command.
    static let flag = "--dbt"

    func run(in context: CommandContext) async throws {
        let command = context.operands
        guard let name = command.first, !name.isEmpty else {
            throw ValidationError("The command is missing; write it after --: assetlog run --dbt -- dbt build")
        }
        // A second SIGINT while dbt writes its results at the first one would interrupt that.
        let run = ProgramRun(
            ProgramStart(command, in: context), signals: try SignalPipe(), readsErrors: false, interruptDelay: .seconds(2))
        // The clock of files lags behind by a tick.
        let begin = Date().addingTimeInterval(-0.05)
        let result = try await run.run {}
        if case .notStarted = result.ending {
            context.say("\(String(decoding: name, as: UTF8.self)) \(result.ending.phrase)")
        } else {
            await report(DbtTarget(directory: DbtDirectories(command, in: context).target), since: begin, in: context)
        }
        throw CommandExit(code: result.ending.exitCode)
    }

    // dbt has run: whatever becomes of a report is no reason to end in another way.
    private func report(_ target: DbtTarget, since begin: Date, in context: CommandContext) async {
        do {
            let names = DbtFiles.Name.allCases.filter { name in
                guard name == .runResults || name == .sources else { return true }
                return ResultFiles.modified(target.path(name)).map { $0 >= begin } ?? false
            }
            let files = try target.files(names)
            guard files.hasResults else {
                return context.warn("dbt has written no results to \(target.directory) in this run, so nothing is reported")
            }
            let options = ResultOptions(keyPrefix: try sending.prefix())
            let reading = try ResultFiles.reading(target.directory) { try DbtReader.read(files, options) }
            try await sending.send(reading, toErrors: true, in: context)
        } catch {
            context.warn("The results of dbt are not reported: \(error); `assetlog report dbt \(target.directory)` does it later")
        }
    }
}
