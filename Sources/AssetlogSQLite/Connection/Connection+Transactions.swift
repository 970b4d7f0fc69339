#if SQLite
internal import CSQLite

/// When a transaction takes the lock for writing.
public struct TransactionKind: Hashable, Sendable {
    let begin: String

    /// At once, so that it never fails halfway because another connection wrote in the meantime.
    public static let immediate = TransactionKind(begin: "BEGIN IMMEDIATE")
    /// At the first statement that writes, if there is one.
    public static let deferred = TransactionKind(begin: "BEGIN")
}

extension Connection {
    /// Whether a transaction is open.
    public var isInTransaction: Bool {
        guard let handle = try? openHandle else { return false }
        return sqlite3_get_autocommit(handle) == 0
    }

    /// Runs `body` in one transaction, which is committed when it returns and rolled back when it throws.
    ///
    /// Transactions do not nest.
    public func transaction<Result>(_ kind: TransactionKind = .immediate, _ body: () throws -> Result) throws -> Result {
        try statement(kind.begin).run()
        do {
            let result = try body()
            try statement("COMMIT").finish()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    /// Runs `body` over one snapshot of the file: as the file is when it begins, whatever others write in the meantime.
    public func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        try transaction(.deferred) {
            // A transaction alone has no snapshot yet; the first access takes it.
            _ = try statement(Self.firstAccess).step()
            return try body()
        }
    }

    /// Rolls back a transaction, if one is open. SQLite may have done it by itself after a failure.
    public func rollback() {
        guard isInTransaction else { return }
        try? statement("ROLLBACK").finish()
    }
}
#endif
