import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// `assetlog report flush`
struct ReportFlushCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "flush", abstract: "Deliver the reports that wait in the spool for a server.",
        discussion: """
            Exits with 0 if no reports wait any longer, else with 1 and the reason. Refused reports are moved to refused/, with \
            the server's answer.
            """)

    @OptionGroup var target: ReportTargetOptions

    @Flag(help: "Also retry reports that were refused before, for example after a token was renewed.")
    var refused = false

    func run(in context: CommandContext) async throws {
        let spool = try target.spoolDirectory(in: context)
        let client = try target.client(in: context, token: target.token(in: context).get())
        let delivery = try await SpoolingReporter(client: client, spool: spool).flush(includingRefused: refused)
        context.write("\(Self.summary(delivery)).\n")
        if delivery.refused + delivery.damaged > 0 { context.warn("Refused and damaged reports are in \(spool.directory)/refused") }
        if let obstacle = delivery.obstacle { throw CommandFailure(.failure, obstacle.message) }
        guard delivery.remaining + delivery.elsewhere == 0 else {
            let reports = delivery.elsewhere == 1 ? "1 report waits" : "\(delivery.elsewhere) reports wait"
            throw CommandFailure(
                .failure, "\(reports) for other servers, listed by `assetlog report list`; flush them with --to")
        }
    }

    private static func summary(_ delivery: SpoolDelivery) -> String {
        "\(delivery.delivered) delivered, \(delivery.refused) refused, \(delivery.damaged) damaged,"
            + " \(delivery.remaining + delivery.elsewhere) waiting"
    }
}

/// `assetlog report list`
struct ReportListCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the reports that wait in the spool and those that were refused.")

    @OptionGroup var target: ReportTargetOptions

    func run(in context: CommandContext) throws {
        let spool = try target.spoolDirectory(in: context)
        let (waiting, refused) = (try spool.waiting(), try spool.refused())
        for report in waiting { context.write("waiting \(Self.line(report))\n") }
        for report in refused { context.write("refused \(Self.line(report))\n") }
        context.write("\(waiting.count) waiting, \(refused.count) refused, in \(spool.directory)\n")
    }

    private static func line(_ report: SpooledReport) -> String {
        let reason = report.reason.map { ": \(LineText.plain($0))" } ?? ""
        guard let kind = report.kind, let key = report.assetKey, let url = report.url, let time = report.madeAt else {
            return "\(report.name)\(reason)"
        }
        let deployment = report.deployment.map { "/\($0)" } ?? ""
        return "\(time) \(kind.name) \(LineText.plain(key.canonical)) to \(url)\(deployment)\(reason)"
    }
}
