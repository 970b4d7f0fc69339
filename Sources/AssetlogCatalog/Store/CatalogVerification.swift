#if Catalog
package import AssetlogCore
import AssetlogSQLite
package import Logging

/// Compares a catalog's file with what the log says, by folding the log again into another file.
package struct CatalogVerification: Sendable {
    private let path: String
    private let log: any LogReader
    private let logger: Logger

    /// - Parameters:
    ///   - path: The catalog's file, which a server may use in the meantime.
    ///   - log: The log that it is to be compared with.
    package init(path: String, log: any LogReader, logger: Logger) {
        self.path = path
        self.log = log
        self.logger = logger
    }

    /// Compares one snapshot of the file, and removes the other file at the end.
    ///
    /// - Throws: `SQLiteError`, ``CatalogError`` when the file is of another log or format, and what reading the log throws.
    package func run() async throws -> CatalogReport {
        let threads = BlockingPool("catalog.verify", threads: 2)
        let other = "\(path).verify"
        try? await threads.run { CatalogFile.remove(other) }
        let held = try await threads.run { [path] in try HeldSnapshot(path) }
        do {
            let report = try await compare(held, other, threads)
            try await threads.run { CatalogFile.remove(other) }
            return report
        } catch {
            try? await threads.run { CatalogFile.remove(other) }
            throw error
        }
    }

    private func compare(_ held: HeldSnapshot, _ other: String, _ threads: BlockingPool) async throws -> CatalogReport {
        let logID = try await log.logID()
        guard held.log == nil || held.log == logID else {
            throw CatalogError(.unavailable, "\(path) was made from another log; the server sets it aside when it starts.")
        }
        let rebuild = CatalogRebuild(path: other, log: log, logger: logger)
        guard held.removals.isComplete else {
            throw CatalogError(.unavailable, "\(path) is being made from the log; compare it when that is done.")
        }
        try await rebuild.run(upTo: held.position, logID, threads)
        return try await threads.run {
            let made = try CatalogFile(other)
            defer { made.close() }
            return try made.database.read { connection in
                let comparison = try held.compare(with: try CatalogDump(connection))
                return CatalogReport(position: held.position, assets: comparison.assets, differences: comparison.differences)
            }
        }
    }
}

/// One snapshot of a file, for as long as this object lives.
private final class HeldSnapshot: @unchecked Sendable {
    // Sendable: it is used by one thread at a time.

    let position: Int64
    let log: LogID?
    let removals: RemovalMark
    private let connection: Connection

    init(_ path: String) throws {
        connection = try Connection(path, ConnectionOptions(mode: .readOnly))
        try connection.execute("BEGIN")
        let format = try connection.integer("SELECT format FROM header")
        guard format == CatalogFile.format else {
            throw CatalogError(.unavailable, "\(path) has the format \(format ?? 0); this version of Assetlog has \(CatalogFile.format).")
        }
        let row = try connection.statement("SELECT sequence, log, removals, added_removals FROM header")
        _ = try row.step()
        position = row.integer(0)
        log = LogID(bytes: row.bytes(1))
        removals = RemovalMark(number: row.integer(2), added: row.integer(3))
        row.reset()
    }

    func compare(with other: CatalogDump) throws -> CatalogComparison {
        try CatalogComparison(try CatalogDump(connection), other)
    }
}

/// Folds a log into a new file, up to a sequence.
struct CatalogRebuild: Sendable {
    let path: String
    let log: any LogReader
    let logger: Logger
    var settings: CatalogSettings

    init(path: String, log: any LogReader, logger: Logger) {
        self.path = path
        self.log = log
        self.logger = logger
        settings = CatalogSettings(path: path)
    }

    func run(upTo last: Int64, _ logID: LogID, _ threads: BlockingPool) async throws {
        let file = try await threads.run { [path] in try CatalogFile(path) }
        let memory = CatalogMemory()
        memory.reset(flush: 0, position: LogPosition(), nextID: 1, catalog: file.header.catalog)
        let fold = LayerFold(memory: memory, file: file)
        let settling = Settling(log: log, memory: memory, fold: fold, threads: threads)
        let writing = BlockingPool("catalog.verify.write")
        let flusher = Flusher(
            memory: memory, file: file, log: logID, progress: CatalogProgress(), threads: writing,
            logger: logger)
        do {
            // A file without an event has no sum either.
            var removals = last == 0 ? nil : RemovalWatch(log: log, memory: memory, fold: fold, threads: threads)
            try await removals?.begin()
            var unsettled: Set<AssetName> = []
            try await LogWalk(log: log, filter: EventFilter(), last: last, limit: settings.pageEvents).forEachPage { events in
                unsettled.formUnion(try await threads.run { try fold.fold(events) })
                let isFull = memory.withLock { $0.top.events >= settings.flushEvents || $0.top.bytes >= settings.flushBytes }
                guard isFull else { return }
                try await settling.settle(unsettled)
                unsettled = []
                try await flusher.end()
                _ = flusher.begin()
            }
            repeat {
                try await removals?.look(behind: 0)
                unsettled.formUnion(try await removals?.prepare(isEnd: true) ?? [])
                try await settling.settle(unsettled)
                unsettled = []
                try await flusher.end()
                _ = flusher.begin()
                try await flusher.end()
            } while !(removals?.isComplete ?? true)
        } catch {
            await flusher.stop()
            try? await threads.run { file.close() }
            throw error
        }
        try await threads.run { file.close() }
    }
}
#endif
