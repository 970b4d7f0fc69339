#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation

/// The cursors of the consumers, their dead letters and pauses, in a file of their own: moving a cursor never waits for an append,
/// and a command can set one back while a server runs.
final class ConsumerFile: ConsumerStore {
    private let path: String
    private let connection: SerialConnection

    init(directory: String) throws {
        path = "\(directory)/consumers.sqlite"
        do {
            connection = try SerialConnection(path, label: "assetlog.consumers")
            try connection.access { [path] database in
                try FileFormat.consumers.upgrade(database, file: path)
                // A directory that was restored: the log brings what is kept of its consumers.
                if try Self.knowsNone(database) {
                    let carried = try CarriedConsumers.read(LogFile(directory: directory))
                    try database.transaction {
                        for cursor in carried.cursors { try Self.insert(cursor, database) }
                        try carried.writeDeadLetters(into: database)
                    }
                }
                try database.execute("PRAGMA journal_mode = WAL")
                // A crash may take the last moves back: a consumer then sees some events again, and none is lost.
                try database.execute("PRAGMA synchronous = NORMAL")
            }
        } catch {
            throw StorageError.from(error, file: path)
        }
    }

    /// Opens the cursors next to a server.
    static func openForCommand(directory: String) throws -> ConsumerFile {
        let log = LogFile(directory: directory)
        guard log.exists else {
            throw StorageError(
                .unavailable,
                "There is no log at \(log.path). Check --data or storage.sqlite.path; `assetlog serve` creates it.")
        }
        return try ConsumerFile(directory: directory)
    }

    func cursors() async throws -> [ConsumerCursor] {
        try await access { try Self.cursors($0) }
    }

    func cursor(of consumer: String) async throws -> ConsumerCursor {
        try await access { database in
            if let cursor = try Self.find(consumer, database) { return cursor }
            try Self.insert(ConsumerCursor(consumer: consumer), database)
            return try Self.find(consumer, database) ?? ConsumerCursor(consumer: consumer)
        }
    }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        try await access { database in
            let update = try database.statement("UPDATE consumers SET position = ?, log = ?, event = ? WHERE name = ? AND generation = ?")
            try update.bind(cursor.position, at: 1)
            try update.bind(cursor.log?.bytes, at: 2)
            try update.bind(cursor.event?.bytes, at: 3)
            try update.bind(cursor.consumer, at: 4)
            try update.bind(cursor.generation, at: 5)
            try update.run()
            return try database.changes == 1
        }
    }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await access { database in
            try Self.durably(database) {
                let update = try database.statement(
                    """
                    INSERT INTO consumers (name, generation, position) VALUES (?, 1, ?)
                    ON CONFLICT (name) DO UPDATE
                    SET generation = generation + 1, position = excluded.position, log = NULL, event = NULL
                    RETURNING name, generation, position, log, event
                    """)
                try update.bind(consumer, at: 1)
                try update.bind(max(0, position), at: 2)
                guard try update.step() else { throw SQLiteError.closed(database.path) }
                let cursor = Self.cursor(update)
                while try update.step() {}
                return cursor
            }
        }
    }

    /// Runs `body` in a transaction that is on the disk when this returns.
    static func durably<Result>(_ database: Connection, _ body: () throws -> Result) throws -> Result {
        try database.execute("PRAGMA synchronous = FULL")
        defer { try? database.execute("PRAGMA synchronous = NORMAL") }
        return try database.transaction { try body() }
    }

    func close() async {
        await onThread { self.closeNow() }
    }

    /// Makes every move durable and closes the file; it blocks.
    func closeNow() {
        // Copying syncs the write-ahead log first, no matter who else has the file open.
        _ = try? connection.access { try $0.checkpoint(.passive) }
        connection.close()
    }

    /// Runs `body` on the file, unless it was removed or replaced.
    func access<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        do {
            return try await connection.access { [path] database in
                // Or cursors would be kept in a file that nobody finds again.
                guard !database.hasMoved else {
                    throw StorageError(
                        .unavailable,
                        "\(path) was removed or replaced while it was open. Put it back, or restart the server: it goes on by"
                            + " what the exporters have.")
                }
                return try body(database)
            }
        } catch {
            throw StorageError.from(error, file: path)
        }
    }

    /// Opens the file for a command that only reads; nil when there is none.
    static func openReadOnly(_ path: String) throws -> Connection? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let connection = try Connection(path, ConnectionOptions(mode: UnwritableFile(path).mode))
        _ = try FileFormat.consumers.check(connection, file: path)
        return connection
    }

    /// All cursors; also of a file that an older release made, which knows nothing of logs.
    static func cursors(_ database: Connection) throws -> [ConsumerCursor] {
        let isOld = try database.integer("PRAGMA user_version") == 1
        let columns = isOld ? "name, generation, position, NULL, NULL" : Self.columns
        let rows = try database.statement("SELECT \(columns) FROM consumers ORDER BY name")
        var cursors: [ConsumerCursor] = []
        while try rows.step() { cursors.append(cursor(rows)) }
        return cursors
    }

    private static func knowsNone(_ database: Connection) throws -> Bool {
        try database.integer("SELECT (SELECT count(*) FROM consumers) + (SELECT count(*) FROM pauses)") == 0
    }

    private static func find(_ consumer: String, _ database: Connection) throws -> ConsumerCursor? {
        let row = try database.statement("SELECT \(columns) FROM consumers WHERE name = ?")
        try row.bind(consumer, at: 1)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return cursor(row)
    }

    /// Adds a cursor, unless there is one of its name.
    private static func insert(_ cursor: ConsumerCursor, _ database: Connection) throws {
        let insert = try database.statement("INSERT OR IGNORE INTO consumers (\(columns)) VALUES (?, ?, ?, ?, ?)")
        try bind(cursor, to: insert)
        try insert.run()
    }

    static let columns = "name, generation, position, log, event"

    static func bind(_ cursor: ConsumerCursor, to statement: Statement) throws {
        try statement.bind(cursor.consumer, at: 1)
        try statement.bind(cursor.generation, at: 2)
        try statement.bind(cursor.position, at: 3)
        try statement.bind(cursor.log?.bytes, at: 4)
        try statement.bind(cursor.event?.bytes, at: 5)
    }

    /// The cursor of a row of ``columns``.
    static func cursor(_ row: Statement) -> ConsumerCursor {
        ConsumerCursor(
            consumer: row.text(0), generation: row.integer(1), position: row.integer(2),
            log: LogID(bytes: row.bytes(3)), event: EventID(bytes: row.bytes(4)))
    }
}
#endif
