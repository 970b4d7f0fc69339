import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogDelivery
import AssetlogObservation

/// The server that a command reads from.
struct ReadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server, with its path prefix. (default: ASSETLOG_URL, or http://localhost:3000)", valueName: "url"))
    var server: String?

    @OptionGroup var access: ServerAccessOptions

    func validate() throws {
        if let server { try ServerAddress.check(server, "--server") }
    }

    /// The reader that these flags and the environment describe.
    ///
    /// - Parameter patience: How long it tries to reach the server.
    /// - Throws: ``CommandFailure``, `ValidationError`, `ClientError`.
    func reader(in context: CommandContext, patience: Duration = .seconds(30)) throws -> ServerReader {
        var options = AssetlogClient.Options()
        options.retry.patience = patience
        options.caFile = access.caFile(in: context)
        // A page of a large catalog, or one that waits for the catalog.
        options.attemptTimeout = .seconds(30)
        return try ServerReader(
            url: try ServerAddress.url(server, in: context), token: try access.token(in: context).get(),
            deployment: access.deployment, options: options)
    }
}

/// How long a command waits, as it is typed. Pure.
enum WaitSpan {
    /// Reads the value of a flag.
    ///
    /// - Throws: `ValidationError`.
    static func read(_ text: String, _ flag: String, example: String) throws -> Duration {
        guard let span = TimeSpan.read(text), span <= .seconds(366 * 86_400) else {
            throw ValidationError(
                "\(flag) must be a number with ms, s, m, h or d, such as \(example), of at most 366d, not \(LineText.quoted(text)).")
        }
        return span
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
