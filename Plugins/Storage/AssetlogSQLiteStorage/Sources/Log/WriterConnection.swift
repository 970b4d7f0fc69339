#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// A commit that SQLite refused. Its transaction may stand in the write-ahead log all the same, and then it is recovered.
struct UnsettledCommit: Error {
    var cause: any Error
}

/// The connection that appends, with its prepared statements.
final class WriterConnection {
    let extent: LogExtent
    private let connection: Connection
    private var statements: Statements?

    private struct Statements {
        let begin: Statement
        /// Those that insert so many rows each, the most first.
        let inserts: [(rows: Int, statement: Statement)]
        let commit: Statement
        let rollback: Statement
        let identities: IdentityRows

        init(_ connection: Connection, _ extent: LogExtent) throws {
            begin = try connection.prepare("BEGIN IMMEDIATE")
            inserts = try WriterConnection.rowsAtOnce.map { ($0, try connection.prepare(EventRow.insertion(rows: $0))) }
            commit = try connection.prepare("COMMIT")
            rollback = try connection.prepare("ROLLBACK")
            identities = try IdentityRows(connection, extent)
        }

        func clearBindings() {
            for (_, statement) in inserts { statement.clearBindings() }
        }
    }

    init(_ file: LogFile) throws {
        connection = try file.openWriter()
        extent = try LogExtent(connection, file: file.path)
        try connection.countWALPages()
        statements = try Statements(connection, extent)
    }

    // One statement for many rows takes a third less time than one for each. The last one takes what is left.
    private static let rowsAtOnce = [16, 4, 1]

    /// The number of pages in the write-ahead log after the last commit.
    var walPages: Int { connection.walPages }

    func readIdentities<Result>(_ body: (IdentityRows) throws -> Result) throws -> Result {
        try body(open().identities)
    }

    /// Inserts the new events of a batch in one transaction.
    func insert(_ batch: borrowing EventBatch, _ plan: AppendPlan, after head: Int64) throws {
        let statements = try open()
        try statements.begin.run()
        do {
            try Self.insert(batch, plan, after: head, with: statements)
            do {
                try statements.commit.run()
            } catch {
                throw UnsettledCommit(cause: error)
            }
        } catch {
            statements.clearBindings()
            // SQLite may have rolled back by itself; then this fails, and that is as good.
            try? statements.rollback.run()
            throw error
        }
    }

    private static func insert(
        _ batch: borrowing EventBatch, _ plan: AppendPlan, after head: Int64, with statements: Statements
    ) throws {
        // Nothing of the batch stays bound, whose memory is used for other events next.
        defer { statements.clearBindings() }
        var sequence = head
        var rest = Array(plan.insertions.joined())[...]
        for (rows, statement) in statements.inserts {
            while rest.count >= rows {
                for (row, index) in rest.prefix(rows).enumerated() {
                    sequence += 1
                    try batch.withColumns(at: index) { try bind($0, sequence, to: statement, row: row) }
                }
                try statement.run()
                rest = rest.dropFirst(rows)
            }
        }
    }

    /// Binds the bytes of the batch itself, without a copy: it stays as it is until the statement has run.
    private static func bind(_ columns: borrowing EventColumns, _ sequence: Int64, to statement: Statement, row: Int) throws {
        let first = row * EventRow.columnCount
        try statement.bind(sequence, at: first + 1)
        try statement.bind(EventIDBytes(columns.id), at: first + 2)
        try statement.bind(text: columns.deployment, at: first + 3)
        try statement.bind(Int64(columns.kind.rawValue), at: first + 4)
        try statement.bind(text: columns.assetKey, at: first + 5)
        try statement.bind(text: columns.partition, at: first + 6)
        try statement.bind(columns.timestamp.microseconds, at: first + 7)
        try statement.bind(columns.receivedAt.microseconds, at: first + 8)
        try statement.bind(text: columns.reportedBy, at: first + 9)
        try statement.bind(blob: columns.details, at: first + 10)
        try statement.bind(EventRow.checksum(columns, at: sequence), at: first + 11)
    }

    /// Removes events in one transaction; see ``RemovalTransaction``.
    func remove(_ removal: EventRemoval, unindexedStep: Int64) throws -> Bool {
        _ = try open()
        return try RemovalTransaction(removal, connection, extent, unindexedStep: unindexedStep).run()
    }

    func removals() throws -> RemovalStatistics { try RemovalTables.statistics(connection) }

    /// Forgets identities of removed events; see ``RemovalTables``.
    func forgetIdentities(before time: Timestamp, limit: Int) throws -> Int {
        try connection.transaction { try RemovalTables.forgetIdentities(connection, before: time, limit: limit) }
    }

    func head() throws -> Int64 {
        try extent.head(connection)
    }

    func recordLoss(_ known: [ClosedRange<Int64>]) throws -> [ClosedRange<Int64>] {
        try LossAcceptance.record(known, in: connection, extent)
    }

    /// Copies into the file what no reader holds back.
    ///
    /// - Returns: The number of pages that are left.
    func checkpoint() throws -> Int {
        try connection.checkpoint(.passive).remaining
    }

    func truncate() throws {
        let timeout = connection.busyTimeout
        connection.busyTimeout = .milliseconds(200)
        defer { connection.busyTimeout = timeout }
        try connection.checkpoint(.truncate)
    }

    func close() {
        statements = nil
        connection.close()
    }

    private func open() throws -> Statements {
        guard let statements else { throw SQLiteError.closed(connection.path) }
        return statements
    }
}
#endif
