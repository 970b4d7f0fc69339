/// Keeps how far each consumer has read the log: the part of a storage that can also be opened by itself.
///
/// `assetlog consumer` works on it while a server runs on the same data; see ``StorageSetup/openConsumers``.
public protocol ConsumerStore: Sendable {
    /// The cursors of all consumers, by name.
    func cursors() async throws -> [ConsumerCursor]

    /// Finds the cursor of a consumer, or makes one that stands before the first event.
    func cursor(of consumer: String) async throws -> ConsumerCursor

    /// Moves the cursor of a consumer to `cursor.position`, unless its generation has changed meanwhile.
    ///
    /// Durable at the latest when ``close()`` returns; a crash may set a cursor back, never forward.
    /// - Returns: Whether the cursor was moved. False: someone called ``replay(_:after:)``, read the cursor anew.
    func advance(_ cursor: ConsumerCursor) async throws -> Bool

    /// Sets the cursor of a consumer so that it reads again what comes after `position`, in a new generation.
    ///
    /// Durable when it returns. A consumer that was unknown gets a cursor there.
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor

    /// Frees what the store holds. A second call does nothing; every other call after it throws.
    func close() async
}
