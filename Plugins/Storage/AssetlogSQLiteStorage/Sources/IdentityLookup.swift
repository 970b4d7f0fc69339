#if SQLite
internal import AssetlogCore
internal import GRDB

/// The writer's own connection to an index, so that it never waits for readers, to find events by identity.
final class IdentityLookup {
    /// The index that it reads; another one needs another lookup.
    let index: EventIndex
    private let connection: DatabaseQueue
    private var statements: Statements?

    private struct Statements {
        let begin: RawStatement
        let watermark: RawStatement
        let find: RawStatement
        let end: RawStatement
    }

    /// What the index knew at one moment.
    struct Snapshot {
        /// The index knows every event up to this sequence, and none behind it.
        let watermark: Int64
        fileprivate let find: RawStatement

        /// Where the event may be: what the index says is to be compared with the log.
        func sequence(of columns: borrowing EventColumns) throws -> Int64? {
            try find.bind(EventIDBytes(columns.id), at: 1)
            try find.bind(text: columns.deployment, at: 2)
            defer { find.reset() }
            return try find.step() ? find.integer(0) : nil
        }
    }

    init(_ index: EventIndex) throws {
        self.index = index
        connection = try index.openLookup()
        statements = try connection.inDatabase { database in
            Statements(
                begin: try RawStatement(database, "BEGIN"),
                watermark: try RawStatement(database, "SELECT watermark FROM progress"),
                find: try RawStatement(database, IndexReader.findIdentity),
                end: try RawStatement(database, "COMMIT"))
        }
    }

    deinit {
        close()
    }

    /// Lets `body` read one snapshot.
    func read<Result>(_ body: (Snapshot) throws -> Result) throws -> Result {
        try connection.inDatabase { _ in
            guard let statements else { throw SQLiteFailure.closed }
            try statements.begin.run()
            defer {
                statements.find.clear()
                try? statements.end.run()
            }
            var watermark: Int64 = 0
            if try statements.watermark.step() { watermark = statements.watermark.integer(0) }
            statements.watermark.reset()
            return try body(Snapshot(watermark: watermark, find: statements.find))
        }
    }

    func close() {
        guard statements != nil else { return }
        // SQLite can't close a connection that has statements.
        connection.inDatabase { _ in statements = nil }
        try? connection.close()
    }
}
#endif
