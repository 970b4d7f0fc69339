#if Catalog
import AssetlogCore
import AssetlogSQLite

/// Writes a layer of memory to the file, in the transaction of its caller.
struct LayerWriter {
    private let connection: Connection
    private let asset: Statement
    private let record: Statement
    private let partition: Statement
    private let check: Statement
    private let day: Statement

    init(_ connection: Connection) throws {
        self.connection = connection
        asset = try connection.statement(
            """
            INSERT INTO assets (
                id, deployment, key, state, started, materialized, materialized_sequence, last_seen, failed, failed_checks,
                warned_checks, passed_checks, tags, last_hour, hours)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                state = excluded.state, started = excluded.started, materialized = excluded.materialized,
                materialized_sequence = excluded.materialized_sequence, last_seen = excluded.last_seen, failed = excluded.failed,
                failed_checks = excluded.failed_checks, warned_checks = excluded.warned_checks,
                passed_checks = excluded.passed_checks, tags = excluded.tags, last_hour = excluded.last_hour,
                hours = excluded.hours
            """)
        record = try connection.statement("INSERT OR REPLACE INTO records (id, record) VALUES (?, ?)")
        partition = try connection.statement(
            """
            INSERT INTO partitions (asset, name, state, started, record) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                state = excluded.state, started = excluded.started, record = excluded.record
            """)
        check = try connection.statement(
            """
            INSERT INTO checks (asset, level, name, part, result, record) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET result = excluded.result, record = excluded.record
            """)
        day = try connection.statement(
            "INSERT INTO days (asset, day, record) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record")
    }

    /// Writes the layer and the header.
    func write(_ layer: MemoryLayer, _ header: CatalogFile.Header) throws {
        // In the order of the tables, so that each page is written once.
        try checkOwner(header)
        let entries = layer.entries.values.sorted { $0.id < $1.id }
        for entry in entries where entry.rows.isWhole { try clear(entry.id) }
        for entry in entries { try write(entry) }
        for entry in entries { try writePartitions(of: entry) }
        for entry in entries { try writeChecks(of: entry) }
        for entry in entries { try writeDays(of: entry) }
        for entry in entries where entry.hasOtherUpstream { try writeEdges(of: entry) }
        try connection.run(
            "UPDATE header SET flush = ?, sequence = ?, event = ?, log = ?, removals = ?, added_removals = ?", header.flush,
            header.position.sequence, header.position.event?.bytes, header.log?.bytes, header.removals.number, header.removals.added)
    }

    private func checkOwner(_ header: CatalogFile.Header) throws {
        guard try connection.integer("SELECT flush FROM header WHERE catalog = ?", header.catalog) == header.flush - 1 else {
            throw CatalogError(
                .unavailable, "Another server writes to this catalog. Give each server a file of its own with catalog.path.")
        }
    }

    private func clear(_ id: Int64) throws {
        for table in ["partitions", "checks", "days", "edges"] {
            try connection.run("DELETE FROM \(table) WHERE asset = ?", id)
        }
    }

    private func write(_ entry: AssetEntry) throws {
        let known = entry.record
        let standing = known.standing
        try asset.bind(entry.id, at: 1)
        try asset.bind(entry.name.deployment.text, at: 2)
        try asset.bind(entry.name.key.text, at: 3)
        // An asset without an event that counts keeps its number, and is in no list.
        try asset.bind(known.exists ? Int64(standing.settled.rawValue) : -1, at: 4)
        try asset.bind(standing.started?.microseconds, at: 5)
        let materialized = known.key(of: .materialization)
        try asset.bind(materialized?.timestamp.microseconds, at: 6)
        try asset.bind(materialized?.sequence, at: 7)
        try asset.bind(known.lastSeen.microseconds, at: 8)
        try asset.bind(known.key(of: .materializationFailed)?.timestamp.microseconds, at: 9)
        try asset.bind(known.checks.failed, at: 10)
        try asset.bind(known.checks.warned, at: 11)
        try asset.bind(known.checks.passed, at: 12)
        try asset.bind(known.tags?.value, at: 13)
        var hours = RecordWriter()
        known.hours.write(to: &hours)
        try asset.bind(known.hours.last, at: 14)
        try asset.bind(hours.bytes, at: 15)
        try asset.run()
        try record.bind(entry.id, at: 1)
        try record.bind(known.encoded(), at: 2)
        try record.run()
    }

    private func writePartitions(of entry: AssetEntry) throws {
        for (name, row) in entry.rows.partitions.sorted(by: { $0.key < $1.key }) {
            try partition.bind(entry.id, at: 1)
            try partition.bind(name.text, at: 2)
            let standing = row.exists ? row.standing : nil
            try partition.bind(standing.map { Int64($0.settled.rawValue) }, at: 3)
            try partition.bind(standing?.started?.microseconds, at: 4)
            try partition.bind(row.encoded(), at: 5)
            try partition.run()
        }
    }

    private func writeChecks(of entry: AssetEntry) throws {
        for (name, row) in entry.rows.checks.sorted(by: { $0.key < $1.key }) {
            try check.bind(entry.id, at: 1)
            try check.bind(name.part.level, at: 2)
            try check.bind(name.name.text, at: 3)
            try check.bind(name.part.text, at: 4)
            try check.bind(Int64(row.result.rawValue), at: 5)
            try check.bind(row.encoded(), at: 6)
            try check.run()
        }
    }

    private func writeDays(of entry: AssetEntry) throws {
        for (number, row) in entry.rows.days.sorted(by: { $0.key < $1.key }) {
            try day.bind(entry.id, at: 1)
            try day.bind(number, at: 2)
            try day.bind(row.encoded(), at: 3)
            try day.run()
        }
    }

    private func writeEdges(of entry: AssetEntry) throws {
        try connection.run("DELETE FROM edges WHERE asset = ?", entry.id)
        for key in Set(entry.record.upstreamKeys) {
            try connection.run("INSERT OR IGNORE INTO edges (asset, upstream) VALUES (?, ?)", entry.id, key.canonical)
        }
    }
}
#endif
