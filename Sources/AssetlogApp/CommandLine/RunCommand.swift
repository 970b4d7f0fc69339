import ArgumentParser
import AssetlogClient
import AssetlogCore

/// `assetlog run`
struct RunCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command that writes an asset, and report its start and its result.",
        usage: "assetlog run <key> ... [<options>] -- <command> ...",
        discussion: """
            assetlog run warehouse/orders --partition 2026-11-22 -- python3 orders.py --day 2026-11-22

            Reports the start, and at the end a materialization, or a failure with the exit code and the last lines of the \
            command's standard error. The command gets standard input and output; its standard error is passed through. \
            SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are forwarded to it.

            Exits as the command does: with its exit code, with 128 plus the signal that ended it, 127 if it is not found, or 126 \
            if it can't be executed. This does not depend on the server: if it is away, the reports wait in the spool, like those \
            of `assetlog report`.

            `assetlog run --dbt -- dbt build` reports the results of dbt instead; see `assetlog run --dbt --help`.
            """)

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var text: ReportTextOptions
    @OptionGroup var upstream: ReportUpstreamOptions

    @Option(help: ArgumentHelp("How many lines of its standard error a failure includes; 0: does not touch it.", valueName: "count"))
    var errorLines = 20

    @OptionGroup var target: ReportTargetOptions

    @Flag(help: "Don't use the spool.")
    var noSpool = false

    func validate() throws {
        _ = try template()
        guard (0...1000).contains(errorLines) else { throw ValidationError("--error-lines must be from 0 to 1000, not \(errorLines).") }
    }

    /// Takes the command to be run off a command line, so that the parser does not look for options in it.
    static func words(of arguments: [String], _ context: inout CommandContext) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        if context.operands.isEmpty { context.operands = arguments[end...].dropFirst().map { Array($0.utf8) } }
        let words = Array(arguments[..<end])
        guard words.contains(RunDbtCommand.flag) else { return words }
        return [RunDbtCommand.configuration.commandName ?? ""] + words.dropFirst().filter { $0 != RunDbtCommand.flag }
    }

    func run(in context: CommandContext) async throws {
        let command = context.operands
        guard let name = command.first, !name.isEmpty else {
            throw ValidationError("The command is missing; write it after --: assetlog run warehouse/orders -- ./orders.sh")
        }
        let reports = RunReports(try template(), of: name, errorLines: errorLines)
        let run = ProgramRun(ProgramStart(command, in: context), signals: try SignalPipe(), readsErrors: errorLines > 0)

        let sender = ReportSender(target: target, isKeeping: !noSpool, context: context)
        let (starts, announceStart) = AsyncStream.makeStream(of: Void.self)
        let begin = ContinuousClock.now
        let starting = Task {
            for await _ in starts { await Self.send(reports.started, by: sender, madeAt: begin) }
        }
        let result: ProgramRun.Result
        do {
            result = try await run.run { announceStart.yield() }
        } catch {
            announceStart.finish()
            throw error
        }
        let end = ContinuousClock.now
        if case .notStarted = result.ending { context.say("\(reports.program) \(result.ending.phrase)") }
        announceStart.finish()
        // One after the other, and both together take no longer than one may, counted from the command's end.
        await starting.value
        let ended = reports.ended(result, after: end - begin)
        let left = target.patience - (ContinuousClock.now - end)
        await Self.send(ended, by: sender, madeAt: end, within: max(left, .milliseconds(100)))
        throw CommandExit(code: result.ending.exitCode)
    }

    private func template() throws -> Report { try upstream.added(to: text.added(to: content.report(.materialization))) }

    // The command has run, or runs: whatever becomes of a report is no reason to end in another way.
    private static func send(
        _ report: Report, by sender: ReportSender, madeAt instant: ContinuousClock.Instant, within patience: Duration? = nil
    ) async {
        do {
            try await sender.send(report, madeAt: instant, within: patience)
        } catch {
            sender.context.warn("A report of this run is lost: \(error)")
        }
    }
}
