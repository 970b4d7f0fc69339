import ArgumentParser
import AssetlogCore
import AssetlogObservation

/// `assetlog health`
struct HealthCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Check whether the server of this configuration is alive, for HEALTHCHECK.",
        discussion: """
            Exits with 0 if it answers 200 within five seconds, else with 1 and a message. The server's certificate is not \
            checked, because the request stays on the machine and contains no secrets.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Option(help: ArgumentHelp("The server, instead of the configured one: https://127.0.0.1:3000", valueName: "url"))
    var url: String?

    @Flag(help: "Check whether it can serve (/readyz), not only whether it is alive (/livez).")
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
            let hint = ready && status == 503 ? "\(target.path)?verbose says why" : "is it the right server?"
            throw CommandFailure(.failure, "\(target) answers \(status), not 200; \(hint)")
        case .certificateNeeded where server?.tls?.clientCertificates == .required && !ready:
            // A server that refuses a stranger is alive, and a stranger learns no more.
            context.write("\(target) requires a client certificate, as it is configured to.\n")
        case .certificateNeeded:
            throw CommandFailure(.failure, "\(target) requires a client certificate, which this command does not have")
        }
    }

    private func target(in context: CommandContext) throws -> (HealthTarget, ServerConfiguration?) {
        if let url, let target = HealthTarget(url: url, path: path) { return (target, nil) }
        let server = try options.resolve(listener, in: context).server
        guard server.listen.port != 0 else {
            throw CommandFailure(
                .failure, "server.listen has port 0, so the operating system has picked one; name it with --url")
        }
        return (HealthTarget(server, path: path), server)
    }
}
