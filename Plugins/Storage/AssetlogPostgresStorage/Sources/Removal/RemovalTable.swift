#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// Removes events, and reads what is left of them: the tables `removals`, `removed_events` and `removed_identities`.
struct RemovalTable: Sendable {
    let pool: ConnectionPool
    let schema: Schema
    /// What the function `prepare_append` takes.
    let durability: String

    // MARK: Removing

    /// Reads the events, and removes them with what is kept of them.
    func remove(_ removal: EventRemoval) async throws -> Bool {
        try await pool.use { connection, deadline in
            let events = try read(removal.sequences, connection, deadline)
            guard events.count == removal.sequences.count else { return false }
            let parameters = parameters(removal, events)
            // In one transaction, which a server that has died since has committed or not.
            let rows = try connection.run(
                schema.sql(
                    """
                    SELECT {schema}.remove_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                    """), parameters, before: deadline)
            return rows.boolean(0, 0)
        }
    }

    private func read(
        _ sequences: [Int64], _ connection: PostgresConnection, _ deadline: Deadline
    ) throws -> [LoggedEvent] {
        guard !sequences.isEmpty else { return [] }
        let wanted = BinaryArray(of: TypeID.int8)
        for sequence in sequences { wanted.append(sequence) }
        var parameters = Parameters()
        parameters.append(wanted)
        let rows = try connection.run(
            schema.sql("SELECT \(EventRow.columns) FROM {schema}.events WHERE sequence = ANY ($1) ORDER BY sequence"), parameters,
            with: "SELECT set_config('enable_seqscan', 'off', true)", before: deadline)
        return try (0..<rows.count).map { try EventRow.read(rows, $0) }
    }

    private func parameters(_ removal: EventRemoval, _ events: [LoggedEvent]) -> Parameters {
        var parameters = Parameters()
        parameters.append(durability)
        append(removal.sequences, to: &parameters)
        let receipts = events.map(\.receivedAt)
        parameters.append(receipts.min() ?? removal.time)
        parameters.append(receipts.max() ?? removal.time)
        append(Array(Set(removal.replacedSums)), to: &parameters)
        append(removal.sums, to: &parameters)
        appendIdentities(of: events, to: &parameters)
        parameters.append(removal.time)
        return parameters
    }

    private func append(_ numbers: [Int64], to parameters: inout Parameters) {
        let array = BinaryArray(of: TypeID.int8)
        for number in numbers { array.append(number) }
        parameters.append(array)
    }

    private func append(_ sums: [RemovedEvents], to parameters: inout Parameters) {
        append(sums.map { AssetHash.of($0.assetKey, in: $0.deployment) }, to: &parameters)
        let (deployments, keys, payloads) = (
            BinaryArray(of: TypeID.text), BinaryArray(of: TypeID.text), BinaryArray(of: TypeID.bytea)
        )
        for sum in sums {
            Array(sum.deployment.utf8).withUnsafeBytes { deployments.append($0) }
            Array(sum.assetKey.canonical.utf8).withUnsafeBytes { keys.append($0) }
            sum.payload.withUnsafeBytes { payloads.append($0) }
        }
        parameters.append(deployments)
        parameters.append(keys)
        append(sums.map(\.sequences.lowerBound), to: &parameters)
        append(sums.map(\.sequences.upperBound), to: &parameters)
        append(sums.map(\.count), to: &parameters)
        parameters.append(payloads)
    }

    private func appendIdentities(of events: [LoggedEvent], to parameters: inout Parameters) {
        let (ids, deployments) = (BinaryArray(of: TypeID.uuid), BinaryArray(of: TypeID.text))
        let (sequences, contents) = (BinaryArray(of: TypeID.int8), BinaryArray(of: TypeID.uuid))
        let (times, receipts) = (BinaryArray(of: TypeID.timestamptz), BinaryArray(of: TypeID.timestamptz))
        for event in events {
            event.event.withColumns { columns in
                guard let identity = RemovedIdentity(columns, at: event.sequence) else { return }
                ids.append(high: identity.id.high, low: identity.id.low)
                deployments.append(columns.deployment)
                sequences.append(identity.sequence)
                contents.append(high: identity.content.high, low: identity.content.low)
                times.append(identity.timestamp.postgresMicroseconds)
                receipts.append(identity.receivedAt.postgresMicroseconds)
            }
        }
        for array in [ids, deployments, sequences, contents, times, receipts] { parameters.append(array) }
    }

    // MARK: Identities

    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int {
        try await pool.run(
            "SELECT {schema}.forget_identities($1, $2)",
            { parameters in
                parameters.append(time)
                parameters.append(Int64(max(1, limit)))
            }
        ) { Int($0.integer(0, 0)) }
    }

    func sequence(of id: EventID, deployment: String) async throws -> Int64? {
        try await pool.run(
            "SELECT sequence FROM {schema}.removed_identities WHERE event_id = $1 AND deployment = $2",
            { parameters in
                parameters.append(id)
                parameters.append(deployment)
            }
        ) { $0.count > 0 ? $0.integer(0, 0) : nil }
    }

    // MARK: Sums

    func statistics() async throws -> RemovalStatistics {
        try await pool.run("SELECT events, first_sequence, last_sequence, head FROM {schema}.removals") { rows in
            let (events, first, last) = (rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2))
            return RemovalStatistics(
                events: events, sequences: events > 0 && first <= last ? first...last : nil, head: rows.integer(0, 3))
        }
    }

    private static let columns = "number, deployment, asset_key, first_sequence, last_sequence, event_count, payload"

    func sums(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try await pool.run(
            "SELECT \(Self.columns) FROM {schema}.removed_events WHERE number > $1 ORDER BY number LIMIT $2",
            { parameters in
                parameters.append(number)
                parameters.append(Int64(max(1, limit)))
            }
        ) { rows in try (0..<rows.count).map { try Self.sum(rows, $0) } }
    }

    func sums(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try await pool.run(
            """
            SELECT \(Self.columns) FROM {schema}.removed_events WHERE asset_hash = $1 AND asset_key = $2 AND deployment = $3
            ORDER BY number
            """,
            { parameters in
                parameters.append(AssetHash.of(assetKey, in: deployment))
                parameters.append(assetKey.canonical)
                parameters.append(deployment)
            }
        ) { rows in try (0..<rows.count).map { try Self.sum(rows, $0) } }
    }

    private static func sum(_ rows: Rows, _ row: Int) throws -> RemovedEvents {
        guard rows.integer(row, 3) <= rows.integer(row, 4) else {
            throw StorageError(
                .damaged, "The row \(rows.integer(row, 0)) of removed_events in PostgreSQL was changed. Restore it from a backup.")
        }
        return RemovedEvents(
            number: rows.integer(row, 0), deployment: rows.text(row, 1), assetKey: AssetKey(canonical: rows.text(row, 2)),
            sequences: rows.integer(row, 3)...rows.integer(row, 4), count: rows.integer(row, 5), payload: Array(rows.bytes(row, 6)))
    }
}
#endif
