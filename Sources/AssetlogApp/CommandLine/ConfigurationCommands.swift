import ArgumentParser

/// `assetlog check-config`
struct CheckConfigCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check the configuration without opening anything.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    func run(in context: CommandContext) throws {
        let resolved = try options.resolve(listener, in: context)
        try resolved.server.checkSafety()
        for sentence in resolved.warnings { context.warn(sentence) }
        context.write("The configuration is valid: \(Self.summary(resolved.server)).\n")
    }

    private static func summary(_ server: ServerConfiguration) -> String {
        let scheme = server.tls == nil ? "http" : "https"
        let exporters = server.exporters.isEmpty ? "none" : server.exporters.map(\.name).joined(separator: ", ")
        return
            "\(scheme)://\(server.listen)\(server.pathPrefix), storage \(server.storage.name), exporters: \(exporters)"
    }
}

/// `assetlog config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show a sample configuration, or the one in effect.",
        subcommands: [ConfigSampleCommand.self, ConfigPrintCommand.self])
}

/// `assetlog config sample`
struct ConfigSampleCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Print a configuration file with every key and its default.")

    func run(in context: CommandContext) throws {
        context.write(ConfigurationSample.text(plugins: context.plugins))
    }
}

/// `assetlog config print`
struct ConfigPrintCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "Print the configuration in effect, and where each value comes from.",
        discussion: "Secrets are redacted.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    func run(in context: CommandContext) throws {
        context.write(ConfigurationPrinter.text(try options.resolve(listener, in: context)))
    }
}
