import ArgumentParser
import AssetlogClient
import AssetlogCore

/// How a report is sent.
struct ReportSendingOptions: ParsableArguments {
    @Flag(help: "Don't use the spool: exit with 1 if the server can't record the report now.")
    var noSpool = false

    @Option(
        help: ArgumentHelp(
            "The report's ID, a UUID: the server records it once, however often this command is run with it.",
            valueName: "uuid"))
    var id: String?

    func validate() throws {
        guard let id, EventID(id) == nil else { return }
        throw ValidationError("--id must be a UUID, such as 0193b0a0-1111-7222-8333-444444444444.")
    }

    /// Sends a report, or keeps it.
    ///
    /// - Throws: ``CommandFailure``.
    func send(_ report: Report, to target: ReportTargetOptions, in context: CommandContext) async throws {
        let sender = ReportSender(target: target, isKeeping: !noSpool, context: context)
        try await sender.send(report, id: id.flatMap { EventID($0) })
    }
}
