#if SQLite
internal import AssetlogCore
internal import Foundation
internal import GRDB
internal import Logging
internal import Synchronization

/// The log in SQLite files of one folder.
///
/// * `events.sqlite`: the log, the truth. Each batch is one transaction that is on the disk when ``append(_:)`` returns.
/// * `index.sqlite`: what makes reads quick. It follows the log and can be deleted at any time the server is stopped.
/// * `consumers.sqlite`: the cursors.
/// * `lock`: held by the server.
final class SQLiteStorage: Storage {
    /// What a configuration can set.
    struct Options: Sendable {
        /// The folder of the files; made when it is not there.
        var folder: String
        /// The pages in the write-ahead log from which they are copied into the file in the background.
        var checkpointPages: Int = 4000

        /// The pages from which the writer itself copies them, because the background does not or can't follow.
        var walBound: Int { checkpointPages * 4 }
    }

    private let options: Options
    private let logger: Logger
    private let file: LogFile
    private let lock: Mutex<FolderLock?>
    private let writer: Mutex<LogWriter?>
    private let readers: DatabasePool
    private let checkpointer: Checkpointer
    private let index: Mutex<EventIndex?>
    private let consumers: ConsumerFile
    private let first: Int64
    private let head: Atomic<Int64>
    private let walPages = Atomic<Int>(0)
    private let isRestShort = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)
    private let appended = Signal()
    private let walGrew = Signal()

    /// Opens the files, and makes those that are not there; it blocks.
    init(_ options: Options, logger: Logger) throws {
        self.options = options
        self.logger = logger
        file = LogFile(folder: options.folder)
        try DataFolder.make(options.folder)
        let lock = try FolderLock(folder: options.folder)
        do {
            let writer = try LogWriter(file: file, walBound: options.walBound)
            first = writer.first
            head = Atomic(writer.head)
            readers = try file.openReaders()
            checkpointer = try Checkpointer(file)
            let (index, discarded) = try EventIndex.open(folder: options.folder, log: LogIdentity(readers))
            if let discarded {
                logger.warning(
                    "The index is being rebuilt.", metadata: ["file": "\(index.path)", "reason": "\(discarded)"])
            }
            self.index = Mutex(index)
            consumers = try ConsumerFile(folder: options.folder)
            self.writer = Mutex(writer)
        } catch {
            throw StorageError.from(error, file: file.path)
        }
        self.lock = Mutex(lock)
        // The names of new files are durable before the first event is acknowledged.
        try DataFolder.sync(options.folder)
    }

    // MARK: Appending

    func append(_ batch: EventBatch) throws -> AppendOutcome {
        do {
            let index = index.withLock { $0 }
            let outcome = try writer.withLock { writer in
                guard let writer else { throw closedError }
                let outcome = try writer.append(batch, index, fault: discard)
                guard let sequences = outcome.sequences else { return outcome }
                head.store(sequences.upperBound, ordering: .releasing)
                writer.help(finishing: isRestShort.exchange(false, ordering: .relaxed))
                walPages.store(writer.walPages, ordering: .relaxed)
                return outcome
            }
            guard outcome.sequences != nil else { return outcome }
            appended.send()
            if walPages.load(ordering: .relaxed) >= options.checkpointPages { walGrew.send() }
            return outcome
        } catch {
            throw StorageError.from(error, file: file.path)
        }
    }

    // MARK: Reading

    func events(_ query: EventQuery) async throws -> EventPage {
        try await read { [path = file.path] log, index in
            var reader = PageReader(query, log: log, index: index, file: path)
            return try reader.read()
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await read { [path = file.path] log, index in
            if let sequence = try index?.sequence(of: id, in: deployment) {
                let row = try RawStatement(log, "SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
                try row.bind(sequence, at: 1)
                if let event = try Self.event(row, id, deployment, path) { return event }
            }
            let rows = try RawStatement(
                log, "SELECT \(EventRow.columns) FROM events WHERE sequence > ? AND event_id = ? AND deployment = ?")
            try rows.bind(index?.watermark ?? 0, at: 1)
            try rows.bind(EventIDBytes(id), at: 2)
            try rows.bind(deployment, at: 3)
            return try Self.event(rows, id, deployment, path)
        }
    }

    /// The event of a row, unless it is another one: what the index says is never trusted alone.
    private static func event(
        _ row: RawStatement, _ id: EventID, _ deployment: String, _ path: String
    ) throws -> LoggedEvent? {
        guard try row.step() else { return nil }
        defer { row.reset() }
        let event = try EventRow.read(row, file: path)
        return event.id == id && event.deployment.utf8.elementsEqual(deployment.utf8) ? event : nil
    }

    func statistics() async throws -> StorageStatistics {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        // Sequences of this storage have no holes, so nothing need be counted.
        let head = head.load(ordering: .acquiring)
        return StorageStatistics(events: max(0, head - first + 1), head: head)
    }

    /// Reads the log and the index, each in one snapshot, on threads of GRDB.
    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database, IndexReader?) throws -> Result
    ) async throws -> Result {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        let index = index.withLock { $0 }
        do {
            return try await readers.read { log in
                guard let index else { return try body(log, nil) }
                do {
                    return try index.pool.read { try body(log, IndexReader($0)) }
                } catch let error where EventIndex.isAtFault(error) {
                    // If the log is at fault, this fails too.
                    let result = try body(log, nil)
                    self.discard(index, error)
                    return result
                }
            }
        } catch {
            throw isClosed.load(ordering: .acquiring) ? closedError : StorageError.from(error, file: file.path)
        }
    }

    // MARK: Consumers

    func cursors() async throws -> [ConsumerCursor] { try await consumers.cursors() }

    func cursor(of consumer: String) async throws -> ConsumerCursor { try await consumers.cursor(of: consumer) }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await consumers.advance(cursor) }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await consumers.replay(consumer, after: position)
    }

    /// Sets back the cursors that stand behind the log's end, as after a restored backup: they would miss events.
    func settleCursors() async throws {
        let head = head.load(ordering: .acquiring)
        for cursor in try await consumers.cursors() where cursor.position > head {
            _ = try await consumers.replay(cursor.consumer, after: head)
            logger.warning(
                "A consumer was past the end of the log and was set back to it.",
                metadata: ["consumer": "\(cursor.consumer)", "position": "\(cursor.position)", "head": "\(head)"])
        }
    }

    // MARK: Background work

    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.keepIndex() }
            group.addTask { await self.keepLogShort() }
        }
    }

    /// Brings the index up to the log, a while after each append so that one step takes many events: what a step costs
    /// is the pages that it touches, and a thousand assets touch a thousand pages however few events there are. Reads
    /// look at the rest of the log themselves.
    private func keepIndex() async {
        var failures = 0
        for await _ in appended.stream() {
            try? await Task.sleep(for: .seconds(1))
            guard !hasEnded else { return }
            do {
                let indexer = Indexer(log: readers, index: try await currentIndex(), logPath: file.path)
                while try await indexer.advance() == Indexer.step {}
                failures = 0
            } catch {
                if let index = index.withLock({ $0 }), EventIndex.isDamage(error) { discard(index, error) }
                failures += 1
                await pause(after: failures, "The index could not keep up with the log; reads are slower until it can.", error)
                appended.send()
            }
        }
    }

    /// Copies the write-ahead log into the file when it has grown.
    private func keepLogShort() async {
        var failures = 0
        for await _ in walGrew.stream() where walPages.load(ordering: .relaxed) >= options.checkpointPages {
            guard !hasEnded else { return }
            do {
                if try await checkpointer.copy() < Checkpointer.shortRest {
                    isRestShort.store(true, ordering: .relaxed)
                }
                failures = 0
            } catch {
                failures += 1
                await pause(after: failures, "The write-ahead log could not be copied into the database file; retrying.", error)
            }
        }
    }

    /// Says what failed, and waits for one second at first and for a minute at last.
    private func pause(after failures: Int, _ message: Logger.Message, _ error: any Error) async {
        guard !hasEnded else { return }
        logger.warning(message, metadata: ["error": "\(StorageError.from(error, file: options.folder))"])
        try? await Task.sleep(for: .seconds(min(60, 1 << min(failures - 1, 6))))
    }

    private var hasEnded: Bool { Task.isCancelled || isClosed.load(ordering: .acquiring) }

    private func discard(_ broken: EventIndex, _ error: any Error) {
        let wasCurrent = index.withLock { index in
            guard index === broken else { return false }
            index = nil
            return true
        }
        guard wasCurrent else { return }
        logger.warning("The index is being rebuilt.", metadata: ["file": "\(broken.path)", "reason": "\(error)"])
        appended.send()
    }

    private func currentIndex() async throws -> EventIndex {
        if let index = index.withLock({ $0 }) { return index }
        let made = try await onThread { [options, readers] in
            let log = try LogIdentity(readers)
            try EventIndex.remove("\(options.folder)/index.sqlite")
            return try EventIndex.open(folder: options.folder, log: log).index
        }
        index.withLock { $0 = made }
        return made
    }

    // MARK: Closing

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await onThread {
            let index = self.index.withLock { index in
                defer { index = nil }
                return index
            }
            // The index's last connection must be one that writes, to copy its write-ahead log into the file.
            self.writer.withLock { $0?.closeLookup() }
            try? index?.pool.close()
            try? self.readers.close()
            self.checkpointer.close()
            self.consumers.closeNow()
            // Last, for the last connection copies the write-ahead log into the file and removes it.
            self.writer.withLock { writer in
                writer?.close()
                writer = nil
            }
            self.lock.withLock { $0 = nil }
        }
    }

    private var closedError: StorageError { StorageError(.closed, "The log in \(options.folder) was closed.") }
}
#endif
