#if TLS
internal import Synchronization

/// The context that new connections get, and its replacement when the files have changed.
///
/// Connections keep the context that they began with. The keys of the session tickets stay, so that a client resumes across
/// a replacement, as long as the authorities for client certificates are the same.
public final class TLSContextStore: Sendable {
    /// What the contexts are made from, and the files as they were before the last attempt to read them.
    private struct State {
        var configuration: TLSConfiguration
        var stamps: [FileStamp]
    }

    private let ticketKeys: TicketKeys
    private let context: Mutex<TLSContext>
    /// The lock is held while the context is replaced.
    private let state: Mutex<State>

    /// Reads all files, and checks them and the settings.
    ///
    /// - Throws: ``TLSError`` that names the file or the setting and says what to do.
    public convenience init(_ configuration: TLSConfiguration) throws(TLSError) {
        try self.init(configuration, ticketKeys: TicketKeys())
    }

    init(_ configuration: TLSConfiguration, ticketKeys: TicketKeys) throws(TLSError) {
        // Looked at before they are read: what changes in between is seen as a change the next time.
        state = Mutex(State(configuration: configuration, stamps: configuration.files.map { FileStamp($0) }))
        context = Mutex(try TLSContext(configuration, ticketKeys: ticketKeys))
        self.ticketKeys = ticketKeys
    }

    /// The context for a new connection.
    public var current: TLSContext { context.withLock { $0 } }

    /// Reads all files again, whether they have changed or not.
    ///
    /// - Parameter furtherCertificates: The pairs for other names from now on; nil: those from before.
    public func reload(_ furtherCertificates: [TLSCertificateFiles]? = nil) -> TLSReloadOutcome {
        state.withLock { state in
            if let furtherCertificates { state.configuration.furtherCertificates = furtherCertificates }
            state.stamps = state.configuration.files.map { FileStamp($0) }
            return replace(state.configuration)
        }
    }

    /// Reads all files again if one of them, or the list of them, has changed since the last attempt; nil when none has.
    ///
    /// It is meant to be called every few seconds. A certificate whose key was not replaced yet is an error at first
    /// (``TLSError/Code/mismatch``), and good when the key has come.
    /// - Parameter furtherCertificates: The pairs for other names from now on; nil: those from before.
    public func reloadIfChanged(_ furtherCertificates: [TLSCertificateFiles]? = nil) -> TLSReloadOutcome? {
        state.withLock { state in
            if let furtherCertificates { state.configuration.furtherCertificates = furtherCertificates }
            let now = state.configuration.files.map { FileStamp($0) }
            guard now != state.stamps else { return nil }
            state.stamps = now
            return replace(state.configuration)
        }
    }

    private func replace(_ configuration: TLSConfiguration) -> TLSReloadOutcome {
        do throws(TLSError) {
            let new = try TLSContext(configuration, ticketKeys: ticketKeys)
            // The old one may be freed here, so outside of the lock.
            let old = context.withLock { context in
                defer { context = new }
                return context
            }
            _ = old
            return .reloaded(warnings: new.warnings)
        } catch {
            return .failed(error)
        }
    }
}
#endif
