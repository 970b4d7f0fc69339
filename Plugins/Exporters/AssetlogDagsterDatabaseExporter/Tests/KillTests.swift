#if DagsterDatabase
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogDagsterDatabaseExporter

/// Kills a real process that delivers, at a moment of chance.
@Suite(.enabled(if: Cluster.absence == nil))
struct KillTests {
    private static let count: Int64 = 20_000

    @Test("every event is there once, in order, after kill -9 ten times in a row")
    func survivesKills() async throws {
        let storage = try await DagsterStorage()
        for _ in 1...10 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [url = storage.url as String, schema = storage.schema as String] in
                try await KillTests.deliverUntilKilled(to: DagsterStorage(url: url, schema: schema))
            }
        }
        let exporter = try await storage.open()
        let last = try await exporter.position()?.sequence ?? 0
        #expect(last > 0, "nothing was delivered before the kills")
        try await Self.deliver(max(1, last - 50)...last + 50, with: exporter)
        await exporter.close()
        #expect(
            try await storage.sql(
                """
                SELECT count(*), count(DISTINCT event), min(sequence), max(sequence), bool_and(is_later)
                FROM (SELECT event, sequence, sequence > lag(sequence, 1, 0::bigint) OVER (ORDER BY e.id) AS is_later FROM event_logs AS e
                    JOIN assetlog_exported_events ON storage_id = e.id) AS all_events;
                """) == "\(last + 50)|\(last + 50)|1|\(last + 50)|t")
        #expect(try await storage.sql("SELECT count(*) FROM event_logs;") == "\(last + 50)")
    }

    private static func deliverUntilKilled(to storage: DagsterStorage) async throws {
        let exporter = try await storage.open()
        // What an engine remembers may be behind: some events come again.
        var next = max(1, (try await exporter.position()?.sequence ?? 0) - Int64.random(in: 0...60))
        Thread.detachNewThread {
            usleep(UInt32.random(in: 10_000...400_000))
            kill(getpid(), SIGKILL)
        }
        while next < count {
            let last = next + Int64.random(in: 0...60)
            try await deliver(next...last, with: exporter)
            next = last + 1
        }
        try await Task.sleep(for: .seconds(600))
    }

    private static func deliver(_ sequences: ClosedRange<Int64>, with exporter: any Exporter) async throws {
        let batch = ExportBatch(log: .test, generation: 0, events: sequences.map { .made($0, of: ["asset \($0 % 5)"]) })
        while true {
            do {
                try await exporter.deliver(batch)
                return
            } catch let error as ExportError where error.isRetriable {}
        }
    }
}
#endif
