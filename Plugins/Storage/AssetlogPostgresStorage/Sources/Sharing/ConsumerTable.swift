#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres
internal import Foundation

/// The cursors of the consumers, and which server runs each: rows of the table `consumers`. Dead letters and pauses have tables of
/// their own.
///
/// Leases end by the database's clock, and so whatever the clocks of the servers say.
final class ConsumerTable: ConsumerStore {
    private let pool: ConnectionPool
    /// Who this server is, for its leases.
    private let holder: EventID
    private let deadLetters: DeadLetterTable

    init(_ pool: ConnectionPool) {
        self.pool = pool
        deadLetters = DeadLetterTable(pool: pool)
        var ids = EventIDGenerator()
        holder = ids.next(at: .now())
    }

    func cursors() async throws -> [ConsumerCursor] {
        try await pool.run("SELECT \(Self.columns) FROM {schema}.consumers WHERE \(Self.hasCursor) ORDER BY name") { rows in
            (0..<rows.count).map { Self.cursor(rows, $0) }
        }
    }

    func cursor(of consumer: String) async throws -> ConsumerCursor {
        // Most often it is there, and then nothing is written.
        let found = try await pool.run(
            "SELECT \(Self.columns) FROM {schema}.consumers WHERE name = $1 AND \(Self.hasCursor)", { $0.append(consumer) }
        ) { $0.count > 0 ? Self.cursor($0, 0) : nil }
        if let found { return found }
        return try await pool.run(
            """
            INSERT INTO {schema}.consumers AS known (name) VALUES ($1)
            ON CONFLICT (name) DO UPDATE SET position = greatest(known.position, 0) RETURNING \(Self.columns)
            """, { $0.append(consumer) }
        ) { Self.cursor($0, 0) }
    }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        try await pool.run(
            """
            UPDATE {schema}.consumers SET position = $3, log = $5, event_id = $6, ahead = $7 WHERE name = $1 AND generation = $2
            AND (holder IS NULL OR holder = $4 OR lease_ends_at <= clock_timestamp())
            """,
            { [holder] parameters in
                parameters.append(cursor.consumer)
                parameters.append(cursor.generation)
                parameters.append(cursor.position)
                parameters.append(holder)
                parameters.append(cursor.log)
                parameters.append(cursor.event)
                parameters.append(cursor.ahead.isEmpty ? nil : cursor.ahead.description)
            }
        ) { $0.changed == 1 }
    }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try await pool.run(
            """
            INSERT INTO {schema}.consumers AS known (name, generation, position) VALUES ($1, 1, $2)
            ON CONFLICT (name) DO UPDATE
            SET generation = known.generation + 1, position = excluded.position, log = NULL, event_id = NULL, ahead = NULL
            RETURNING \(Self.columns)
            """,
            { parameters in
                parameters.append(consumer)
                parameters.append(position)
            }
        ) { Self.cursor($0, 0) }
    }

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await deadLetters.letters(of: consumer, after: sequence, limit: limit)
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await deadLetters.requestedLetters(of: consumer, limit: limit)
    }

    func deadLetterCount(of consumer: String) async throws -> Int { try await deadLetters.count(of: consumer) }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await deadLetters.keep(letters, of: consumer)
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await deadLetters.remove(of: consumer, sequences)
    }

    func setPause(of consumer: String, _ reason: String?) async throws { try await deadLetters.setPause(of: consumer, reason) }

    func pause(of consumer: String) async throws -> String? { try await deadLetters.pause(of: consumer) }

    func lease(_ consumer: String, for duration: Duration) async throws -> Bool {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        return try await pool.run(
            """
            INSERT INTO {schema}.consumers AS known (name, position, holder, lease_ends_at)
            VALUES ($1, -1, $2, clock_timestamp() + $3 * interval '1 microsecond')
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_ends_at = excluded.lease_ends_at
            WHERE known.holder IS NULL OR known.holder = excluded.holder OR known.lease_ends_at <= clock_timestamp()
            """,
            { [holder] parameters in
                parameters.append(consumer)
                parameters.append(holder)
                parameters.append(microseconds)
            }
        ) { $0.changed == 1 }
    }

    func endLease(_ consumer: String) async throws {
        try await pool.run(
            "UPDATE {schema}.consumers SET holder = NULL, lease_ends_at = NULL WHERE name = $1 AND holder = $2",
            { [holder] parameters in
                parameters.append(consumer)
                parameters.append(holder)
            }
        ) { _ in }
    }

    /// Gives every lease of this server back.
    func endLeases() async throws {
        try await pool.run(
            "UPDATE {schema}.consumers SET holder = NULL, lease_ends_at = NULL WHERE holder = $1",
            { [holder] in $0.append(holder) }
        ) { _ in }
    }

    func close() async {
        pool.close()
    }

    /// A lease alone makes a row, which is no cursor: an exporter that was never seen begins where its configuration says.
    private static let hasCursor = "position >= 0"
    private static let columns = "name, generation, position, log, event_id, ahead"

    private static func cursor(_ rows: Rows, _ row: Int) -> ConsumerCursor {
        ConsumerCursor(
            consumer: rows.text(row, 0), generation: rows.integer(row, 1), position: rows.integer(row, 2),
            log: rows.logID(row, 3), event: rows.isNull(row, 4) ? nil : rows.id(row, 4),
            ahead: rows.isNull(row, 5) ? ConsumedAhead() : ConsumedAhead(rows.text(row, 5)) ?? ConsumedAhead())
    }
}
#endif
