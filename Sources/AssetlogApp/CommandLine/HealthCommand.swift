import ArgumentParser
import AssetlogCore
import AssetlogJournal

/// `assetlog health`
struct HealthCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Ask the server of this configuration whether it is alive: for HEALTHCHECK.",
        discussion: """
            Exits with 0 when it answers 200 within five seconds, else with 1 and a sentence. The server's certificate is not \
            checked: it is asked on its own machine, and told nothing.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Option(help: ArgumentHelp("The server, in the place of the configured one: https://127.0.0.1:3000", valueName: "url"))
    var url: String?

    @Flag(help: "Ask whether it can serve (/readyz), and not only whether it is alive (/livez).")
    var ready = false

    private var path: String { ready ? "/readyz" : "/livez" }

    func validate() throws {
        guard let url, HealthTarget(url: url, path: path) == nil else { return }
        throw ValidationError("--url must be a URL such as https://127.0.0.1:3000, not \(LineText.quoted(url)).")
    }

    func run(in context: CommandContext) throws {
        let (target, server) = try target(in: context)
        let proxies = server?.takesProxyHeaders == true ? server?.trustedProxies : nil
        switch try HealthProbe(target: target, timeout: .seconds(5), proxies: proxies ?? []).ask() {
        case .status(200): context.write("\(target) answers 200.\n")
        case .status(let status):
            let hint = ready && status == 503 ? "\(target.path)?verbose says why" : "is it the server that is meant?"
            throw CommandFailure(.failure, "\(target) answers \(status), not 200; \(hint)")
        case .certificateNeeded where server?.tls?.clientCertificates == .required && !ready:
            // Whoever refuses a stranger is alive, and this is all that a stranger can hear.
            context.write("\(target) asks for a client certificate, as it is configured to.\n")
        case .certificateNeeded:
            throw CommandFailure(.failure, "\(target) asks for a client certificate, and this command has none")
        }
    }

    private func target(in context: CommandContext) throws -> (HealthTarget, ServerConfiguration?) {
        if let url, let target = HealthTarget(url: url, path: path) { return (target, nil) }
        let server = try options.resolve(listener, in: context).server
        guard server.listen.port != 0 else {
            throw CommandFailure(
                .failure, "server.listen has the port 0, so the operating system has picked one; say which by --url")
        }
        return (HealthTarget(server, path: path), server)
    }
}
