#if SQLite
internal import AssetlogCore
internal import GRDB
internal import GRDBSQLite

/// Appends batches to the log: one transaction each, durable when it returns.
///
/// Not safe to share: the storage keeps it behind a lock. After a failure nothing of the connection is trusted: it is
/// closed, and the next append opens another one; see Docs/Decisions/0004-sqlite-log.md.
final class LogWriter {
    private let file: LogFile
    /// The number of pages in the write-ahead log from which the writer itself helps to shorten it.
    private let walBound: Int
    private var connection: WriterConnection?
    private let identities: Identities
    private var nextHelp: Int
    /// The last sequence that was given to an event.
    private(set) var head: Int64
    /// Which log it is, and what of it there is.
    let extent: LogExtent

    init(file: LogFile, walBound: Int, identities: Identities = Identities()) throws {
        self.file = file
        self.identities = identities
        self.walBound = walBound
        nextHelp = walBound
        let connection = try WriterConnection(file)
        self.connection = connection
        extent = connection.extent
        head = try connection.head()
        guard extent.first >= 1, head < .max / 2 else {
            throw StorageError(
                .damaged,
                "\(file.path) is damaged: its events have the sequences \(extent.first) to \(head). Restore the last backup"
                    + " into an empty directory.")
        }
    }

    /// Records events as lost; the next writer knows it.
    func recordLoss(_ known: [ClosedRange<Int64>]) throws -> [ClosedRange<Int64>] {
        guard let connection else { throw SQLiteFailure.closed }
        return try connection.recordLoss(known)
    }

    /// The number of pages in the write-ahead log after the last commit.
    var walPages: Int { connection?.walPages ?? 0 }

    /// Appends what is new of a batch.
    ///
    /// - Parameters:
    ///   - index: What finds the events that are in the log already.
    ///   - fault: Hears of an index that can't be read.
    func append(
        _ batch: EventBatch, _ index: EventIndex?, fault: (EventIndex, any Error) -> Void
    ) throws -> AppendOutcome {
        guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.") }
        let connection = try connection ?? reconnect()
        do {
            let plan = try plan(batch, index, on: connection, fault)
            var outcome = plan.outcome(after: head)
            guard let sequences = outcome.sequences else { return outcome }
            try connection.insert(batch, plan, after: head)
            identities.note(batch, plan, after: head, index)
            head = sequences.upperBound
            if batch.clientIdentities > 0 { outcome.advisedPause = identities.advisedPause }
            return outcome
        } catch {
            identities.reset()
            disconnect()
            throw error
        }
    }

    /// Decides before the transaction: nobody else changes the log in between, and what is found is durable.
    private func plan(
        _ batch: EventBatch, _ index: EventIndex?, on connection: WriterConnection,
        _ fault: (EventIndex, any Error) -> Void
    ) throws -> AppendPlan {
        guard batch.clientIdentities > 0 else { return batch.plan { _ in .none } }
        return try connection.readIdentities { rows in
            identities.plan(batch, index, rows, head: head, fault: fault)
        }
    }

    /// Copies the write-ahead log into the file when nobody else does, or the background left a short rest.
    ///
    /// The events are durable by now, so whatever fails here is left to the next try.
    func help(finishing: Bool) {
        guard let connection, finishing || connection.walPages >= nextHelp else { return }
        let rest = try? connection.checkpoint()
        // Where a long reader holds the log back, trying at every commit would only slow commits down.
        nextHelp = rest == 0 ? walBound : connection.walPages + walBound
    }

    /// Lets go of the index.
    func closeLookup() {
        identities.close()
    }

    func close() {
        closeLookup()
        disconnect()
    }

    private func disconnect() {
        connection?.close()
        connection = nil
    }

    /// Opens another connection after a failure, and settles what the failure left behind.
    private func reconnect() throws -> WriterConnection {
        let connection = try WriterConnection(file)
        do {
            // The failed transaction may stand in the write-ahead log, complete but refused. Copying the log into the
            // file and truncating it proves that the disk takes writes again, and that no crash brings it back.
            do {
                try connection.truncate()
            } catch let failure as SQLiteFailure where [SQLITE_FULL, SQLITE_BUSY].contains(failure.code & 0xff) {
                // No space to copy into, or a reader in the way: an append overwrites the refused rows as well.
            }
            // More may be there: a transaction that was refused, but whole. Less than what was acknowledged never.
            let found = try connection.head()
            guard found >= head else {
                throw StorageError(
                    .damaged,
                    "\(file.path) has lost the events \(found + 1) to \(head), which were acknowledged. Stop the server, keep"
                        + " the folder, and see what happened to the file.")
            }
            head = found
        } catch {
            connection.close()
            throw error
        }
        nextHelp = walBound
        self.connection = connection
        return connection
    }
}

/// A commit that SQLite refused. Its transaction may stand in the write-ahead log all the same, and then it is recovered.
struct UnsettledCommit: Error {
    var cause: any Error
}

/// The connection that appends, with its prepared statements.
private final class WriterConnection {
    private let queue: DatabaseQueue
    let extent: LogExtent
    private var statements: Statements?
    /// Where the hook of SQLite leaves the number of pages; on the heap, for SQLite keeps the pointer.
    private let pages: UnsafeMutablePointer<Int32>

