import ArgumentParser
import Logging

/// `assetlog serve`
struct ServeCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until SIGTERM or SIGINT.",
        discussion: "Flags take precedence over ASSETLOG_* variables, those over the file, and the file over the defaults.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Flag(help: "Start even if the log has lost events, and record which; see the server's message.")
    var acceptLoss = false

    func run(in context: CommandContext) async throws {
        let resolved = try options.resolve(listener, in: context)
        try resolved.server.checkSafety()
        for sentence in resolved.warnings { context.warn(sentence) }
        for sentence in resolved.notes { context.say(sentence) }
        try await ServerProcess(configuration: resolved.server, acceptsLoss: acceptLoss).run()
    }
}
