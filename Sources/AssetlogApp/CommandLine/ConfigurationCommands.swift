import ArgumentParser
import AssetlogCore

/// `assetlog check-config`
struct CheckConfigCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check the configuration; only --files opens what it names.",
        discussion: """
            With --files, also checks what the configuration names, without changing anything: that files can be read and \
            directories written, that certificates are valid and match their keys, and that tokens are valid. Run it as the \
            server's user.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Flag(help: "Also look at files, folders, certificates and tokens.")
    var files = false

    func run(in context: CommandContext) async throws {
        let resolved = try options.resolve(listener, in: context)
        try resolved.server.checkSafety()
        for sentence in resolved.warnings { context.warn(sentence) }
        for sentence in resolved.notes { context.say(sentence) }
        if files { try await inspect(resolved.server, context) }
        context.write("The configuration is valid\(files ? ", and so are its files" : ""): \(Self.summary(resolved.server)).\n")
    }

    private func inspect(_ server: ServerConfiguration, _ context: CommandContext) async throws {
        let inspection = await FileInspection(server, at: .now())
        for sentence in inspection.warnings { context.warn(sentence) }
        guard inspection.problems.isEmpty else {
            throw CommandFailure(.configuration, inspection.problems.joined(separator: "\n"))
        }
    }

    private static func summary(_ server: ServerConfiguration) -> String {
        let scheme = server.tls == nil ? "http" : "https"
        let exporters = server.exporters.isEmpty ? "none" : server.exporters.map(\.name).joined(separator: ", ")
        return
            "\(scheme)://\(server.listen)\(server.paths.prefix), storage \(server.storage.name), exporters: \(exporters)"
            + (server.receivers.isEmpty ? "" : ", receivers: \(server.receivers.map(\.name).joined(separator: ", "))")
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
