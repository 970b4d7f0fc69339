#if SQLite
internal import CSQLite
internal import Synchronization

/// A request from another thread that a connection's statements end.
///
/// SQLite forgets an interrupt that comes between two statements. So the request is also kept here, where each step looks
/// before it begins, and a long step every thousand instructions.
final class Interruption: Sendable {
    private static let instructions: Int32 = 1000

    private let isRequested = Atomic<Bool>(false)
    /// The address of the connection while it is open; 0 afterwards. A number, because pointers are not `Sendable`.
    private let address: Mutex<UInt>

    /// Begins to watch a connection, which keeps this object alive until it has called ``end()``.
    init(_ connection: OpaquePointer) {
        address = Mutex(UInt(bitPattern: connection))
        sqlite3_progress_handler(
            connection, Self.instructions,
            { context in
                guard let context else { return 0 }
                // Not retained: the connection holds it.
                return Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isPending ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    var isPending: Bool { isRequested.load(ordering: .relaxed) }

    /// Makes the running statement and all later ones fail.
    func request() {
        isRequested.store(true, ordering: .relaxed)
        address.withLock { address in
            // Under the lock, so that the connection is not closed in the meantime.
            if let connection = OpaquePointer(bitPattern: address) { sqlite3_interrupt(connection) }
        }
    }

    /// Lets statements run again.
    func clear() { isRequested.store(false, ordering: .relaxed) }

    /// The connection is about to be closed.
    func end() { address.withLock { $0 = 0 } }
}
#endif
