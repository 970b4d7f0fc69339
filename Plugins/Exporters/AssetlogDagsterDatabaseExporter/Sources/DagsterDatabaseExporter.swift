#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres
import Logging

/// Writes events as rows of a Dagster storage, some hundred in a transaction.
///
/// Its state lives in the actor, whose methods block on a thread of their own.
actor DagsterDatabaseExporter: Exporter {
    /// The most events, and about the most bytes, of one transaction: while it lasts, no run of Dagster can write an event.
    private static let (largestCount, largestSize) = (250, 1 << 20)

    private let thread: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private nonisolated let name: String
    private nonisolated let logger: Logger
    private let database: DagsterDatabase
    private var isClosed = false

    nonisolated var order: DeliveryOrder { .asset }

    /// Makes the exporter without connecting.
    init(_ settings: DagsterDatabaseSettings, name: String, logger: Logger) throws {
        thread = try ThreadExecutor("dagster-db")
        self.name = name
        self.logger = logger
        database = DagsterDatabase(settings, exporter: name, logger: logger)
    }

    /// Connects once. A database that is away is waited for later; one that this release can't work with is refused.
    func connectIfPossible() throws {
        do {
            try throwing { try database.connect() }
        } catch let error as ExportError where error.isRetriable {
            logger.warning("Dagster's storage can't be written yet; retrying.", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Exporter

    func deliver(_ batch: ExportBatch) throws -> [DeliveryResult] {
        var results = batch.results(.delivered)
        var rows: [EventRow] = []
        var indices: [Int] = []
        for (index, event) in batch.events.enumerated() {
            switch EventRow.translation(of: event) {
            case .row(let row):
                rows.append(row)
                indices.append(index)
            case .skipped(let reason): results[index] = .skipped(reason: reason)
            case .rejected(let failure): results[index] = .rejected(failure)
            }
        }
        let written = try throwing { try store(rows, of: batch) }
        for (index, result) in zip(indices, written) { results[index] = result }
        return results
    }

    func position() throws -> DeliveredPosition? {
        try throwing { try database.position() }
    }

    func test(with event: LoggedEvent) throws -> String {
        try throwing { try database.dryRun() }
    }

    nonisolated func preview(_ batch: ExportBatch) async throws -> String? {
        batch.events.map { event in
            switch EventRow.translation(of: event) {
            case .row(let row): row.preview
            case .skipped(let reason): "skipped: \(reason)"
            case .rejected(let failure): "rejected: \(failure.message)"
            }
        }.joined(separator: "\n")
    }

    func close() {
        isClosed = true
        database.disconnect()
    }

    // MARK: Storing

    private func store(_ rows: [EventRow], of batch: ExportBatch) throws -> [DeliveryResult] {
        var results: [DeliveryResult] = []
        var held: Set<AssetID> = []
        var rest = rows[...]
        while !rest.isEmpty {
            let part = Self.part(rest)
            results += try store(part, of: batch, holding: &held)
            rest = rest.dropFirst(part.count)
        }
        try database.pruneIfDue(batch.log, generation: batch.generation)
        return results
    }

    private static func part(_ rows: ArraySlice<EventRow>) -> ArraySlice<EventRow> {
        var size = 0
        let part = rows.prefix(largestCount).prefix { row in
            defer { size += row.entry.count }
            return size + row.entry.count <= largestSize
        }
        return part.isEmpty ? rows.prefix(1) : part
    }

    // An event that the tables refuse is found by halving, so that the others are written, but for those that follow it in its
    // asset when it is to be tried again.
    private func store(
        _ rows: ArraySlice<EventRow>, of batch: ExportBatch, holding held: inout Set<AssetID>
    ) throws -> [DeliveryResult] {
        let isHeld = rows.map { held.contains(AssetID(of: $0.event)) }
        let free = zip(rows, isHeld).filter { !$0.1 }.map(\.0)
        do {
            if !free.isEmpty { try database.write(free, of: batch) }
            return isHeld.map { $0 ? .untried : .delivered }
        } catch let failure as PostgresFailure where failure.subject != .database {
            if rows.count == 1, let row = rows.first { return [refusal(of: row, failure, holding: &held)] }
            let half = rows.count / 2
            return try store(rows.prefix(half), of: batch, holding: &held) + store(rows.dropFirst(half), of: batch, holding: &held)
        }
    }

    private func refusal(of row: EventRow, _ failure: PostgresFailure, holding held: inout Set<AssetID>) -> DeliveryResult {
        if failure.subject == .values {
            return .rejected(
                DeliveryFailure("Dagster's tables can't hold the event. Change what is reported, or discard it.", answer: "\(failure)"))
        }
        held.insert(AssetID(of: row.event))
        return .retry(
            DeliveryFailure("Dagster's database refuses the event. Look for what refuses it there, as a trigger.", answer: "\(failure)"))
    }

    private func throwing<Result>(_ body: () throws -> Result) throws -> Result {
        guard !isClosed else { throw ExportError("The exporter \(name) was closed.", isRetriable: false) }
        do {
            return try body()
        } catch let failure as PostgresFailure {
            throw failure.exportError
        } catch let error as PasswordFileError {
            throw ExportError("\(error)")
        }
    }
}

extension EventRow {
    /// The row of `event_logs` in a form that people read.
    var preview: String {
        let partition = event.partition.map { ", partition \($0)" } ?? ""
        return "\(type) of \(String(decoding: key, as: UTF8.self))\(partition) at \(event.timestamp): "
            + String(decoding: entry, as: UTF8.self)
    }
}
#endif
