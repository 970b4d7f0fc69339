import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// Where a client's command finds its server: the flags, and the variables of the environment that stand in for them.
enum ServerAddress {
    /// Checks the value of a flag or a variable that names a server.
    ///
    /// - Throws: `ValidationError`.
    static func check(_ url: String, _ name: String) throws {
        guard !url.isEmpty else { throw ValidationError("\(name) is empty. Was a variable not set?") }
        do {
            _ = try ServerURL(url)
        } catch let error as ClientError {
            throw ValidationError("\(name): \(error.message).")
        }
    }

    /// The URL of a flag, of ASSETLOG_URL, or of a server on this machine.
    ///
    /// - Throws: `ValidationError` for a variable that is no URL.
    static func url(_ flag: String?, in context: CommandContext) throws -> String {
        if let flag { return flag }
        guard let variable = context.setting("ASSETLOG_URL") else { return "http://localhost:3000" }
        try check(variable, "ASSETLOG_URL")
        return variable
    }
}

/// What a command needs for any server: its deployment, the token, the authorities to trust.
struct ServerAccessOptions: ParsableArguments {
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
        guard let deployment, !DeploymentName.isValid(deployment) else { return }
        throw ValidationError(
            "--deployment must be 1 to 128 letters, digits, - . and _, not \(LineText.quoted(deployment)). Was a variable not set?")
    }

    /// The file with the authorities to trust; nil: the system's.
    func caFile(in context: CommandContext) -> String? {
        (caFile ?? context.setting("ASSETLOG_CA_FILE")).map(context.path)
    }

    /// The token of the file or of ASSETLOG_TOKEN, or why there is none where there should be.
    func token(in context: CommandContext) -> Result<Secret?, CommandFailure> {
        guard let tokenFile else {
            return context.setting("ASSETLOG_TOKEN").map { ReportToken.read($0, from: "ASSETLOG_TOKEN").map(Optional.some) }
                ?? .success(nil)
        }
        return ReportToken.read(file: context.path(tokenFile)).map(Optional.some)
    }
}

extension CommandContext {
    /// A variable of the environment that is set to something. One that was read from a file often ends in a line end.
    func setting(_ name: String) -> String? {
        environment[name].map(\.withoutFinalLineEnds).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A path, as it is typed.
    func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
    }
}
