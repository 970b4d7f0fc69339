import AssetlogLog
import Logging
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server as a process: signals in, the ready line out.
struct ServerProcess {
    let configuration: ServerConfiguration
    /// Whether it starts though the log has lost events.
    var acceptsLoss = false

    /// Serves until SIGTERM or SIGINT, and reads files again at SIGHUP; returns when everything is committed and closed.
    /// A second signal exits at once.
    ///
    /// - Throws: What kept the server from starting.
    func run() async throws {
        // Trapped before anything is opened, so that no signal finds the server half open.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let (stop, stopping) = AsyncStream.makeStream(of: Void.self)
        let (reloads, reload) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watcher = Task {
            var isStopping = false
            for await signal in signals {
                if signal == .sighup {
                    reload.yield()
                    continue
                }
                // Nothing is lost: what was acknowledged is durable.
                if isStopping { _exit(128 + signal.rawValue) }
                isStopping = true
                stopping.finish()
            }
        }
        defer { watcher.cancel() }

        let settings = configuration.log
        let makeLogger: @Sendable (String) -> Logger = { label in
            Logger(label: label) { StandardErrorLogHandler(label: $0, settings: settings) }
        }
        let server = try await RunningServer.open(configuration, acceptsLoss: acceptsLoss, makeLogger: makeLogger)
        StandardError.write("assetlog ready at \(server.url)")
        let reloader = Task { for await _ in reloads { server.reload() } }
        defer { reloader.cancel() }
        await server.run { for await _ in stop {} }
    }
}
