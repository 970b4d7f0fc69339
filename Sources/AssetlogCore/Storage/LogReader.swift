/// Reads the log: the part of a storage that can also be opened while a server runs.
///
/// `assetlog copy` reads through it; see ``StorageSetup/openForReading``.
public protocol LogReader: Sendable {
    /// The identity of the log: the same at every call and after every opening, as long as it is the same log.
    ///
    /// A log that is created again gets another one, and so does the log of a storage that forgets everything when it is closed.
    /// Restoring a backup keeps it; what remembers a position in the log compares the event there as well.
    func logID() async throws -> LogID

    /// Reads a page of the log. What ``Storage/append(_:)`` returned in the same storage before the call is visible to it;
    /// what another server appended, within a second.
    func events(_ query: EventQuery) async throws -> EventPage

    /// Counts what the log holds.
    func statistics() async throws -> StorageStatistics

    /// Frees what the reader holds. A second call does nothing; every other call after it throws.
    func close() async
}
