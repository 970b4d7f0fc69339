import ArgumentParser
import AssetlogClient
import AssetlogCore

/// How a report is sent.
struct ReportSendingOptions: ParsableArguments {
    @Flag(help: "Keep nothing for later: exit with 1 when the server can't record the report now.")
    var noSpool = false

    @Option(
        help: ArgumentHelp(
            "The identity of the report, a UUID: a server records it once, however often this command is run with it.",
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
        let id = id.flatMap { EventID($0) }
        let token = target.token(in: context)
        if noSpool {
            try await target.client(in: context, token: token.get()).report(report, id: id)
            return
        }
        let (reporter, folder) = try reporter(to: target, token: try? token.get(), in: context)
        let receipt: SpoolingReporter.Receipt
        switch token {
        case .success: receipt = try await reporter.report(report, id: id)
        case .failure(let problem):
            // The report is none the worse for it: it is delivered when the token is there again.
            receipt = try await reporter.keep(report, id: id, because: ClientError(.unavailable, problem.description))
        }
        tell(receipt, folder, in: context)
    }

    private func reporter(
        to target: ReportTargetOptions, token: Secret?, in context: CommandContext
    ) throws -> (reporter: SpoolingReporter, folder: String) {
        let client = try target.client(in: context, token: token)
        do {
            let spool = try target.spoolFolder(in: context)
            return (SpoolingReporter(client: client, spool: spool), spool.folder)
        } catch let problem as ClientError {
            return (SpoolingReporter(client: client, withoutSpool: problem), "")
        }
    }

    private func tell(_ receipt: SpoolingReporter.Receipt, _ folder: String, in context: CommandContext) {
        if let earlier = receipt.earlier, earlier.refused + earlier.damaged > 0 {
            context.warn("Earlier reports of this asset were refused; `assetlog report list` says why")
        }
        if let problem = receipt.spoolProblem {
            context.warn("The report is recorded, but the spool can't be used: \(problem)")
        }
        switch receipt.outcome {
        case .recorded: break
        case .spooled(let reason):
            context.say("\(reason); the report waits in \(folder), `assetlog report flush` delivers it")
        }
    }
}
