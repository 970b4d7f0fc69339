import ArgumentParser
import AssetlogClient
import AssetlogCore

/// `assetlog report started`
struct ReportStartedCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "started", abstract: "Report that writing the asset has started.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions
    @OptionGroup var upstream: ReportUpstreamOptions

    @Option(help: ArgumentHelp("A description for people.", valueName: "text"))
    var description: String?

    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        var report = try time.added(to: upstream.added(to: content.report(.started)))
        report.description = description
        return report
    }
}

/// `assetlog report failure`
struct ReportFailureCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "failure", abstract: "Report that writing the asset failed.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions
    @OptionGroup var upstream: ReportUpstreamOptions
    @OptionGroup var why: ReportReasonOptions
    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        let kind = Report.Kind.failed(reason: try why.failureReason() ?? .failedToMaterialize, message: why.message)
        return try time.added(to: upstream.added(to: why.added(to: content.report(kind))))
    }
}

/// `assetlog report skipped`
struct ReportSkippedCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "skipped", abstract: "Report that the asset was not written, intentionally.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions
    @OptionGroup var upstream: ReportUpstreamOptions
    @OptionGroup var why: ReportReasonOptions
    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        let kind = Report.Kind.skipped(reason: try why.failureReason(), message: why.message)
        return try time.added(to: upstream.added(to: why.added(to: content.report(kind))))
    }
}

/// Why an asset was not written.
struct ReportReasonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Why, in Dagster's words: FAILED_TO_MATERIALIZE, UPSTREAM_FAILED_TO_MATERIALIZE, RUN_TERMINATED or UNKNOWN.",
            valueName: "reason"))
    var reason: String?

    @Option(help: ArgumentHelp("What went wrong, for people.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("A description of the attempt, for people.", valueName: "text"))
    var description: String?

    func failureReason() throws -> FailureReason? { try reason.map(ReportWords.reason) }

    func added(to report: Report) -> Report {
        var report = report
        report.description = description
        return report
    }
}

/// When it happened, where that is not now.
struct ReportTimeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "When it happened, with its offset, such as 2026-11-23T19:00:00+01:00, or in seconds since 1970. Default: now.",
            valueName: "time"))
    var timestamp: String?

    func added(to report: Report) throws -> Report {
        guard let timestamp else { return report }
        var report = report
        do {
            report.timestamp = try ReportTime.read(timestamp, now: .now())
        } catch let problem as ReportTime.Problem {
            throw ValidationError("--timestamp \(problem.sentence).")
        }
        return report
    }
}
