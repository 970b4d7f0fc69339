#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// The writer's own connection to an index, so that it never waits for readers, to find events by identity.
final class IdentityLookup {
    /// The index that it reads; another one needs another lookup.
    let index: EventIndex
    private let connection: Connection
    private var statements: Statements?

    fileprivate struct Statements {
        let begin: Statement
        let watermark: Statement
        let scopes: ScopeFinder
        let identities: IdentityFinder
        let end: Statement
    }

    /// What the index knows at one moment.
    final class Snapshot {
        /// The index knows the identity of every event up to this sequence, and none behind it.
        let watermark: Int64
        private let statements: Statements
        // Most batches are of one deployment.
        private var deployment: [UInt8] = []
        private var scope: Int64?

        fileprivate init(_ statements: Statements) throws {
            self.statements = statements
            defer { statements.watermark.reset() }
            watermark = try statements.watermark.step() ? statements.watermark.integer(0) : 0
        }

        /// Where the event may be: what the index says is to be compared with the log.
        func sequence(of columns: borrowing EventColumns) throws -> Int64? {
            if !columns.deployment.elementsEqual(deployment) || deployment.isEmpty { try find(columns.deployment) }
            guard let scope else { return nil }
            return try statements.identities.sequence(of: EventIDBytes(columns.id), scope: scope)
        }

        private func find(_ name: UnsafeRawBufferPointer) throws {
            deployment = Array(name)
            scope = try statements.scopes.number(ofDeployment: name)
        }
    }

    init(_ index: EventIndex) throws {
        self.index = index
        connection = try index.openLookup()
        statements = Statements(
            begin: try connection.prepare("BEGIN"),
            watermark: try connection.prepare("SELECT max(watermark, identities) FROM progress"),
            scopes: try ScopeFinder { [connection] in try connection.prepare($0) },
            identities: try IdentityFinder { [connection] in try connection.prepare($0) },
            end: try connection.prepare("COMMIT"))
    }

    deinit {
        close()
    }

    /// Lets `body` read one snapshot.
    func read<Result>(_ body: (Snapshot) throws -> Result) throws -> Result {
        guard let statements else { throw SQLiteError.closed(index.path) }
        try statements.begin.run()
        defer { try? statements.end.run() }
        return try body(Snapshot(statements))
    }

    func close() {
        statements = nil
        connection.close()
    }
}
#endif
