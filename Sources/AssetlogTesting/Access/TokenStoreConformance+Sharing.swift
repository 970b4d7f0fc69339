import AssetlogCore

extension TokenStoreConformance {
    static let sharing = [
        always("the version changes with every change of its own, and with nothing else") { fixture in
            let tokens = try await fixture.fill(3)
            try await fixture.checkVersionChanges("An insert") { try await fixture.store.insert(fixture.make()) }
            try await fixture.checkVersionChanges("A revocation") {
                _ = try await fixture.store.revoke(tokens[0].id, at: Timestamp(microseconds: 5))
            }
            try await fixture.checkVersionChanges("A replacement") {
                _ = try await fixture.store.replace(
                    tokens[1].id, expiringAt: Timestamp(microseconds: 5), by: fixture.make())
            }
            let before = try await fixture.store.version()
            for _ in 0..<5 {
                _ = try await fixture.store.tokens()
                let now = try await fixture.store.version()
                try expect(now == before, "the version went from \(before) to \(now), and nothing was changed.")
            }
        },
        always("the version shows the changes of another store at once, each of them") { fixture in
            try await withOther(fixture) { other in
                let tokens = try await fixture.fill(2)
                _ = try await fixture.store.version()
                try await fixture.checkVersionChanges("An insert by another store") { try await other.insert(fixture.make()) }
                try await fixture.checkVersionChanges("A revocation by another store") {
                    _ = try await other.revoke(tokens[0].id, at: Timestamp(microseconds: 5))
                }
                try await fixture.checkVersionChanges("A replacement by another store") {
                    _ = try await other.replace(
                        tokens[1].id, expiringAt: Timestamp(microseconds: 5), by: fixture.make())
                }
            }
        },
        always("what one store keeps and revokes the other shows at once") { fixture in
            try await withOther(fixture) { other in
                let tokens = try await fixture.fill(3)
                try await fixture.check("After inserts by another store", in: other)
                _ = try await other.revoke(tokens[2].id, at: Timestamp(microseconds: 5))
                fixture.model[2].revokedAt = Timestamp(microseconds: 5)
                try await fixture.check("After a revocation by another store")
                _ = try await fixture.store.revoke(tokens[0].id, at: Timestamp(microseconds: 6))
                fixture.model[0].revokedAt = Timestamp(microseconds: 6)
                try await fixture.check("After a revocation by another store", in: other)
            }
        },
        always("two stores that keep tokens at once lose none") { fixture in
            try await withOther(fixture) { other in
                let (mine, theirs) = ((0..<20).map { _ in fixture.make() }, (0..<20).map { _ in fixture.make() })
                let store = fixture.store
                try await withThrowingTaskGroup { group in
                    group.addTask { for token in mine { try await store.insert(token) } }
                    group.addTask { for token in theirs { try await other.insert(token) } }
                    try await group.waitForAll()
                }
                let found = try await store.tokens()
                try TokenStoreFixture.compare(
                    found.sorted { $0.createdAt < $1.createdAt }, mine + theirs, "After inserts by two stores at once")
            }
        },
    ]

    private static func withOther(_ fixture: TokenStoreFixture, _ body: (any TokenStore) async throws -> Void) async throws {
        let other = try await fixture.location.open()
        do {
            try await body(other)
            await other.close()
        } catch {
            await other.close()
            throw error
        }
    }

    static let living = [
        always("closing twice is closing once") { fixture in
            try await fixture.fill(2)
            await fixture.store.close()
            await fixture.store.close()
        },
        always("after the close every other call throws") { fixture in
            let token = try await fixture.fill(1)[0]
            let next = fixture.make()
            let (store, time) = (fixture.store, Timestamp(microseconds: 5))
            await store.close()
            try await expectClosed("version") { _ = try await store.version() }
            try await expectClosed("tokens") { _ = try await store.tokens() }
            try await expectClosed("insert") { try await store.insert(next) }
            try await expectClosed("revoke") { _ = try await store.revoke(token.id, at: time) }
            try await expectClosed("replace") { _ = try await store.replace(token.id, expiringAt: time, by: next) }
        },
    ]

    private static func expectClosed(_ name: String, _ call: () async throws -> Void) async throws {
        do {
            try await call()
        } catch let error as StorageError {
            return try expect(error.code == .closed, "\(name) after close threw \(error), not one of the code closed.")
        } catch {
            throw ConformanceFailure("\(name) after close threw \(error), not a StorageError of the code closed.")
        }
        throw ConformanceFailure("\(name) after close did not throw.")
    }
}
