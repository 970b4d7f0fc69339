import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import Logging

/// The tokens of a running server: where they come from, and the directory that requests are authenticated with.
struct ServerTokens: Sendable {
    /// The tokens that are valid now.
    let registry: TokenRegistry
    private let sources: TokenSources
    private let watcher: TokenWatcher

    /// Opens the sources and reads them; what can't be read keeps the server from starting, but for a storage that can't
    /// be reached: it is read when it can.
    ///
    /// - Throws: `StorageError`, `ConfigurationErrors`.
    static func open(
        _ configuration: ServerConfiguration, audit: AuditLog, logger: Logger
    ) async throws -> ServerTokens {
        let sources = try await TokenSources.open(configuration)
        let registry = TokenRegistry(isComplete: false)
        let watcher = TokenWatcher(sources.list, registry: registry, logger: logger) { change in
            note(change, audit, logger)
        }
        do {
            let valid = try await watcher.load()
            if let valid, configuration.auth.isRequired { warn(configuration, sources, valid.count, logger) }
            return ServerTokens(registry: registry, sources: sources, watcher: watcher)
        } catch {
            await sources.close()
            throw error
        }
    }

    /// Follows the sources until it is cancelled; to be called once.
    func run() async {
        await watcher.run()
    }

    /// Reads every source now; returns at once.
    func reload() {
        watcher.refresh()
    }

    /// Frees what the sources hold.
    func close() async {
        await sources.close()
    }

    // The commands write to the audit log themselves, also when no server runs; a file of tokens has nobody else.
    private static func note(_ change: TokenChange, _ audit: AuditLog, _ logger: Logger) {
        guard change.source == StoredTokens.name else {
            let fields = [
                LogField("token", change.token), LogField("id", change.id), LogField("source", change.source),
            ]
            return audit.record(AuditEvent(kind(change), fields))
        }
        logger.info(
            "A token changed by `assetlog token` is now in effect.",
            metadata: ["token.name": "\(change.token)", "token.id": "\(change.id)"])
    }

    private static func kind(_ change: TokenChange) -> AuditEvent.Kind {
        switch change.kind {
        case .added: .tokenAdded
        case .revoked: .tokenRevoked
        case .removed: .tokenRemoved
        default: .tokenChanged
        }
    }

    private static func warn(
        _ configuration: ServerConfiguration, _ sources: TokenSources, _ valid: Int, _ logger: Logger
    ) {
        if sources.list.isEmpty {
            logger.warning(
                "Every request needs a token, but there are none and the storage keeps none; all requests will be refused.",
                metadata: ["reason": "\(TokenSources.noStore(configuration.storage.name))"])
        } else if valid == 0 {
            logger.warning("Every request needs a token, but there is none yet; `assetlog token create` creates one.")
        }
    }
}
