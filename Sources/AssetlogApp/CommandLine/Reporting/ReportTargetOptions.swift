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

    @Option(help: ArgumentHelp("The deployment. Default: the server's.", valueName: "name"))
    var deployment: String?

    @Option(help: ArgumentHelp("A file with the token. (default: the token in ASSETLOG_TOKEN)", valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "The only authorities to trust for the server, PEM. (default: ASSETLOG_CA_FILE, or the system's)", valueName: "file"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "Where reports wait. (default: ASSETLOG_SPOOL, or assetlog/spool in XDG_STATE_HOME or"
                + " ~/.local/state; without a home /var/tmp/assetlog-UID/spool)", valueName: "directory"))
    var spool: String?

    @Option(help: ArgumentHelp("How long to try: a number with ms, s, m or h.", valueName: "span"))
    var timeout = "30s"

    func validate() throws {
        for (flag, value) in [("--token-file", tokenFile), ("--ca-file", caFile), ("--spool", spool)] where value == "" {
            throw ValidationError("\(flag) is empty. Was a variable not set?")
        }
        if let to { try Self.check(to, "--to") }
        if let deployment, !DeploymentName.isValid(deployment) {
            throw ValidationError(
                "--deployment must be 1 to 128 letters, digits, - . and _, not \(LineText.quoted(deployment)). Was a variable not set?")
        }
        guard Self.duration(timeout) != nil else {
            throw ValidationError(
                "--timeout must be a number with ms, s, m or h, such as 30s, of at most 7d, not \(LineText.quoted(timeout)).")
        }
    }

    private static func check(_ url: String, _ name: String) throws {
        guard !url.isEmpty else { throw ValidationError("\(name) is empty. Was a variable not set?") }
        do {
            _ = try ServerURL(url)
        } catch let error as ClientError {
            throw ValidationError("\(name): \(error.message).")
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
        options.caFile = (caFile ?? context.setting("ASSETLOG_CA_FILE")).map(context.path)
        let variable = context.setting("ASSETLOG_URL")
        if to == nil, let variable { try Self.check(variable, "ASSETLOG_URL") }
        return try AssetlogClient(
            url: to ?? variable ?? "http://localhost:3000", token: token, deployment: deployment, options: options)
    }

    /// The spool that these flags and the environment name.
    func spoolDirectory(in context: CommandContext) throws -> Spool {
        let named = spool ?? context.setting("ASSETLOG_SPOOL")
        return Spool(directory: try named.map(context.path) ?? Spool.defaultDirectory(environment: context.environment))
    }

    /// The token that these flags and the environment name, or why there is none where there should be.
    func token(in context: CommandContext) -> Result<Secret?, CommandFailure> {
        guard let tokenFile else {
            return context.setting("ASSETLOG_TOKEN").map { ReportToken.read($0, from: "ASSETLOG_TOKEN").map(Optional.some) }
                ?? .success(nil)
        }
        return ReportToken.read(file: context.path(tokenFile)).map(Optional.some)
    }

    static func duration(_ text: String) -> Duration? {
        TimeSpan.read(text).flatMap { $0 <= .seconds(7 * 86_400) ? $0 : nil }
    }
}

extension CommandContext {
    /// A variable of the environment that is set to something. One that was read from a file often ends in a line end.
    fileprivate func setting(_ name: String) -> String? {
        environment[name].map(\.withoutFinalLineEnds).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A path, as it is typed.
    fileprivate func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
    }
}
