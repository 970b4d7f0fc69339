#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// The dead letters and the pauses of the consumers: rows of the tables `dead_letters` and `pauses`.
struct DeadLetterTable: Sendable {
    let pool: ConnectionPool

    private static let columns = "sequence, log, event_id, attempts, failed_at, message, answer, is_replay_requested"

    func letters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: consumer, where: "sequence > $3", sequence, limit: limit)
    }

    func requestedLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: consumer, where: "is_replay_requested", limit: limit)
    }

    private func letters(of consumer: String, where condition: String, _ value: Int64? = nil, limit: Int) async throws -> [DeadLetter] {
        try await pool.run(
            "SELECT \(Self.columns) FROM {schema}.dead_letters WHERE consumer = $1 AND \(condition) ORDER BY sequence LIMIT $2",
            { parameters in
                parameters.append(consumer)
                parameters.append(Int64(max(1, limit)))
                if let value { parameters.append(value) }
            }
        ) { rows in (0..<rows.count).map { Self.letter(rows, $0) } }
    }

    func count(of consumer: String) async throws -> Int {
        try await pool.run("SELECT count(*) FROM {schema}.dead_letters WHERE consumer = $1", { $0.append(consumer) }) {
            Int($0.integer(0, 0))
        }
    }

    func keep(_ letters: [DeadLetter], of consumer: String) async throws {
        // A statement must not write a row twice.
        let distinct = Dictionary(letters.map { ($0.sequence, $0) }, uniquingKeysWith: { $1 }).values
        guard !distinct.isEmpty else { return }
        try await pool.run(
            """
            INSERT INTO {schema}.dead_letters (consumer, \(Self.columns))
            SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::bytea[], $8::bytea[],
                $9::boolean[])
            ON CONFLICT (consumer, sequence) DO UPDATE SET log = excluded.log, event_id = excluded.event_id,
                attempts = excluded.attempts, failed_at = excluded.failed_at, message = excluded.message, answer = excluded.answer,
                is_replay_requested = excluded.is_replay_requested
            """,
            { parameters in
                parameters.append(consumer)
                for column in Self.arrays(of: distinct.sorted { $0.sequence < $1.sequence }) { parameters.append(column) }
            }
        ) { _ in }
    }

    func remove(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        // Counted before, because the statement that removes may run twice, and finds nothing the second time.
        let found = try await self.sequences(of: consumer, among: sequences)
        guard !found.isEmpty else { return 0 }
        try await pool.run(
            "DELETE FROM {schema}.dead_letters WHERE consumer = $1 AND sequence = ANY ($2::bigint[])",
            { parameters in
                parameters.append(consumer)
                parameters.append(Self.array(of: found))
            }
        ) { _ in }
        return found.count
    }

    private func sequences(of consumer: String, among sequences: [Int64]?) async throws -> [Int64] {
        let condition = sequences == nil ? "" : " AND sequence = ANY ($2::bigint[])"
        return try await pool.run(
            "SELECT sequence FROM {schema}.dead_letters WHERE consumer = $1\(condition)",
            { parameters in
                parameters.append(consumer)
                if let sequences { parameters.append(Self.array(of: sequences)) }
            }
        ) { rows in (0..<rows.count).map { rows.integer($0, 0) } }
    }

    func setPause(of consumer: String, _ reason: String?) async throws {
        guard let reason else {
            return try await pool.run("DELETE FROM {schema}.pauses WHERE consumer = $1", { $0.append(consumer) }) { _ in }
        }
        try await pool.run(
            """
            INSERT INTO {schema}.pauses (consumer, reason) VALUES ($1, $2)
            ON CONFLICT (consumer) DO UPDATE SET reason = excluded.reason
            """,
            { parameters in
                parameters.append(consumer)
                parameters.append(Array(reason.utf8))
            }
        ) { _ in }
    }

    func pause(of consumer: String) async throws -> String? {
        try await pool.run("SELECT reason FROM {schema}.pauses WHERE consumer = $1", { $0.append(consumer) }) {
            $0.count > 0 ? $0.text(0, 0) : nil
        }
    }

    // MARK: Rows

    private static func letter(_ rows: Rows, _ row: Int) -> DeadLetter {
        DeadLetter(
            sequence: rows.integer(row, 0), log: rows.logID(row, 1) ?? LogID(high: 0, low: 0), event: rows.id(row, 2),
            attempts: Int(rows.integer(row, 3)), failedAt: rows.time(row, 4), message: rows.text(row, 5),
            answer: rows.text(row, 6), isReplayRequested: rows.boolean(row, 7))
    }

    /// The values of ``columns``, a column each.
    private static func arrays(of letters: [DeadLetter]) -> [BinaryArray] {
        let types = [
            TypeID.int8, TypeID.uuid, TypeID.uuid, TypeID.int8, TypeID.timestamptz, TypeID.bytea, TypeID.bytea, TypeID.bool,
        ]
        let columns = types.map { BinaryArray(of: $0) }
        for letter in letters {
            columns[0].append(letter.sequence)
            columns[1].append(high: letter.log.high, low: letter.log.low)
            columns[2].append(high: letter.event.high, low: letter.event.low)
            columns[3].append(Int64(letter.attempts))
            columns[4].append(letter.failedAt.postgresMicroseconds)
            append(letter.message, to: columns[5])
            append(letter.answer, to: columns[6])
            columns[7].append(letter.isReplayRequested)
        }
        return columns
    }

    private static func append(_ text: String, to column: BinaryArray) {
        Array(text.utf8).withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in column.append(bytes) }
    }

    private static func array(of numbers: [Int64]) -> BinaryArray {
        let array = BinaryArray(of: TypeID.int8)
        for number in numbers { array.append(number) }
        return array
    }
}
#endif
