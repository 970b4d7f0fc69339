#if SQLite
internal import AssetlogCore
internal import GRDB

/// Reads everything that the files of a folder hold, while a server may append, and says what is wrong.
struct Verification {
    private let log: LogFile
    private let folder: String

    init(folder: String) {
        self.folder = folder
        log = LogFile(folder: folder)
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
        // The evidence first, so that a server that appends meanwhile makes no loss of it.
        let evidence = LossEvidence(folder: folder)
        let readers = try log.openReadersForCommand()
        defer { try? readers.close() }
        var problems = Problems()
        let extent = try readers.read { [path = log.path] database in try LogExtent(database, file: path) }
        let head = try readers.read { try extent.head($0) }
        if let loss = evidence.loss(from: extent, head: head, isNew: false) {
            problems.add(loss.refusal(folder, head: head).message)
        }
        guard let index = openIndex(readers, extent, &problems) else {
            return try readers.read { [problems] in check($0, extent, nil, problems) }
        }
        defer { try? index.pool.close() }
        return try index.pool.read { [problems] database in
            // The index first: the log's snapshot then holds all that the index knows.
            let index = try IndexVerification(database, file: index.path)
            return try readers.read { check($0, extent, index, problems) }
        }
    }

    private func check(
        _ database: Database, _ extent: LogExtent, _ index: IndexVerification?, _ known: Problems
    ) -> VerificationReport {
        var problems = known
        var check = LogVerification(extent)
        do {
            try Self.integrity(of: database, named: log.path, &problems)
            try check.events(of: database, index, &problems)
            try check.identities(of: database, &problems)
            try index?.counts(&problems)
            try cursors(extent, head: try extent.head(database), &problems)
            tokens(&problems)
        } catch {
            problems.add("\(StorageError.from(error, file: log.path))")
        }
        return VerificationReport(events: check.count, problems: problems.sentences)
    }

    /// Lets SQLite check how the pages of a file hang together.
    private static func integrity(of database: Database, named file: String, _ problems: inout Problems) throws {
        let rows = try RawStatement(database, "PRAGMA integrity_check(20)")
        while try rows.step() {
            let line = rows.text(0)
            if line != "ok" { problems.add("\(file) is damaged: SQLite says: \(line).") }
        }
    }

    private func cursors(_ extent: LogExtent, head: Int64, _ problems: inout Problems) throws {
        let file = "\(folder)/consumers.sqlite"
        do {
            guard let database = try ConsumerFile.openReadOnly(file) else { return }
            defer { try? database.close() }
            let cursors = try database.read { database in
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
        let file = "\(folder)/tokens.sqlite"
        do {
            guard let database = try TokenFile.openReadOnly(file) else { return }
            defer { try? database.close() }
            try database.read { database in
                try Self.integrity(of: database, named: file, &problems)
                let rows = try RawStatement(database, "SELECT \(TokenRow.columns) FROM tokens")
                while try rows.step() { _ = try TokenRow.read(rows, file: file) }
            }
        } catch {
            problems.add("\(StorageError.from(error, file: file))")
        }
    }

    private func openIndex(
        _ readers: DatabasePool, _ extent: LogExtent, _ problems: inout Problems
    ) -> EventIndex? {
        do {
            return try EventIndex.openForCommand(folder: folder, log: LogIdentity(readers, extent))
        } catch {
            problems.add(
                "\(folder)/index.sqlite can't be read: \(error). It has no data of its own: the server rebuilds it"
                    + " when it starts.")
            return nil
        }
    }
}

/// The sentences about what is wrong; a hundred of them say as much as a million.
struct Problems {
    private(set) var sentences: [String] = []

    mutating func add(_ sentence: @autoclosure () -> String) {
        guard sentences.count < 100 else {
            if sentences.count == 100 { sentences.append("There are further problems.") }
            return
        }
        sentences.append(sentence())
    }
}
#endif
