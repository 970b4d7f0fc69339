#if SQLite
internal import AssetlogCore
internal import GRDB
internal import Synchronization

/// Reads the log of a folder beside a server that appends to it; it changes nothing.
final class LogFileReader: LogReader {
    private let file: LogFile
    private let readers: DatabasePool
    private let isClosed = Atomic<Bool>(false)

    /// Opens the file; it blocks.
    init(folder: String) throws {
        file = LogFile(folder: folder)
        do {
            readers = try file.openReadersForCommand()
        } catch {
            throw StorageError.from(error, file: file.path)
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        // Without the index: who reads a whole log has no use for it.
        try await read { [path = file.path] log in
            var reader = PageReader(query, log: log, index: nil, file: path)
            return try reader.read()
        }
    }

    func statistics() async throws -> StorageStatistics {
        try await read { log in
            let head = try log.rawInteger("SELECT max(sequence) FROM events") ?? 0
            let first = try log.rawInteger("SELECT min(sequence) FROM events") ?? head + 1
            return StorageStatistics(events: head - first + 1, head: head)
        }
    }

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await onThread { [readers] in try? readers.close() }
    }

    private func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        guard !isClosed.load(ordering: .acquiring) else {
            throw StorageError(.closed, "The reader of \(file.path) was closed.")
        }
        do {
            return try await readers.read { try body($0) }
        } catch {
            throw StorageError.from(error, file: file.path)
        }
    }
}
#endif
