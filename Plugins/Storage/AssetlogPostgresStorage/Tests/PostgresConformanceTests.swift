#if Postgres
import AssetlogCore
import AssetlogPostgresStorage
import AssetlogTesting
import Testing

@Suite("The PostgreSQL storage", .needsCluster, .fewAtOnce)
struct PostgresConformanceTests {
    private static let storages = StorageSubject {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        return StorageLocation(
            open: { try await open(schema, on: cluster) },
            // The database does not notice the end of a client otherwise than by what it has committed.
            crash: {},
            poison: {
                try await cluster.sql(
                    """
                    CREATE FUNCTION \(schema).poison() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''poisoned''; END';
                    CREATE TRIGGER poison BEFORE INSERT ON \(schema).events FOR EACH ROW
                    WHEN (NEW.deployment = '\(StorageLocation.poisonedDeployment)') EXECUTE FUNCTION \(schema).poison();
                    """)
            },
            openAnother: { try await open(schema, on: cluster) },
            remove: { _ = try? await cluster.sql("SET client_min_messages = error; DROP SCHEMA \(schema) CASCADE") })
    }

    @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
    func conforms(to part: ConformanceCase<StorageSubject>) async throws {
        if case .skipped(let reason) = try await part.run(on: Self.storages) { try Test.cancel("\(reason)") }
    }

    @Test("keeps the contract of a storage that can remove events", arguments: RetentionConformance.cases)
    func removes(_ part: ConformanceCase<StorageSubject>) async throws {
        if case .skipped(let reason) = try await part.run(on: Self.storages) { try Test.cancel("\(reason)") }
    }

    private static let tokens = TokenStoreSubject {
        let cluster = try Cluster.shared.get()
        let schema = cluster.freshSchema()
        return TokenStoreLocation(
            open: {
                let setup = try setup(["url": cluster.url(), "schema": schema, "timeout": "2m"])
                guard let open = setup.openTokens else { throw StorageError(.unavailable, "no tokens") }
                return try await open()
            },
            crash: {},
            remove: { _ = try? await cluster.sql("SET client_min_messages = error; DROP SCHEMA \(schema) CASCADE") })
    }

    @Test("keeps the contract of a token store", arguments: TokenStoreConformance.cases)
    func conforms(to part: ConformanceCase<TokenStoreSubject>) async throws {
        if case .skipped(let reason) = try await part.run(on: Self.tokens) { try Test.cancel("\(reason)") }
    }
}
#endif
