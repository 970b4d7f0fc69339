#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Synchronization

/// Reads the log of a directory next to a server that appends to it; it changes nothing.
final class LogFileReader: RemovalReader {
    private let file: LogFile
    private let readers: ReaderPool
    private let isClosed = Atomic<Bool>(false)

    /// Opens the file; it blocks.
    init(directory: String) throws {
        file = LogFile(directory: directory)
        do {
            // The evidence first, so that a server that appends in the meantime makes no loss of it.
            let evidence = LossEvidence(directory: directory)
            readers = try file.openReadersForCommand()
            let loss = try readers.read { [path = file.path] database in
                let extent = try LogExtent(database, file: path)
                let head = try extent.head(database)
                return evidence.loss(from: extent, head: head, isNew: false)?.refusal(directory, head: head)
            }
            if let loss { throw loss }
        } catch {
            throw StorageError.from(error, file: file.path)
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        // Without the index: who reads a whole log has no use for it.
        try await ReadCancellation.following { cancellation in
            try await read { log, extent in
                var reader = PageReader(query, log: log, extent: extent, index: nil, cancellation)
                return try reader.read()
            }
        }
    }

    func logID() async throws -> LogID { try await read { _, extent in extent.id } }

    func statistics() async throws -> StorageStatistics {
        try await read { log, extent in
            let head = try extent.head(log)
            return StorageStatistics(
                events: extent.count(upTo: head, removed: try RemovalTables.statistics(log).events), head: head)
        }
    }

    func removals() async throws -> RemovalStatistics { try await read { log, _ in try RemovalTables.statistics(log) } }

    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try await read { log, _ in try RemovalTables.sums(log, after: number, limit: limit) }
    }

    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try await read { log, _ in try RemovalTables.sums(log, of: assetKey, in: deployment) }
    }

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await onThread { [readers] in readers.close() }
    }

    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection, LogExtent) throws -> Result
    ) async throws -> Result {
        guard !isClosed.load(ordering: .acquiring) else {
            throw StorageError(.closed, "The reader of \(file.path) was closed.")
        }
        do {
            return try await readers.read { [path = file.path] in try body($0, LogExtent($0, file: path)) }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw StorageError.from(error, file: file.path)
        }
    }
}
#endif
