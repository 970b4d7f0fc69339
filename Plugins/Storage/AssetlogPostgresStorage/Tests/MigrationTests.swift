#if Postgres
import AssetlogCore
import Foundation
import Testing

@Suite("The schema in PostgreSQL", .needsCluster, .fewAtOnce)
struct MigrationTests {
    private let cluster: Cluster
    private let schema: String

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
    }

    @Test("is made once by eight servers that start at once")
    func eight() async throws {
        let (cluster, schema) = (cluster, schema)
        let storages = try await withThrowingTaskGroup(of: (any Storage).self) { group in
            for _ in 0..<8 { group.addTask { try await open(schema, on: cluster) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(storages.allSatisfy { $0.health().isReady })
        for (number, storage) in storages.enumerated() { try await storage.add(events(number..<number + 1)) }
        await eventually("all is there") { try await storages[0].numbers() == Array(0..<8) }
        #expect(try await cluster.sql("SELECT string_agg(version::text, ' ' ORDER BY version) FROM \(schema).migrations") == "1 2 3 4 5 6")
        for storage in storages { await storage.close() }
    }

    @Test("is only looked at when somebody else migrates")
    func check() async throws {
        let empty = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster, ["migrate": "check"]) }
        #expect(empty?.message.contains("has version 0") == true, "\(empty?.message ?? "")")
        #expect(empty?.message.contains("migrate: run") == true)
        #expect(try await cluster.sql("SELECT count(*) FROM pg_namespace WHERE nspname = '\(schema)'") == "0")

        try await open(schema, on: cluster).close()
        let storage = try await open(schema, on: cluster, ["migrate": "check"])
        try await storage.add(events(0..<1))
        await storage.close()

        try await cluster.sql("DELETE FROM \(schema).migrations WHERE version > 1")
        let older = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster, ["migrate": "check"]) }
        #expect(older?.code == .unavailable)
        #expect(older?.message.contains("has version 1") == true, "\(older?.message ?? "")")
    }

    @Test("of a newer release is refused", arguments: ["run", "check"])
    func newer(mode: String) async throws {
        try await open(schema, on: cluster).close()
        try await cluster.sql("INSERT INTO \(schema).migrations (version) VALUES (99)")
        let error = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster, ["migrate": mode]) }
        #expect(error?.code == .tooNew)
        #expect(error?.message.contains("99") == true)
    }

    @Test("is not made where texts can't be kept")
    func encoding() async throws {
        try await cluster.sql("CREATE DATABASE \(schema)_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        let url = cluster.url(database: "\(schema)_latin")
        let error = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster, ["url": url]) }
        #expect(error?.message.contains("LATIN1") == true, "\(error?.message ?? "")")
    }

    @Test("is not written to when commits do not wait for the disk, unless its operator says so")
    func asynchronousCommit() async throws {
        let role = "hasty_\(schema)"
        try await cluster.sql(
            "CREATE ROLE \(role) LOGIN SUPERUSER PASSWORD 'pw'; ALTER ROLE \(role) SET synchronous_commit = off")
        let url = cluster.url(user: role, password: "pw")
        let error = await #expect(throws: StorageError.self) { _ = try await open(schema, on: cluster, ["url": url]) }
        #expect(error?.message.contains("synchronous_commit is off") == true, "\(error?.message ?? "")")
        let storage = try await open(schema, on: cluster, ["url": url, "allow_asynchronous_commit": "true"])
        try await storage.add(events(0..<1))
        await storage.close()
        #expect(throws: ConfigurationError.self) { try setup(["url": url, "synchronous_commit": "off"]) }
    }
}
#endif
