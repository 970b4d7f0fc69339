import ArgumentParser
import AssetlogClient
import AssetlogCore

/// `assetlog report materialization`
struct ReportMaterializationCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "materialization", abstract: "Report that the asset, or a partition of it, was written.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions
    @OptionGroup var text: ReportTextOptions
    @OptionGroup var upstream: ReportUpstreamOptions
    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        try time.added(to: upstream.added(to: text.added(to: content.report(.materialization))))
    }
}

/// `assetlog report observation`
struct ReportObservationCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(commandName: "observation", abstract: "Report that the asset was observed.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions
    @OptionGroup var text: ReportTextOptions
    @OptionGroup var upstream: ReportUpstreamOptions
    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        try time.added(to: upstream.added(to: text.added(to: content.report(.observation))))
    }
}

/// `assetlog report check`
struct ReportCheckCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Report the result of a check.")

    @OptionGroup var content: ReportContentOptions
    @OptionGroup var time: ReportTimeOptions

    @Option(help: ArgumentHelp("The check's name.", valueName: "name"))
    var checkName: String

    @Option(help: ArgumentHelp("Whether it passed: true or false, yes or no, 1 or 0.", valueName: "boolean"))
    var passed: Verdict

    @Option(help: ArgumentHelp("How much a failure matters: WARN or ERROR. (default: ERROR)", valueName: "severity"))
    var severity: String?

    @OptionGroup var target: ReportTargetOptions
    @OptionGroup var sending: ReportSendingOptions

    func validate() throws { _ = try report() }

    func run(in context: CommandContext) async throws {
        try await sending.send(report(), to: target, in: context)
    }

    private func report() throws -> Report {
        if checkName.isEmpty { throw ValidationError("--check-name is empty. Was a variable not set?") }
        let kind = Report.Kind.check(
            name: checkName, passed: passed.hasPassed, severity: try ReportWords.severity(severity))
        return try time.added(to: content.report(kind))
    }
}
