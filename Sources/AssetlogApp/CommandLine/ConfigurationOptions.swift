import ArgumentParser
import AssetlogCore

/// The flags that find the configuration, and those that every command may set.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file (YAML).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The directory of the server's data. (default: ./assetlog-data)", valueName: "directory"))
    var data: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set any key of the configuration, such as storage.type=memory; can be repeated.", valueName: "key=value"))
    var settings: [String] = []

    /// Reads and checks the configuration that these flags and the context give.
    ///
    /// - Parameter listener: Further flags of the command.
    /// - Throws: ``ConfigurationError`` and ``ConfigurationErrors``.
    func resolve(_ listener: ListenerOptions? = nil, in context: CommandContext) throws -> ResolvedConfiguration {
        let path = config ?? context.environment["ASSETLOG_CONFIG"].map(\.withoutFinalLineEnds).flatMap { $0.isEmpty ? nil : $0 }
        var input = ConfigurationInput(workingDirectory: context.workingDirectory)
        input.file = try path.map { try ConfigurationFile.read($0, workingDirectory: context.workingDirectory) }
        input.environment = context.environment
        input.flags = try settings.map(Self.flag) + namedFlags + (listener?.flags ?? [])
        return try ConfigurationResolver.resolve(input, plugins: context.plugins)
    }

    private var namedFlags: [ConfigurationInput.Flag] {
        data.map { [ConfigurationInput.Flag(key: ListenerKeys.data.path, value: $0, flag: "--data")] } ?? []
    }

    private static func flag(_ setting: String) throws -> ConfigurationInput.Flag {
        guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
            throw ConfigurationError(setting, "must be key=value, such as server.listen=127.0.0.1:3000", at: "--set")
        }
        return ConfigurationInput.Flag(
            key: String(setting[..<equals]), value: String(setting[setting.index(after: equals)...]), flag: "--set")
    }
}

/// The flags of a server.
struct ListenerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to listen; port 0 picks one. (default: 127.0.0.1:3000)", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("A path that comes before every route, such as /dagster.", valueName: "path"))
    var pathPrefix: String?

    @Flag(help: "Refuse every report with 401.")
    var readOnly = false

    @Flag(help: "Allow listening beyond loopback without TLS or without tokens.")
    var allowInsecure = false

    @Option(help: ArgumentHelp("The certificate and its chain, PEM: serve HTTPS.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp("The storage type, as `assetlog plugins` lists. (default: sqlite)", valueName: "type"))
    var storage: String?

    @Option(help: ArgumentHelp("The lowest level of messages to write. (default: info)", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("text or json. (default: text)", valueName: "format"))
    var logFormat: String?

    /// What was given, as keys of the configuration.
    var flags: [ConfigurationInput.Flag] {
        let given = [
            (ListenerKeys.listen.path, listen, "--listen"), (ListenerKeys.pathPrefix.path, pathPrefix, "--path-prefix"),
            (ListenerKeys.readOnly.path, readOnly ? "true" : nil, "--read-only"),
            (ListenerKeys.allowInsecure.path, allowInsecure ? "true" : nil, "--allow-insecure"),
            (TLSKeys.certificate.path, tlsCertificate, "--tls-certificate"), (TLSKeys.key.path, tlsKey, "--tls-key"),
            (ServerKeys.storageType.path, storage, "--storage"), (LogKeys.level.path, logLevel, "--log-level"),
            (LogKeys.format.path, logFormat, "--log-format"),
        ]
        return given.compactMap { key, value, flag in
            value.map { ConfigurationInput.Flag(key: key, value: $0, flag: flag) }
        }
    }
}
