#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation
internal import Logging
internal import Synchronization

/// The log in SQLite files of one directory.
///
/// * `events.sqlite`: the log, the truth. Each batch is one transaction that is on the disk when ``append(_:)`` returns, and so is
///   each removal.
/// * `index.sqlite`: what makes reads quick. It follows the log and can be deleted at any time the server is stopped.
/// * `consumers.sqlite`: the cursors, dead letters and pauses of the consumers.
/// * `lock`: held by the server.
final class SQLiteStorage: Storage {
    /// What a configuration can set.
    struct Options: Sendable {
        /// The directory of the files; made when it is not there.
        var directory: String
        /// The pages in the write-ahead log from which they are copied into the file in the background.
        var checkpointPages: Int = 4000
        /// Whether it opens though the log has lost events, and records them.
        var acceptsLoss = false

        /// The pages from which the writer itself copies them, because the background does not or can't follow.
        var walBound: Int { checkpointPages * 4 }
    }

    /// The index, or why there is none.
    struct IndexState {
        var index: EventIndex?
        /// Whether the file that is there is to be thrown away.
        var isBroken = false
    }

    /// The pauses after work of the background that failed.
    private static let backoff = Backoff(first: .seconds(1), longest: .seconds(60))

    private let options: Options
    let logger: Logger
    let file: LogFile
    private let extent: LogExtent
    let guardian: FileGuardian
    private let lock: Mutex<DirectoryLock?>
    let writer: Mutex<LogWriter?>
    let readers: ReaderPool
    private let checkpointer: Checkpointer
    let index: Mutex<IndexState>
    private let consumers: ConsumerFile
    private let head: Atomic<Int64>
    private let appendedKinds: AppendedKinds
    let appendedEvents = AppendedEvents()
    /// How many events were removed.
    let removedCount: Atomic<Int64>
    /// The last step of a removal that the index has no more.
    let unindexedStep = Atomic<Int64>(0)
    let walPages = Atomic<Int>(0)
    let isRestShort = Atomic<Bool>(false)
    let isClosed = Atomic<Bool>(false)
    private let appended = Signal()
    private let walGrew = Signal()

    /// Opens the files, and makes those that are not there; it blocks.
    init(_ options: Options, logger: Logger) throws {
        self.options = options
        self.logger = logger
        file = LogFile(directory: options.directory)
        try DataDirectory.make(options.directory)
        let lock = try DirectoryLock(directory: options.directory)
        do {
            let writer = try Self.openWriter(file, options, logger)
            extent = writer.extent
            head = Atomic(writer.head)
            appendedKinds = AppendedKinds(head: writer.head)
            removedCount = Atomic(try writer.removals().events)
            readers = try file.openReaders()
            checkpointer = try Checkpointer(file)
            index = Mutex(try Self.openIndex(options.directory, LogIdentity(readers, writer.extent), logger))
            consumers = try ConsumerFile(directory: options.directory)
            self.writer = Mutex(writer)
        } catch {
            throw StorageError.from(error, file: file.path)
        }
        self.lock = Mutex(lock)
        // A connection that was opened in the meantime has found no write-ahead log, and would never see the one that is back.
        guardian = FileGuardian(FileWatch(file.openPaths + [lock.path]), logger: logger) { [readers] in
            readers.renewConnections()
        }
        // The names of new files are durable before the first event is acknowledged.
        try DataDirectory.sync(options.directory)
    }

    /// Opens the log for appending, unless other files know events that it does not have.
    private static func openWriter(_ file: LogFile, _ options: Options, _ logger: Logger) throws -> LogWriter {
        // Asked before the file is opened, which makes it where it is missing.
        let (isNew, evidence) = (file.isEmpty, LossEvidence(directory: options.directory))
        if isNew, !options.acceptsLoss, let loss = evidence.lossOfAll {
            throw loss.refusal(options.directory, head: 0)
        }
        let writer = try LogWriter(file: file, walBound: options.walBound)
        let loss = evidence.loss(from: writer.extent, head: writer.head, isNew: isNew)
        guard options.acceptsLoss else {
            guard let loss else { return writer }
            writer.close()
            throw loss.refusal(options.directory, head: writer.head)
        }
        let lost = try writer.recordLoss(loss?.ranges ?? [])
        writer.close()
        if lost.isEmpty {
            logger.notice("The log has lost no events, so none were accepted as lost.")
        } else {
            // What it knows of the lost events would be looked for in the log.
            try EventIndex.remove("\(options.directory)/index.sqlite")
            logger.warning("Events were accepted as lost.", metadata: ["sequences": "\(Loss.text(lost))"])
        }
        return try LogWriter(file: file, walBound: options.walBound)
    }

