#if SQLite
internal import CSQLite

/// How much a checkpoint does, and whom it waits for.
public struct CheckpointMode: Hashable, Sendable {
    let value: Int32

    /// Copies what no reader holds back, and waits for nobody.
    public static let passive = CheckpointMode(value: SQLITE_CHECKPOINT_PASSIVE)
    /// Waits for writers and readers, within the busy timeout, and copies everything.
    public static let full = CheckpointMode(value: SQLITE_CHECKPOINT_FULL)
    /// As `full`, and the next writer begins the log at its start.
    public static let restart = CheckpointMode(value: SQLITE_CHECKPOINT_RESTART)
    /// As `restart`, and cuts the log to no bytes.
    public static let truncate = CheckpointMode(value: SQLITE_CHECKPOINT_TRUNCATE)
}

/// How far a checkpoint came.
public struct Checkpoint: Hashable, Sendable {
    /// The pages in the write-ahead log.
    public let pages: Int
    /// How many of them are in the file now.
    public let copied: Int
    /// The pages that are left.
    public var remaining: Int { max(0, pages - copied) }
}

extension Connection {
    /// Copies the write-ahead log into the file.
    ///
    /// - Throws: ``SQLiteError``; with the code `busy` when another connection does the same, or is waited for too long.
    @discardableResult
    public func checkpoint(_ mode: CheckpointMode) throws -> Checkpoint {
        let handle = try openHandle
        var (pages, copied) = (Int32(0), Int32(0))
        guard sqlite3_wal_checkpoint_v2(handle, nil, mode.value, &pages, &copied) == SQLITE_OK else {
            throw SQLiteError(of: handle, file: path)
        }
        return Checkpoint(pages: Int(max(0, pages)), copied: Int(max(0, copied)))
    }

    /// Whether the file's name is gone, or names another file.
    public var hasMoved: Bool {
        var answer: Int32 = 0
        guard let handle = try? openHandle,
            sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &answer) == SQLITE_OK
        else { return false }
        return answer != 0
    }

    /// Copies the whole database into that of another connection, in one step and of one snapshot, while others may write.
    public func backUp(to copy: Connection) throws {
        let (source, target) = (try openHandle, try copy.openHandle)
        try snapshot {
            guard let backup = sqlite3_backup_init(target, "main", source, "main") else {
                throw SQLiteError(of: target, file: copy.path)
            }
            // In several steps it would start again whenever another connection has written between two of them.
            let code = sqlite3_backup_step(backup, -1)
            guard sqlite3_backup_finish(backup) == SQLITE_OK else { throw SQLiteError(of: target, file: copy.path) }
            // Busy or locked is no error to the end of a backup.
            guard code == SQLITE_DONE else { throw SQLiteError(code, file: copy.path) }
        }
    }

    /// What SQLite finds wrong with how the pages of the file hang together, one sentence each; empty: nothing.
    ///
    /// It reads the whole file.
    /// - Parameter limit: It stops after so many.
    public func integrityProblems(limit: Int = 20) throws -> [String] {
        try statement("PRAGMA integrity_check(\(max(1, limit)))").rows { $0.text(0) }.filter { $0 != "ok" }
    }
}
#endif
