#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

extension PostgresFailure {
    /// Whether the function `append` refused a transaction that is not read committed.
    var needsReadCommitted: Bool { state == "AL001" }

    /// Whether a row has no partition of the table to go to (check_violation).
    var lacksPartition: Bool { state == "23514" }

    /// The same for the callers of a storage.
    var storageError: StorageError {
        switch state {
        case "AL002"?: Self.unsafe("synchronous_commit or fsync")
        case nil where message.contains("session is read-only"):
            StorageError(
                .unavailable,
                "PostgreSQL lets the server only read: \(self). It is a standby, or default_transaction_read_only is on for the role,"
                    + " the database or the server; turn that off, or name the primary in storage.postgres.url.")
        case "53100"?:  // disk_full
            StorageError(
                .full, "PostgreSQL has no space left: \(self). Free some on its disk; the server then resumes by itself.")
        case "42501"?:  // insufficient_privilege
            StorageError(
                .unavailable,
                "PostgreSQL denies this server's role access: \(self). Grant the rights that Docs/PostgreSQL.md lists.")
        case "XX001"?, "XX002"?:  // data_corrupted, index_corrupted
            StorageError(.damaged, "PostgreSQL reports damaged data: \(self). Restore a backup or fail over.")
        default:
            StorageError(.unavailable, "PostgreSQL is unavailable: \(self).")
        }
    }
}

extension PostgresFailure {
    /// Why nothing is appended to a server that does not wait for its disk.
    ///
    /// - Parameter setting: What is off.
    static func unsafe(_ setting: String) -> StorageError {
        StorageError(
            .unavailable,
            "PostgreSQL would lose acknowledged events in a crash: \(setting) is off. Turn it on there, or accept the loss with"
                + " storage.postgres.allow_asynchronous_commit: true.")
    }
}

extension StorageError {
    /// An error of this storage for what a call of it threw.
    static func from(_ error: any Error) -> any Error {
        switch error {
        case let failure as PostgresFailure: failure.storageError
        case is StorageError, is CancellationError: error
        default: StorageError(.unavailable, "\(error)")
        }
    }
}
#endif
