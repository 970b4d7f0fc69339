#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

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
        guard let connection else { throw SQLiteError.closed(file.path) }
        return try connection.recordLoss(known)
    }

    /// The number of pages in the write-ahead log after the last commit.
    var walPages: Int { connection?.walPages ?? 0 }

    /// Appends what is new of a batch.
    ///
    /// - Parameters:
    ///   - index: What finds the events that are in the log already.
    ///   - appended: Notes what was inserted, for the index.
    ///   - fault: Is notified of an index that can't be read.
    func append(
        _ batch: borrowing EventBatch, _ index: EventIndex?, _ appended: AppendedEvents? = nil,
        fault: (EventIndex, any Error) -> Void
    ) throws -> AppendOutcome {
        guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.") }
        let connection = try connection ?? reconnect()
        do {
            let plan = try plan(batch, index, on: connection, fault)
            var outcome = plan.outcome(after: head)
            guard let sequences = outcome.sequences else { return outcome }
            try connection.insert(batch, plan, after: head)
            identities.note(batch, plan, after: head, index)
            appended?.note(batch, plan, after: head)
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
        _ batch: borrowing EventBatch, _ index: EventIndex?, on connection: WriterConnection,
        _ fault: (EventIndex, any Error) -> Void
    ) throws -> AppendPlan {
        guard batch.clientIdentities > 0 else { return batch.plan { _ in .none } }
        return try connection.readIdentities { rows in
            identities.plan(batch, index, rows, head: head, fault: fault)
        }
    }

    // MARK: Removing

    /// How much was removed, by what the file holds now.
    func removals() throws -> RemovalStatistics {
        try change { try $0.removals() }
    }

    /// Removes events in one transaction.
    ///
    /// - Parameter unindexedStep: The last step of a removal that the index has no more.
    func remove(_ removal: EventRemoval, unindexedStep: Int64) throws -> Bool {
        try change { try $0.remove(removal, unindexedStep: unindexedStep) }
    }

    /// Forgets identities of removed events, the oldest first.
    func forgetIdentities(before time: Timestamp, limit: Int) throws -> Int {
        try change { try $0.forgetIdentities(before: time, limit: limit) }
    }

    /// Changes the file beside the appends. After a failure nothing of the connection is trusted, as after that of an append.
    private func change<Result>(_ body: (WriterConnection) throws -> Result) throws -> Result {
        let connection = try connection ?? reconnect()
        do {
            return try body(connection)
        } catch {
            identities.reset()
            disconnect()
            throw error
        }
    }

    // MARK: The write-ahead log

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
            } catch let error as SQLiteError where [.full, .busy].contains(error.code.primary) {
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
#endif
