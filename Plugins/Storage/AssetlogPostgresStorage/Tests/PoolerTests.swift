#if Postgres
import AssetlogCore
import AssetlogTesting
import Foundation
import Testing

@Suite(
    "The PostgreSQL storage behind PgBouncer",
    .enabled(if: Pooler.absence == nil, "there is no PgBouncer on this machine"), .fewAtOnce)
struct PoolerTests {
    private static let storages = StorageSubject {
        let cluster = try Cluster.shared.get()
        let pooler = try Pooler.shared.get()
        let schema = cluster.freshSchema()
        return StorageLocation(
            open: { try await Self.open(schema, pooler) }, crash: {}, openAnother: { try await Self.open(schema, pooler) },
            remove: { _ = try? await cluster.sql("SET client_min_messages = error; DROP SCHEMA \(schema) CASCADE") })
    }

    private static func open(_ schema: String, _ pooler: Pooler) async throws -> any Storage {
        // It may start slower than the first test.
        try await pooler.waitUntilReady()
        return try await AssetlogPostgresStorageTests.open(schema, on: Cluster.shared.get(), ["url": pooler.url])
    }

    @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
    func conforms(to part: ConformanceCase<StorageSubject>) async throws {
        if case .skipped(let reason) = try await part.run(on: Self.storages) { try Test.cancel("\(reason)") }
    }
}
#endif