    /// Opens the index. One that can't be opened now, but may be in order, is opened later in the background.
    private static func openIndex(_ directory: String, _ log: LogIdentity, _ logger: Logger) throws -> IndexState {
        do {
            let (index, discarded) = try EventIndex.open(directory: directory, log: log)
            if let discarded {
                logger.warning(
                    "The index is being rebuilt.", metadata: ["file": "\(index.path)", "reason": "\(discarded)"])
            }
            return IndexState(index: index)
        } catch {
            logger.warning(
                "The index can't be opened now; reads are slower until it can.",
                metadata: ["error": "\(StorageError.from(error, file: "\(directory)/index.sqlite"))"])
            return IndexState()
        }
    }

    // MARK: Appending

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        do {
            if let problem = guardian.freshProblem { throw StorageError(.unavailable, problem) }
            let index = index.withLock { $0.index }
            let outcome = try writer.withLock { writer in
                guard let writer else { throw closedError }
                appendedKinds.willAppend(batch, after: writer.head)
                let outcome = try writer.append(batch, index, appendedEvents, fault: discard)
                guard let sequences = outcome.sequences else { return outcome }
                head.store(sequences.upperBound, ordering: .releasing)
                writer.help(finishing: isRestShort.exchange(false, ordering: .relaxed))
                walPages.store(writer.walPages, ordering: .relaxed)
                return outcome
            }
            guard outcome.sequences != nil else { return outcome }
            appended.send()
            wakeCheckpointer()
            return outcome
        } catch let commit as UnsettledCommit {
            throw StorageError.from(commit.cause, file: file.path, outcome: .unknown)
        } catch {
            // Nothing was committed.
            throw StorageError.from(error, file: file.path, outcome: .notRecorded)
        }
    }

    // MARK: Reading

    func events(_ query: EventQuery) async throws -> EventPage {
        // What was acknowledged before a read begins is in it.
        let known = head.load(ordering: .acquiring)
        return try await ReadCancellation.following { cancellation in
            try await read { [extent, appendedKinds] log, index in
                var reader = PageReader(
                    query, log: log, extent: extent, known: known, index: index, kinds: appendedKinds, cancellation)
                return try reader.read()
            }
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try await ReadCancellation.following { cancellation in
            try await read { [extent] log, index in
                let finder = EventFinder(id, in: deployment, log: log, extent: extent, cancellation)
                return try finder.find(index)
            }
        }
    }

    func statistics() async throws -> StorageStatistics {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        // Which sequences have no event is known, so nothing need be counted.
        // The removed ones first: each of them was appended before.
        let removed = removedCount.load(ordering: .acquiring)
        let head = head.load(ordering: .acquiring)
        return StorageStatistics(events: extent.count(upTo: head, removed: removed), head: head)
    }

    func logID() async throws -> LogID {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        return extent.id
    }

    func health() -> StorageHealth {
        guardian.freshProblem.map { .away($0) } ?? .ready
    }

    /// Reads the log and the index, each in one snapshot, on threads of their connections.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection, IndexReader?) throws -> Result
    ) async throws -> Result {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        // A connection that is opened now would open other files, or make them.
        if let problem = guardian.freshProblem { throw StorageError(.unavailable, problem) }
        let index = index.withLock { $0.index }
        do {
            return try await readers.read { log in
                guard let index else { return try body(log, nil) }
                do {
                    return try index.database.read { try body(log, IndexReader($0)) }
                } catch let error where EventIndex.isDamage(error) {
                    // If the log is at fault, this fails too.
                    let result = try body(log, nil)
                    self.discard(index, error)
                    return result
                }
            }
        } catch {
            // SQLite was interrupted, and says no more than that.
            if Task.isCancelled { throw CancellationError() }
            // Either of the two files.
            throw isClosed.load(ordering: .acquiring) ? closedError : StorageError.from(error, file: options.directory)
        }
    }

    // MARK: Consumers

    func cursors() async throws -> [ConsumerCursor] { try await consumers.cursors() }

    func cursor(of consumer: String) async throws -> ConsumerCursor { try await consumers.cursor(of: consumer) }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool { try await consumers.advance(cursor) }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await consumers.replay(consumer, after: position)
    }

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await consumers.deadLetters(of: consumer, after: sequence, limit: limit)
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await consumers.requestedDeadLetters(of: consumer, limit: limit)
    }

    func deadLetterCount(of consumer: String) async throws -> Int { try await consumers.deadLetterCount(of: consumer) }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await consumers.keepDeadLetters(letters, of: consumer)
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await consumers.removeDeadLetters(of: consumer, sequences)
    }

    func setPause(of consumer: String, _ reason: String?) async throws { try await consumers.setPause(of: consumer, reason) }

    func pause(of consumer: String) async throws -> String? { try await consumers.pause(of: consumer) }

    /// Sets back the cursors that stand behind the log's end, as after a restored backup: they would miss events.
    func settleCursors() async throws {
        let head = head.load(ordering: .acquiring)
        // A position in another log is left to the consumer, which begins at its start.
        for cursor in try await consumers.cursors() where cursor.position > head && cursor.log ?? extent.id == extent.id {
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
            group.addTask { await self.watchFiles() }
        }
    }

    /// Looks each second whether the files are where they were, so that readiness says it also when nobody reports.
    private func watchFiles() async {
        while !hasEnded {
            await onThread { _ = self.guardian.inspect() }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Brings the index up to the log, a while after each append so that one step takes many events: what a step costs
    /// is the pages that it touches, and a thousand assets touch a thousand pages however few events there are. Reads
    /// look at the rest of the log themselves.
    private func keepIndex() async {
        var failures = 0
        for await _ in appended.stream() {
            await appendedEvents.waitForStep(atMost: .seconds(1))
            guard !hasEnded else { return }
            do {
                let current = try await currentIndex()
                try await prune(current)
                let indexer = Indexer(log: readers, index: current, extent: extent, appended: appendedEvents)
                while try await indexer.advance() >= Indexer.step {}
                failures = 0
            } catch {
                if let index = index.withLock({ $0.index }), EventIndex.isDamage(error) { discard(index, error) }
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

    /// Lets the background copy the write-ahead log when it has grown.
    func wakeCheckpointer() {
        if walPages.load(ordering: .relaxed) >= options.checkpointPages { walGrew.send() }
    }

    /// Logs what failed, and waits before it is tried again.
    private func pause(after failures: Int, _ message: Logger.Message, _ error: any Error) async {
        guard !hasEnded else { return }
        logger.warning(message, metadata: ["error": "\(StorageError.from(error, file: options.directory))"])
        try? await Task.sleep(for: Self.backoff.pause(afterFailures: failures))
    }

    private var hasEnded: Bool { Task.isCancelled || isClosed.load(ordering: .acquiring) }

    func discard(_ broken: EventIndex, _ error: any Error) {
        let wasCurrent = index.withLock { state in
            guard state.index === broken else { return false }
            state = IndexState(index: nil, isBroken: true)
            return true
        }
        guard wasCurrent else { return }
        logger.warning("The index is being rebuilt.", metadata: ["file": "\(broken.path)", "reason": "\(error)"])
        appended.send()
    }

    private func currentIndex() async throws -> EventIndex {
        let state = index.withLock { $0 }
        if let index = state.index { return index }
        let (made, discarded) = try await onThread { [options, readers, extent] in
            if state.isBroken { try EventIndex.remove("\(options.directory)/index.sqlite") }
            return try EventIndex.open(directory: options.directory, log: LogIdentity(readers, extent))
        }
        if let discarded {
            logger.warning("The index is being rebuilt.", metadata: ["file": "\(made.path)", "reason": "\(discarded)"])
        }
        index.withLock { $0 = IndexState(index: made) }
        return made
    }

    // MARK: Closing

    func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        guardian.end()
        await onThread {
            let index = self.index.withLock { state in
                defer { state = IndexState() }
                return state.index
            }
            // The index's last connection must be one that writes, to copy its write-ahead log into the file.
            self.writer.withLock { $0?.closeLookup() }
            index?.database.close()
            self.readers.close()
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

    var closedError: StorageError { StorageError(.closed, "The log in \(options.directory) was closed.") }
}
#endif