    private struct Statements {
        let begin: RawStatement
        let insert: RawStatement
        let commit: RawStatement
        let rollback: RawStatement
        let identities: IdentityRows
    }

    init(_ file: LogFile) throws {
        queue = try file.openWriter()
        let extent = try queue.inDatabase { try LogExtent($0, file: file.path) }
        self.extent = extent
        pages = .allocate(capacity: 1)
        pages.pointee = 0
        let pages = pages
        statements = try queue.inDatabase { database in
            // GRDB's hooks observe transactions that it runs itself; these are not.
            sqlite3_commit_hook(database.sqliteConnection, nil, nil)
            sqlite3_rollback_hook(database.sqliteConnection, nil, nil)
            sqlite3_wal_hook(
                database.sqliteConnection,
                { context, _, _, pages in
                    context?.assumingMemoryBound(to: Int32.self).pointee = pages
                    return SQLITE_OK
                }, pages)
            return Statements(
                begin: try RawStatement(database, "BEGIN IMMEDIATE"),
                insert: try RawStatement(
                    database, "INSERT INTO events (\(EventRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                commit: try RawStatement(database, "COMMIT"),
                rollback: try RawStatement(database, "ROLLBACK"),
                identities: try IdentityRows(database, extent))
        }
    }

    deinit {
        close()
        pages.deallocate()
    }

    var walPages: Int { Int(pages.pointee) }

    func readIdentities<Result>(_ body: (IdentityRows) throws -> Result) throws -> Result {
        try queue.inDatabase { _ in
            guard let statements else { throw SQLiteFailure.closed }
            return try body(statements.identities)
        }
    }

    /// Inserts the new events of a batch in one transaction.
    func insert(_ batch: EventBatch, _ plan: AppendPlan, after head: Int64) throws {
        try queue.inDatabase { _ in
            guard let statements else { throw SQLiteFailure.closed }
            try statements.begin.run()
            do {
                var sequence = head
                for index in plan.insertions.joined() {
                    sequence += 1
                    try batch.withColumns(at: index) { columns in
                        try Self.insert(columns, sequence, with: statements.insert)
                    }
                }
                statements.insert.clear()
                do {
                    try statements.commit.run()
                } catch {
                    throw UnsettledCommit(cause: error)
                }
            } catch {
                statements.insert.clear()
                // SQLite may have rolled back by itself; then this fails, and that is as good.
                try? statements.rollback.run()
                throw error
            }
        }
    }

    /// Binds the bytes of the batch itself, without a copy, and inserts a row.
    private static func insert(
        _ columns: borrowing EventColumns, _ sequence: Int64, with statement: RawStatement
    ) throws {
        try statement.bind(sequence, at: 1)
        try statement.bind(EventIDBytes(columns.id), at: 2)
        try statement.bind(text: columns.deployment, at: 3)
        try statement.bind(Int64(columns.kind.rawValue), at: 4)
        try statement.bind(text: columns.assetKey, at: 5)
        try statement.bind(text: columns.partition, at: 6)
        try statement.bind(columns.timestamp.microseconds, at: 7)
        try statement.bind(columns.receivedAt.microseconds, at: 8)
        try statement.bind(text: columns.reportedBy, at: 9)
        try statement.bind(blob: columns.details, at: 10)
        try statement.bind(EventRow.checksum(columns, at: sequence), at: 11)
        try statement.run()
    }

    func head() throws -> Int64 {
        try queue.inDatabase { try extent.head($0) }
    }

    func recordLoss(_ known: [ClosedRange<Int64>]) throws -> [ClosedRange<Int64>] {
        try queue.inDatabase { try LossAcceptance.record(known, in: $0, extent) }
    }

    /// Copies into the file what no reader holds back.
    ///
    /// - Returns: The number of pages that are left.
    func checkpoint() throws -> Int {
        try queue.inDatabase { try $0.checkpointLog(SQLITE_CHECKPOINT_PASSIVE) }
    }

    func truncate() throws {
        try queue.inDatabase { database in
            sqlite3_busy_timeout(database.sqliteConnection, 200)
            defer { sqlite3_busy_timeout(database.sqliteConnection, 10_000) }
            _ = try database.checkpointLog(SQLITE_CHECKPOINT_TRUNCATE)
        }
    }

    func close() {
        guard statements != nil else { return }
        // SQLite can't close a connection that has statements, or call the hook later.
        queue.inDatabase { database in
            statements = nil
            sqlite3_wal_hook(database.sqliteConnection, nil, nil)
        }
        try? queue.close()
    }
}

extension Database {
    /// Copies the write-ahead log into the file.
    ///
    /// - Returns: The number of pages that are left.
    func checkpointLog(_ mode: Int32) throws -> Int {
        guard let sqliteConnection else { throw SQLiteFailure.closed }
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(sqliteConnection, nil, mode, &pages, &copied)
        guard code == SQLITE_OK else { throw SQLiteFailure(sqliteConnection) }
        return Int(max(0, pages - copied))
    }
}
#endif
