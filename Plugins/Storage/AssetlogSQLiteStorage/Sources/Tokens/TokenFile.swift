#if SQLite
internal import AssetlogCore
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// The tokens, in a file of their own: a command changes them while a server runs, and before there is a log.
///
/// The file has a rollback journal and no write-ahead log, so that it is one file that only its owner can read. It is
/// written once in a while, and then durably.
final class TokenFile: TokenStore {
    private let path: String
    private let queue: DatabaseQueue
    /// The changes of this connection, which `PRAGMA data_version` does not count.
    private let ownChanges = Atomic<Int64>(0)

    /// Opens the file, and makes it and its folder where they are not there; it blocks.
    init(folder: String) throws {
        path = "\(folder)/tokens.sqlite"
        try DataFolder.make(folder)
        let isNew = try DataFolder.makePrivateFile(path)
        var configuration = Configuration()
        configuration.label = "assetlog.tokens"
        configuration.busyMode = .timeout(10)
        // Or GRDB would stop the process when a failing disk leaves a transaction open.
        configuration.allowsUnsafeTransactions = true
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { [path] database in
                try FileFormat.tokens.upgrade(database, file: path)
                try database.raw("PRAGMA synchronous = FULL")
            }
        } catch {
            throw StorageError.from(error, file: path)
        }
        if isNew { try DataFolder.sync(folder) }
    }

    func version() async throws -> Int64 {
        try await access { [self] database in
            // Or a server would go on with tokens that no command reaches any more.
            guard !database.hasMoved else {
                throw StorageError(
                    .unavailable,
                    "\(path) was removed or replaced while it was open. Restart the server to use what is there now.")
            }
            return try (database.rawInteger("PRAGMA data_version") ?? 0) + ownChanges.load(ordering: .relaxed)
        }
    }

    func tokens() async throws -> [TokenRecord] {
        try await access { [path] database in
            let rows = try RawStatement(database, "SELECT \(TokenRow.columns) FROM tokens ORDER BY number")
            var tokens: [TokenRecord] = []
            while try rows.step() { tokens.append(try TokenRow.read(rows, file: path)) }
            return tokens
        }
    }

    func insert(_ token: TokenRecord) async throws {
        _ = try await change { [path] database in
            try Self.insert(token, database, file: path)
            return true
        }
    }

    func revoke(_ id: String, at time: Timestamp) async throws -> Bool {
        try await change { database in
            try Self.end(id, column: "revoked_at", at: time, database)
        }
    }

    func replace(_ id: String, expiringAt time: Timestamp, by token: TokenRecord) async throws -> Bool {
        try await change { [path] database in
            guard try Self.end(id, column: "expires_at", at: time, database) else { return false }
            try Self.insert(token, database, file: path)
            return true
        }
    }

    func close() async {
        await onThread { [queue] in try? queue.close() }
    }

    // MARK: Statements

    private static func insert(_ token: TokenRecord, _ database: Database, file: String) throws {
        guard try find(token.id, database) == false else {
            throw StorageError(.unavailable, "\(file) already has a token with the ID \(token.id). Create another one.")
        }
        let insert = try RawStatement(database, TokenRow.insertion)
        try TokenRow.bind(token, to: insert)
        try insert.run()
    }

    /// Sets an end of a token unless it has an earlier one; false: there is no such token.
    private static func end(_ id: String, column: String, at time: Timestamp, _ database: Database) throws -> Bool {
        let update = try RawStatement(
            database, "UPDATE tokens SET \(column) = min(coalesce(\(column), ?1), ?1) WHERE id = ?2")
        try update.bind(time.microseconds, at: 1)
        try update.bind(id, at: 2)
        try update.run()
        return sqlite3_changes(database.sqliteConnection) == 1
    }

    private static func find(_ id: String, _ database: Database) throws -> Bool {
        let row = try RawStatement(database, "SELECT 1 FROM tokens WHERE id = ?")
        try row.bind(id, at: 1)
        guard try row.step() else { return false }
        row.reset()
        return true
    }

    // MARK: The connection

    /// Makes a change in one transaction, and counts it if `body` says that there was one.
    private func change(_ body: @escaping @Sendable (Database) throws -> Bool) async throws -> Bool {
        try await access { [self] database in
            // What a failing disk may have left open.
            if sqlite3_get_autocommit(database.sqliteConnection) == 0 { try database.raw("ROLLBACK") }
            try database.raw("BEGIN IMMEDIATE")
            do {
                let isChanged = try body(database)
                try database.raw("COMMIT")
                if isChanged { ownChanges.add(1, ordering: .relaxed) }
                return isChanged
            } catch {
                try? database.raw("ROLLBACK")
                throw error
            }
        }
    }

    private func access<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        do {
            return try await queue.writeWithoutTransaction { database in
                guard database.sqliteConnection != nil else { throw SQLiteFailure.closed }
                return try body(database)
            }
        } catch {
            throw StorageError.from(error, file: path)
        }
    }

    /// Opens the file for a command that only reads; nil when there is none.
    static func openReadOnly(_ path: String) throws -> DatabaseQueue? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try FileFormat.tokens.check($0, file: path) }
        return queue
    }
}
#endif
