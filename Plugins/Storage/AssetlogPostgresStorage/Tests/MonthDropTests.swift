#if Postgres
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogPostgresStorage

@Suite("Months of which retention has left little", .needsCluster, .fewAtOnce)
struct MonthDropTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    private static let january = Timestamp("2025-01-15T12:00:00Z")!
    private static let february = Timestamp("2025-02-15T12:00:00Z")!

    private func months() async throws -> String {
        try await cluster.sql(
            """
            SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = '\(schema).events'::regclass AND (relname LIKE 'events_2025%' OR relname = 'events_kept')
            """)
    }

    private func drop(most: Int = 10_000) async throws -> String {
        try await cluster.sql("SELECT coalesce(\(schema).drop_month(\(most)), 'none')")
    }

    /// Removes the events of these numbers.
    private func remove(_ numbers: Set<Int>, _ storage: any Storage) async throws {
        let log = try await storage.log().filter { numbers.contains(Int($0.partition ?? "") ?? -1) }
        let removal = EventRemoval(sequences: log.map(\.sequence), sums: [], time: .now())
        #expect(try await storage.retaining?.remove(removal) == true)
    }

    @Test("are dropped when they are over, and what is left of them can be read as before")
    func drops() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<30, received: Self.january))
        try await storage.add(events(30..<60, received: Self.february))
        try await storage.add(events(60..<70))
        #expect(try await drop() == "none", "nothing was removed from any month")
        try await remove(Set(0..<27), storage)
        #expect(try await drop(most: 2) == "none", "three events are left, and no more than two may be moved")
        #expect(try await drop() == "events_2025_01")
        #expect(try await months() == "events_2025_02 events_kept")
        #expect(try await storage.numbers() == Array(27..<70))
        #expect(try await storage.statistics().events == 43)
        #expect(try await drop() == "none", "the present month is never dropped")
        // The next one extends what the default partition takes; what is kept can be removed from there.
        try await remove(Set(28..<58), storage)
        #expect(try await drop() == "events_2025_02")
        #expect(try await months() == "events_kept")
        #expect(try await storage.numbers() == [27, 58, 59] + Array(60..<70))
        try await cluster.sql("SELECT \(schema).validate_kept_events()")
        let constraints = try await cluster.sql(
            "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = '\(schema).events_kept'::regclass AND contype = 'c'")
        #expect(constraints == "before_2025_02|t")
        await storage.close()
    }

    @Test("leave a place for events that come late, and none that would keep a month from being made")
    func late() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<30, received: Self.january))
        try await remove(Set(1..<30), storage)
        #expect(try await drop() == "events_2025_01")
        try await storage.add(events(30..<31, received: Self.january))
        // A month that was never made, behind the kept one: made when an event needs it, as before.
        try await storage.add(events(31..<32, received: Timestamp("2025-03-01T00:00:00Z")!))
        #expect(try await months() == "events_2025_03 events_kept")
        #expect(try await storage.numbers() == [0, 30, 31])
        #expect(try await cluster.sql("SELECT count(*) FROM \(schema).events_kept") == "2")
        await storage.close()
    }

    @Test("are left alone while somebody reads them, and appends do not wait for that")
    func lock() async throws {
        let storage = try await open(schema, on: cluster)
        try await storage.add(events(0..<30, received: Self.january))
        try await remove(Set(1..<30), storage)
        let reader = try Session(cluster.url())
        try reader.run("BEGIN; SELECT count(*) FROM \(schema).events;")
        await #expect(throws: StorageError.self) { _ = try await drop() }
        try await storage.add(events(30..<31))
        #expect(try await months() == "events_2025_01")
        try reader.run("COMMIT;")
        #expect(try await drop() == "events_2025_01")
        #expect(try await storage.numbers() == [0, 30])
        await storage.close()
    }
}
#endif
