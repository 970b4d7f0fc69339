import AssetlogCore
import AssetlogLog
import Foundation
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
        Allocator.boundFreeMemory(environment: ProcessInfo.processInfo.environment)
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

        let output = MessageOutput(configuration.log)
        do {
            try await serve(until: stop, reloads, output)
        } catch {
            await output.close()
            throw error
        }
        await output.close()
    }

    private func serve(until stop: AsyncStream<Void>, _ reloads: AsyncStream<Void>, _ output: MessageOutput) async throws {
        let settings = configuration.log
        let makeLogger: @Sendable (String) -> Logger = { label in
            Logger(label: label) { StandardErrorLogHandler(label: $0, settings: settings, output: output) }
        }
        var configuration = configuration
        configuration.limits.connections = Self.connections(configuration.limits.connections, makeLogger("assetlog"))
        let server = try await RunningServer.open(configuration, acceptsLoss: acceptsLoss, makeLogger: makeLogger)
        output.write("assetlog ready at \(server.url)")
        let reloader = Task { for await _ in reloads { await server.reload() } }
        defer { reloader.cancel() }
        await server.run { for await _ in stop {} }
    }

    /// As many of the connections that the configuration allows as the process may have open.
    private static func connections(_ allowed: Int, _ logger: Logger) -> Int {
        guard let limit = DescriptorLimit.raised() else { return allowed }
        let room = limit.room(for: allowed)
        if room < allowed {
            logger.warning(
                """
                The process may not open as many files and sockets as server.limits.connections asks for; fewer connections \
                are accepted. Raise the limit (ulimit -n, LimitNOFILE=), or lower server.limits.connections.
                """,
                metadata: [
                    "descriptors": "\(limit.descriptors)", "connections": "\(allowed)", "accepted": "\(room)",
                ])
        }
        return room
    }
}
