import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogDelivery

/// The server that a command reads from.
struct ReadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server, with its path prefix. (default: ASSETLOG_URL, or http://localhost:3000)", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("The deployment. Default: the server's.", valueName: "name"))
    var deployment: String?

    @Option(help: ArgumentHelp("A file with the token. (default: the token in ASSETLOG_TOKEN)", valueName: "file"))
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "The only authorities to trust for the server, PEM. (default: ASSETLOG_CA_FILE, or the system's)", valueName: "file"))
    var caFile: String?

    func validate() throws {
        for (flag, value) in [("--token-file", tokenFile), ("--ca-file", caFile)] where value == "" {
            throw ValidationError("\(flag) is empty. Was a variable not set?")
        }
        if let server { try ServerAddress.check(server, "--server") }
        try ServerAddress.check(deployment: deployment)
    }

    /// The reader that these flags and the environment describe.
    ///
    /// - Parameter patience: How long it tries to reach the server.
    /// - Throws: ``CommandFailure``, `ValidationError`, `ClientError`.
    func reader(in context: CommandContext, patience: Duration = .seconds(30)) throws -> ServerReader {
        var options = AssetlogClient.Options()
        options.retry.patience = patience
        options.caFile = ServerAddress.caFile(caFile, in: context)
        // A page of a large catalog, or one that waits for the catalog.
        options.attemptTimeout = .seconds(30)
        return try ServerReader(
            url: try ServerAddress.url(server, in: context), token: try ServerAddress.token(file: tokenFile, in: context).get(),
            deployment: deployment, options: options)
    }
}

/// The asset that a command is about.
struct AssetArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The asset key, split at its slashes, or a JSON array of parts.", valueName: "asset"))
    var asset: String

    func validate() throws { _ = try key() }

    func key() throws -> AssetKey { AssetKey(try ReportContentOptions.parts([asset])) }
}
