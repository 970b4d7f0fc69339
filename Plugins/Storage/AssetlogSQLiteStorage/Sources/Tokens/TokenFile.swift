#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation
internal import Synchronization

/// The tokens, in a file of their own: a command changes them while a server runs, and before there is a log.
///
/// The file has a rollback journal and no write-ahead log, so that it is one file that only its owner can read. It is
/// written once in a while, and then durably.
final class TokenFile: TokenStore {
    private let path: String
    private let connection: SerialConnection
    /// The changes of this connection, which `PRAGMA data_version` does not count.
    private let ownChanges = Atomic<Int64>(0)

    /// Opens the file, and makes it and its directory where they are not there; it blocks.
    init(directory: String) throws {
        path = "\(directory)/tokens.sqlite"
        try DataDirectory.make(directory)
        let isNew = try DataDirectory.makePrivateFile(path)
        do {
            connection = try SerialConnection(path, label: "assetlog.tokens")
            try connection.access { [path] database in
                try FileFormat.tokens.upgrade(database, file: path)
                try database.execute("PRAGMA synchronous = FULL")
            }
        } catch {
            throw StorageError.from(error, file: path)
        }
        if isNew { try DataDirectory.sync(directory) }
    }

    func version() async throws -> Int64 {
        try await access { [self] database in
            // Or a server would continue with tokens that no command reaches any more.
            guard !database.hasMoved else {
                throw StorageError(
                    .unavailable,
                    "\(path) was removed or replaced while it was open. Restart the server to use what is there now.")
            }
            return try (database.integer("PRAGMA data_version") ?? 0) + ownChanges.load(ordering: .relaxed)
        }
    }

    func tokens() async throws -> [TokenRecord] {
        try await access { [path] database in
            let rows = try database.statement("SELECT \(TokenRow.columns) FROM tokens ORDER BY number")
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
        await onThread { [connection] in connection.close() }
    }

    // MARK: Statements

    private static func insert(_ token: TokenRecord, _ database: Connection, file: String) throws {
        guard try find(token.id, database) == false else {
            throw StorageError(.unavailable, "\(file) already has a token with the ID \(token.id). Create another one.")
        }
        let insert = try database.statement(TokenRow.insertion)
        try TokenRow.bind(token, to: insert)
        try insert.run()
    }

    /// Sets an end of a token unless it has an earlier one; false: there is no such token.
    private static func end(_ id: String, column: String, at time: Timestamp, _ database: Connection) throws -> Bool {
        let update = try database.statement("UPDATE tokens SET \(column) = min(coalesce(\(column), ?1), ?1) WHERE id = ?2")
        try update.bind(time.microseconds, at: 1)
        try update.bind(id, at: 2)
        try update.run()
        return try database.changes == 1
    }

    private static func find(_ id: String, _ database: Connection) throws -> Bool {
        let row = try database.statement("SELECT 1 FROM tokens WHERE id = ?")
        try row.bind(id, at: 1)
        guard try row.step() else { return false }
        row.reset()
        return true
    }

    // MARK: The connection

    /// Makes a change in one transaction, and counts it if `body` says that there was one.
    private func change(_ body: @escaping @Sendable (Connection) throws -> Bool) async throws -> Bool {
        try await access { [self] database in
            let isChanged = try database.transaction { try body(database) }
            if isChanged { ownChanges.add(1, ordering: .relaxed) }
            return isChanged
        }
    }

    private func access<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        do {
            return try await connection.access(body)
        } catch {
            throw StorageError.from(error, file: path)
        }
    }

    /// Opens the file for a command that only reads; nil when there is none.
    static func openReadOnly(_ path: String) throws -> Connection? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let connection = try Connection(path, ConnectionOptions(mode: .readOnly))
        _ = try FileFormat.tokens.check(connection, file: path)
        return connection
    }
}
#endif
