#if Webhook
import AssetlogCore
import Logging
import Synchronization

/// The secrets of a file, read again after a change. State lives in a `Mutex`.
final class SigningSecretFile: Sendable {
    private struct State {
        var secrets: [SigningSecret]
        /// Why the file can't be read now; nil: it can.
        var problem: String?
    }

    private let path: String
    private let thread: BlockingPool
    private let state: Mutex<State>

    /// Reads the file.
    ///
    /// - Throws: ``ExportError`` that is not retriable.
    init(_ path: String) async throws {
        let thread = BlockingPool("webhook-secret")
        let secrets = try await thread.run { try SigningSecret.read(path) }
        (self.path, self.thread) = (path, thread)
        state = Mutex(State(secrets: secrets))
    }

    /// The secrets as they were last read.
    var secrets: [SigningSecret] { state.withLock { $0.secrets } }

    /// Looks at the file every second until it is cancelled.
    func watch(_ logger: Logger) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if !Task.isCancelled { await readAgain(logger) }
        }
    }

    /// Reads the file again; if it can't be read, or has no valid secret, the secrets stay as they were.
    func readAgain(_ logger: Logger) async {
        do {
            let secrets = try await thread.run { [path] in try SigningSecret.read(path) }
            let hasChanged = state.withLock { state in
                defer { state = State(secrets: secrets) }
                return state.secrets != secrets
            }
            if hasChanged { logger.notice("The secrets of a webhook were reloaded.", metadata: ["file": "\(path)"]) }
        } catch {
            let isNew = state.withLock { state in
                defer { state.problem = "\(error)" }
                return state.problem != "\(error)"
            }
            guard isNew else { return }
            logger.error(
                "The secrets of a webhook can't be reloaded; still signing with the previous ones.",
                metadata: ["file": "\(path)", "error": "\(error)"])
        }
    }
}
#endif
