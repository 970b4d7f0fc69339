#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Removes events from the log in one transaction, and writes what is left of them.
struct RemovalTransaction {
    /// So many events may be removed from the log that the index still has.
    private static let mostUnindexed: Int64 = 200_000

    /// An event or a sum that is not there: nothing is changed then.
    private struct Stale: Error {}

    private let removal: EventRemoval
    private let database: Connection
    private let extent: LogExtent
    /// The last step that the index has no more.
    private let unindexedStep: Int64

    init(_ removal: EventRemoval, _ database: Connection, _ extent: LogExtent, unindexedStep: Int64) {
        self.removal = removal
        self.database = database
        self.extent = extent
        self.unindexedStep = unindexedStep
    }

    /// - Returns: Whether the events were there and are gone now.
    func run() throws -> Bool {
        do {
            try database.transaction {
                try forgetUnindexed()
                let step = try nextStep()
                try replaceSums()
                for sequence in removal.sequences { try remove(sequence, step) }
                try note(removal.sequences)
                try keepSums()
                try count(step)
            }
            return true
        } catch is Stale {
            return false
        }
    }

    /// Forgets what the index has removed as well, and keeps the rest within a bound.
    private func forgetUnindexed() throws {
        try database.run("DELETE FROM unindexed WHERE step <= ?", unindexedStep)
        guard try database.integer("SELECT count(*) FROM unindexed") ?? 0 <= Self.mostUnindexed else {
            throw StorageError(
                .unavailable,
                "No more events can be removed from \(extent.file) until index.sqlite can be written again; see earlier messages.")
        }
    }

    private func nextStep() throws -> Int64 {
        (try database.integer("SELECT step FROM removals") ?? 0) + 1
    }

    // MARK: Events

    private func remove(_ sequence: Int64, _ step: Int64) throws {
        let row = try database.statement("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        try row.bind(sequence, at: 1)
        guard try row.step() else { throw Stale() }
        let columns = try EventRow.borrow(row, in: extent)
        try rememberIdentity(columns, sequence)
        let unindexed = try database.statement("INSERT INTO unindexed VALUES (?, ?, ?, ?, ?, ?, ?)")
        try unindexed.bind(step, at: 1)
        try unindexed.bind(sequence, at: 2)
        try unindexed.bind(EventIDBytes(columns.id), at: 3)
        try unindexed.bind(text: columns.deployment, at: 4)
        try unindexed.bind(text: columns.assetKey, at: 5)
        try unindexed.bind(Int64(columns.kind.rawValue), at: 6)
        try unindexed.bind(columns.timestamp.microseconds, at: 7)
        try unindexed.run()
        unindexed.clearBindings()
        row.reset()
        try database.run("DELETE FROM events WHERE sequence = ?", sequence)
    }

    private func rememberIdentity(_ columns: borrowing EventColumns, _ sequence: Int64) throws {
        guard let identity = RemovedIdentity(columns, at: sequence) else { return }
        let insert = try database.statement(
            """
            INSERT INTO removed_identities (event_id, deployment, sequence, content, timestamp, received_at, removed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        try insert.bind(EventIDBytes(identity.id), at: 1)
        try insert.bind(text: columns.deployment, at: 2)
        try insert.bind(sequence, at: 3)
        try insert.bind(EventIDBytes(identity.content), at: 4)
        try insert.bind(identity.timestamp.microseconds, at: 5)
        try insert.bind(identity.receivedAt.microseconds, at: 6)
        try insert.bind(removal.time.microseconds, at: 7)
        try insert.run()
        insert.clearBindings()
    }

    /// Notes in the bitmaps which sequences are gone.
    private func note(_ sequences: [Int64]) throws {
        let find = try database.statement("SELECT bits FROM removed WHERE block = ?")
        let put = try database.statement("INSERT OR REPLACE INTO removed (block, bits) VALUES (?, ?)")
        var rest = sequences[...]
        while let first = rest.first {
            let block = first >> RemovedSequences.blockBits
            let own = rest.prefix { $0 >> RemovedSequences.blockBits == block }
            rest = rest.dropFirst(own.count)
            try find.bind(block, at: 1)
            var bitmap = try find.step() ? RemovalBitmap(Array(find.bytes(0))) : RemovalBitmap()
            find.reset()
            for sequence in own { bitmap.insert(sequence) }
            try put.bind(block, at: 1)
            try put.bind(bitmap.bytes, at: 2)
            try put.run()
        }
    }

    // MARK: Sums

    private func replaceSums() throws {
        for number in Set(removal.replacedSums) {
            try database.run("DELETE FROM removed_events WHERE number = ?", number)
            guard try database.changes == 1 else { throw Stale() }
        }
    }

    private func keepSums() throws {
        var number = try database.integer("SELECT head FROM removals") ?? 0
        for sum in removal.sums {
            number += 1
            try database.run(
                """
                INSERT INTO removed_events (number, deployment, asset_key, first, last, count, payload) VALUES (?, ?, ?, ?, ?, ?, ?)
                """, number, sum.deployment, sum.assetKey.canonical, sum.sequences.lowerBound, sum.sequences.upperBound, sum.count,
                sum.payload)
        }
        try database.run("UPDATE removals SET head = ?", number)
    }

    private func count(_ step: Int64) throws {
        try database.run("UPDATE removals SET step = ?", step)
        guard let first = removal.sequences.first, let last = removal.sequences.last else { return }
        try database.run(
            """
            UPDATE removals SET events = events + ?1, first = CASE WHEN events = 0 THEN ?2 ELSE min(first, ?2) END, last = max(last, ?3)
            """, removal.sequences.count, first, last)
    }
}
#endif
