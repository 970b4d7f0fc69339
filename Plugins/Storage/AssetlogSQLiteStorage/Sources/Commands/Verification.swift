#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Reads everything that the files of a directory hold, while a server may append, and says what is wrong.
struct Verification {
    private let log: LogFile
    private let directory: String

    init(directory: String) {
        self.directory = directory
        log = LogFile(directory: directory)
    }

    /// Reads the log, the index, the cursors and the tokens; it blocks.
    ///
    /// - Throws: ``StorageError`` when the log can't be opened at all.
    func report() throws -> VerificationReport {
        do {
            let source = UnwritableFile(log.path)
            let report = try readReport()
            try source.checkUnchanged()
            return report
        } catch {
            throw StorageError.from(error, file: log.path)
        }
    }

    private func readReport() throws -> VerificationReport {
        // The evidence first, so that a server that appends in the meantime makes no loss of it.
        let evidence = LossEvidence(directory: directory)
        let database = try log.openReaderForCommand()
        defer { database.close() }
        var problems = Problems()
        let extent = try LogExtent(database, file: log.path)
        let head = try extent.head(database)
        if let loss = evidence.loss(from: extent, head: head, isNew: false) {
            problems.add(loss.refusal(directory, head: head).message)
        }
        guard let index = openIndex(database, extent, &problems) else {
            return try database.snapshot { check(database, extent, nil, problems) }
        }
        defer { index.close() }
        return try index.snapshot {
            // The index first: the log's snapshot then holds all that the index knows.
            let verification = try IndexVerification(index, file: index.path)
            return try database.snapshot {
                verification.hasRemovals = try RemovalTables.statistics(database).events > 0
                return check(database, extent, verification, problems)
            }
        }
    }

    private func check(
        _ database: Connection, _ extent: LogExtent, _ index: IndexVerification?, _ known: Problems
    ) -> VerificationReport {
        var problems = known
        var check = LogVerification(extent)
        do {
            try Self.integrity(of: database, named: log.path, &problems)
            try check.events(of: database, index, &problems)
            let head = try extent.head(database)
            try check.removals(of: database, head: head, &problems)
            try check.identities(of: database, &problems)
            try index?.counts(unindexed: try database.integer("SELECT count(*) FROM unindexed") ?? 0, &problems)
            try cursors(extent, head: head, &problems)
            tokens(&problems)
        } catch {
            problems.add("\(StorageError.from(error, file: log.path))")
        }
        return VerificationReport(events: check.count, problems: problems.sentences)
    }

    /// Lets SQLite check how the pages of a file hang together.
    private static func integrity(of database: Connection, named file: String, _ problems: inout Problems) throws {
        for line in try database.integrityProblems() { problems.add("\(file) is damaged: SQLite says: \(line).") }
    }

    private func cursors(_ extent: LogExtent, head: Int64, _ problems: inout Problems) throws {
        let file = "\(directory)/consumers.sqlite"
        do {
            guard let database = try ConsumerFile.openReadOnly(file) else { return }
            defer { database.close() }
            let cursors = try database.snapshot {
                try Self.integrity(of: database, named: file, &problems)
                return try ConsumerFile.cursors(database)
            }
            for cursor in cursors where cursor.log != nil && cursor.log != extent.id {
                problems.add(
                    "The consumer \(cursor.consumer) is at \(cursor.position) of another log. When the server starts, it"
                        + " begins at the first event of this one.")
            }
            for cursor in cursors
            where (cursor.log ?? extent.id) == extent.id && (cursor.position > head || cursor.position < 0) {
                problems.add(
                    "The consumer \(cursor.consumer) is at \(cursor.position), but the log ends at \(head): it would"
                        + " miss events. The server sets it back when it starts.")
            }
        } catch {
            problems.add("\(StorageError.from(error, file: file))")
        }
    }

    private func tokens(_ problems: inout Problems) {
        let file = "\(directory)/tokens.sqlite"
        do {
            guard let database = try TokenFile.openReadOnly(file) else { return }
            defer { database.close() }
            try database.snapshot {
                try Self.integrity(of: database, named: file, &problems)
                let rows = try database.statement("SELECT \(TokenRow.columns) FROM tokens")
                while try rows.step() { _ = try TokenRow.read(rows, file: file) }
            }
        } catch {
            problems.add("\(StorageError.from(error, file: file))")
        }
    }

    private func openIndex(
        _ log: Connection, _ extent: LogExtent, _ problems: inout Problems
    ) -> Connection? {
        do {
            return try EventIndex.openForCommand(directory: directory, log: LogIdentity(log, extent))
        } catch {
            problems.add(
                "\(directory)/index.sqlite can't be read: \(error). It has no data of its own: the server rebuilds it"
                    + " when it starts.")
            return nil
        }
    }
}
#endif
