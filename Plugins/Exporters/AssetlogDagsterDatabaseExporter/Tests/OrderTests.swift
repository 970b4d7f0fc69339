#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres
import Foundation
import Synchronization
import Testing

@testable import AssetlogDagsterDatabaseExporter

/// Dagster's sensors read `id > cursor`: an id that becomes visible after a greater one was read is never seen.
@Suite(.enabled(if: Cluster.absence == nil))
struct OrderTests {
    /// What keeps the exporter from locking the table.
    enum Holder: String, CaseIterable, Sendable {
        case nothing = "SELECT 1"
        // As VACUUM and ANALYZE lock it.
        case vacuum = "LOCK TABLE {schema}.event_logs IN SHARE UPDATE EXCLUSIVE MODE"
        // As a clean-up of old events does.
        case deletion = "DELETE FROM {schema}.event_logs WHERE id < 0"
    }

    @Test("a reader misses no row of the exporter, and because of it no row of Dagster's", arguments: Holder.allCases)
    func reader(_ holder: Holder) async throws {
        let storage = try await DagsterStorage()
        let holding = try await hold(holder, in: storage)
        let exporter = try await storage.open()
        let isDone = Atomic(false)
        async let seen = onThread { try Self.follow(storage, until: { isDone.load(ordering: .acquiring) }) }
        try await withThrowingTaskGroup { group in
            // One, because two could make the reader miss a row without the exporter.
            group.addTask { try await onThread { try Self.writeAsDagster(600, to: storage) } }
            group.addTask { try await Self.deliver(40, batchesOf: 25, with: exporter) }
            try await group.waitForAll()
        }
        isDone.store(true, ordering: .releasing)
        await exporter.close()
        let ids = try await seen
        let stored = try await storage.sql("SELECT id FROM event_logs ORDER BY id;").split(separator: "\n").compactMap { Int64($0) }
        #expect(stored.count == 1600)
        #expect(ids == stored, "missed: \(Set(stored).subtracting(ids).sorted().prefix(9))")
        withExtendedLifetime(holding) {}
    }

    @Test("a row that took its id before and is committed after is waited for, whatever else holds the table", arguments: Holder.allCases)
    func waits(_ holder: Holder) async throws {
        let storage = try await DagsterStorage()
        let holding = try await hold(holder, in: storage)
        let exporter = try await storage.open()
        let writer = try await onThread {
            let writer = try storage.connect()
            try storage.run("BEGIN", on: writer)
            try storage.run("INSERT INTO {schema}.event_logs (run_id, event) VALUES ('run', '{}')", on: writer)
            return writer
        }
        let batch = ExportBatch(log: .test, generation: 0, events: [.made(1)])
        let error = await #expect(throws: ExportError.self) { try await exporter.deliver(batch) }
        #expect(error?.isRetriable == true)
        #expect(error?.message.contains("could not be locked") == true, "\(error?.message ?? "")")
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "0")
        try await onThread { _ = try storage.run("COMMIT", on: writer) }
        #expect(try await exporter.deliver(batch) == [.delivered])
        await exporter.close()
        #expect(try await storage.sql("SELECT string_agg(run_id, ',' ORDER BY id) FROM event_logs;") == "run,")
        withExtendedLifetime(holding) {}
    }

    @Test("the reader of these tests misses a row that takes its id early and is committed late")
    func readerCanMiss() async throws {
        let storage = try await DagsterStorage()
        let missed = try await onThread {
            let (slow, reader) = (try storage.connect(), try storage.connect())
            try storage.run("BEGIN", on: slow)
            try storage.run("INSERT INTO {schema}.event_logs (event) VALUES ('{}')", on: slow)
            try Self.writeAsDagster(1, to: storage)
            var follower = Follower(storage: storage, connection: reader)
            try follower.read()
            try storage.run("COMMIT", on: slow)
            try follower.read()
            return follower.ids
        }
        #expect(missed == [2])
    }

    // MARK: Who reads and writes

    private struct Follower {
        let storage: DagsterStorage
        let connection: PostgresConnection
        var ids: [Int64] = []

        mutating func read() throws {
            let rows = try storage.run("SELECT id FROM {schema}.event_logs WHERE id > $1 ORDER BY id", ids.last ?? 0, on: connection)
            ids += (0..<rows.count).map { rows.integer($0, 0) }
        }
    }

    private static func follow(_ storage: DagsterStorage, until isDone: () -> Bool) throws -> [Int64] {
        var follower = Follower(storage: storage, connection: try storage.connect())
        while !isDone() { try follower.read() }
        try follower.read()
        return follower.ids
    }

    private static func writeAsDagster(_ count: Int, to storage: DagsterStorage) throws {
        let connection = try storage.connect()
        for _ in 0..<count {
            try storage.run("INSERT INTO {schema}.event_logs (run_id, event) VALUES ('run', '{}')", on: connection)
        }
    }

    private static func deliver(_ batches: Int64, batchesOf size: Int64, with exporter: any Exporter) async throws {
        for first in stride(from: 1, to: batches * size, by: Int64.Stride(size)) {
            let batch = ExportBatch(log: .test, generation: 0, events: (first..<first + size).map { .made($0) })
            while true {
                do {
                    try await exporter.deliver(batch)
                    break
                } catch let error as ExportError where error.isRetriable {}
            }
        }
    }

    private func hold(_ holder: Holder, in storage: DagsterStorage) async throws -> PostgresConnection {
        try await onThread {
            let connection = try storage.connect()
            try storage.run("BEGIN", on: connection)
            try storage.run(holder.rawValue, on: connection)
            return connection
        }
    }
}
#endif
