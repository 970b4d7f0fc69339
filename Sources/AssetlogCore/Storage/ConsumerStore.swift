/// Keeps how far each consumer has read the log, which events its destination did not take, and whether it is paused: the part of
/// a storage that can also be opened by itself.
///
/// `assetlog consumer` and `assetlog exporter` work on it while a server runs on the same data; see
/// ``StorageSetup/openConsumers``.
public protocol ConsumerStore: Sendable {
    /// The cursors of all consumers, by name.
    func cursors() async throws -> [ConsumerCursor]

    /// Finds the cursor of a consumer, or makes one that stands before the first event.
    func cursor(of consumer: String) async throws -> ConsumerCursor

    /// Moves the cursor of a consumer to `cursor.position`, unless its generation has changed in the meantime.
    ///
    /// The log and the event of the cursor are kept with it, and come back as they are.
    /// Durable at the latest when ``close()`` returns; a crash may set a cursor back, never forward. In a storage that
    /// several servers share it is not moved either while another one holds the lease on the consumer.
    /// - Returns: Whether the cursor was moved. False: someone called ``replay(_:after:)``, or another server has the
    ///   lease; take the lease and read the cursor again.
    func advance(_ cursor: ConsumerCursor) async throws -> Bool

    /// Sets the cursor of a consumer so that it reads again what comes after `position`, in a new generation.
    ///
    /// Durable when it returns. A consumer that was unknown gets a cursor there. It asks for no lease and changes none. The log
    /// and the event of the cursor are not known then (nil). Its dead letters and its pause stay.
    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor

    // MARK: Dead letters and pauses
    //
    // They belong to a name, whether it has a cursor or not, and make none: a name without a cursor is one that never read the log.
    // They need no lease.

    /// Reads dead letters of a consumer, by ascending sequence.
    ///
    /// - Parameters:
    ///   - sequence: Only those with a greater sequence; 0 is before all.
    ///   - limit: At most so many; at least 1.
    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter]

    /// Reads the dead letters of a consumer whose replay was requested, by ascending sequence, at most `limit`.
    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter]

    /// Counts the dead letters of a consumer.
    func deadLetterCount(of consumer: String) async throws -> Int

    /// Keeps dead letters of a consumer, each in place of one with the same sequence (of two in one call the last stays). Durable
    /// when it returns; all or none.
    ///
    /// Every text comes back in every byte, U+0000 and answers of ``DeliveryFailure/maximumAnswerBytes`` included.
    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws

    /// Removes dead letters of a consumer; nil: all. Durable when it returns.
    ///
    /// - Returns: How many there were.
    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int

    /// Pauses a consumer, or lets it go on. Durable when it returns. The servers notice within a second or so.
    ///
    /// - Parameter reason: Why it is paused, in a sentence for the operator; nil: it goes on.
    func setPause(of consumer: String, _ reason: String?) async throws

    /// Why a consumer is paused; nil: it is not.
    func pause(of consumer: String) async throws -> String?

    // MARK: Leases

    /// Takes the lease on running a consumer for this server, or renews it; for storages that several servers share.
    ///
    /// The holder is this opened store: a shared storage makes a random identity of the holder with each opening, and
    /// decides by its own clock alone when a lease has ended. One that has ended goes to the first that asks. A consumer
    /// without a cursor can be leased. The default, for storages of one server, always says yes.
    /// - Returns: Whether this server may run the consumer now, and for `duration` from the call.
    func lease(_ consumer: String, for duration: Duration) async throws -> Bool

    /// Gives a lease back that this server holds, so that another one need not wait for its end.
    ///
    /// It changes nothing when another server holds it. The default does nothing.
    func endLease(_ consumer: String) async throws

    /// Frees what the store holds; a lease that it still has may last to its end. A second call does nothing; every other call after it throws.
    func close() async
}

extension ConsumerStore {
    /// Says yes: no other server works on this storage.
    public func lease(_ consumer: String, for duration: Duration) async throws -> Bool { true }

    /// Does nothing.
    public func endLease(_ consumer: String) async throws {}
}
