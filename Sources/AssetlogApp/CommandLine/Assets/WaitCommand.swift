import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// `assetlog wait`
struct WaitCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until an asset is there: how a job waits for the table of another one.",
        discussion: """
            assetlog wait warehouse/orders --partition 2026-11-22 --checks --timeout 2h && ./report.sh

            Without options, any materialization will do. --newer-than and --since leave out what happened before: an older \
            materialization, and also an older failure or check result, is waited through.

            Exits with 0 as soon as it is so, 3 when the latest attempt failed or a check failed with the severity ERROR, 4 when \
            the time is up. While the server can't be reached it waits on.
            """)

    @OptionGroup var asset: AssetArgument

    @Option(help: ArgumentHelp("The partition. Default: the whole asset.", valueName: "partition"))
    var partition: String?

    @Option(help: ArgumentHelp("Only what happened less than this ago: a number with ms, s, m, h or d.", valueName: "span"))
    var newerThan: String?

    @Option(
        help: ArgumentHelp(
            "Only what happened then or later: a time with its offset, or seconds since 1970.", valueName: "time"))
    var since: String?

    @Flag(help: "Also wait until all checks of the asset have passed.")
    var checks = false

    @Option(help: ArgumentHelp("How long to wait: a number with ms, s, m, h or d.", valueName: "span"))
    var timeout = "1h"

    @Flag(help: "Print nothing while waiting.")
    var quiet = false

    @OptionGroup var source: ReadOptions

    func validate() throws {
        if partition == "" { throw ValidationError("--partition is empty. Was a variable not set?") }
        guard newerThan == nil || since == nil else { throw ValidationError("Give --newer-than or --since, not both.") }
        _ = try (start(now: .now()), patience())
    }

    func run(in context: CommandContext) async throws {
        let condition = WaitCondition(
            try asset.key(), partition: partition, since: try start(now: .now()), includesChecks: checks)
        let name = Cell.key(condition.asset.parts) + (partition.map { ", partition \(LineText.quoted($0))" } ?? "")
        // The wait goes on while the server is away, so one look need not be patient.
        let reader = try source.reader(in: context, patience: .seconds(5))
        let verdict = try await reader.wait(for: condition, patience: try patience()) { missing in
            if !quiet { context.say("waiting for \(name): \(LineText.plain(missing))") }
        }
        switch verdict {
        case .met: break
        case .failed(let reason): throw CommandFailure(.conditionFailed, "\(name): \(LineText.plain(reason))")
        case .pending(let reason):
            throw CommandFailure(.timeIsUp, "\(name) is not there after \(timeout): \(LineText.plain(reason))")
        }
    }

    private func start(now: Timestamp) throws -> Timestamp? {
        if let newerThan {
            return now.advanced(by: -Int64(try WaitSpan.read(newerThan, "--newer-than", example: "26h") / .microseconds(1)))
        }
        do {
            return try since.map { try ReportTime.read($0, now: now) }
        } catch let problem as ReportTime.Problem {
            throw ValidationError("--since \(problem.sentence).")
        }
    }

    private func patience() throws -> Duration { try WaitSpan.read(timeout, "--timeout", example: "26h") }
}
