import AssetlogClient
import AssetlogCore

/// Sends reports, or keeps them, as the flags and the environment say.
struct ReportSender {
    let target: ReportTargetOptions
    /// Whether what can't be sent now is kept.
    let isKeeping: Bool
    let context: CommandContext

    /// Sends a report, or keeps it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    ///   - instant: When it was made; nil: now. Its age is taken only when it is sealed, or what is done before would
    ///     make it look younger than it is.
    ///   - patience: How long to try; nil: as long as the flag says.
    /// - Throws: ``CommandFailure``, `ClientError`.
    func send(
        _ report: Report, id: EventID? = nil, madeAt instant: ContinuousClock.Instant? = nil, within patience: Duration? = nil
    ) async throws {
        func age() -> Duration { instant.map { ContinuousClock.now - $0 } ?? .zero }
        let token = target.token(in: context)
        guard isKeeping else {
            try await target.client(in: context, token: token.get(), patience: patience).report(report, id: id, age: age())
            return
        }
        let client = try target.client(in: context, token: try? token.get(), patience: patience)
        let (reporter, directory) = try reporter(client)
        switch token {
        case .success: tell(try await reporter.report(report, id: id, age: age()), directory)
        case .failure(let problem):
            // The report is none the worse for it: it is delivered when the token is there again.
            let reason = ClientError(.unavailable, problem.description)
            tell(try await reporter.keep(report, id: id, age: age(), because: reason), directory)
        }
    }

    private func reporter(_ client: AssetlogClient) throws -> (reporter: SpoolingReporter, directory: String) {
        do {
            let spool = try target.spoolDirectory(in: context)
            return (SpoolingReporter(client: client, spool: spool), spool.directory)
        } catch let problem as ClientError {
            return (SpoolingReporter(client: client, withoutSpool: problem), "")
        }
    }

    private func tell(_ receipt: SpoolingReporter.Receipt, _ directory: String) {
        if let earlier = receipt.earlier, earlier.refused + earlier.damaged > 0 {
            context.warn("Earlier reports of this asset were refused; `assetlog report list` says why")
        }
        if let problem = receipt.spoolProblem {
            context.warn("The report is recorded, but the spool can't be used: \(problem)")
        }
        switch receipt.outcome {
        case .recorded: break
        case .spooled(let reason):
            context.say("\(reason); the report waits in \(directory), `assetlog report flush` delivers it")
        }
    }
}
