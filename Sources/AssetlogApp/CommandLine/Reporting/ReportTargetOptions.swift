import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogDelivery
import AssetlogObservation

/// Where reports go to, and where they wait.
struct ReportTargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server, with its path prefix. (default: ASSETLOG_URL, or http://localhost:3000)", valueName: "url"))
    var to: String?

    @OptionGroup var access: ServerAccessOptions

    @Option(
        help: ArgumentHelp(
            "Where reports wait. (default: ASSETLOG_SPOOL, or assetlog/spool in XDG_STATE_HOME or"
                + " ~/.local/state; without a home /var/tmp/assetlog-UID/spool)", valueName: "directory"))
    var spool: String?

    @Option(help: ArgumentHelp("How long to try: a number with ms, s, m or h.", valueName: "span"))
    var timeout = "30s"

    func validate() throws {
        if spool == "" { throw ValidationError("--spool is empty. Was a variable not set?") }
        if let to { try ServerAddress.check(to, "--to") }
        guard Self.duration(timeout) != nil else {
            throw ValidationError(
                "--timeout must be a number with ms, s, m or h, such as 30s, of at most 7d, not \(LineText.quoted(timeout)).")
        }
    }

    /// How long to try.
    var patience: Duration { Self.duration(timeout) ?? .seconds(30) }

    /// The client that these flags and the environment describe.
    ///
    /// - Parameter patience: How long it tries; nil: as long as the flag says.
    func client(in context: CommandContext, token: Secret?, patience: Duration? = nil) throws -> AssetlogClient {
        var options = AssetlogClient.Options()
        options.retry.patience = patience ?? self.patience
        options.caFile = access.caFile(in: context)
        return try AssetlogClient(
            url: try ServerAddress.url(to, in: context), token: token, deployment: access.deployment, options: options)
    }

    /// The spool that these flags and the environment name.
    func spoolDirectory(in context: CommandContext) throws -> Spool {
        let named = spool ?? context.setting("ASSETLOG_SPOOL")
        return Spool(directory: try named.map(context.path) ?? Spool.defaultDirectory(environment: context.environment))
    }

    /// The token that these flags and the environment name, or why there is none where there should be.
    func token(in context: CommandContext) -> Result<Secret?, CommandFailure> {
        access.token(in: context)
    }

    static func duration(_ text: String) -> Duration? {
        TimeSpan.read(text).flatMap { $0 <= .seconds(7 * 86_400) ? $0 : nil }
    }
}
