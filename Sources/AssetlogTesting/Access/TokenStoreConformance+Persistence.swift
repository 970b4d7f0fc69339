import AssetlogCore

extension TokenStoreConformance {
    static let keeping = [
        always("a new store has no token") { fixture in
            try await fixture.check("In a new store")
        },
        always("a token comes back as it was kept, in every field") { fixture in
            for token in unusual {
                try await fixture.store.insert(token)
                fixture.model.append(token)
                try await fixture.check("After \(fixture.model.count) tokens were kept")
            }
        },
        always("tokens stand in the order in which they were kept, the ended ones too") { fixture in
            let tokens = try await fixture.fill(40)
            for index in stride(from: 0, to: 40, by: 7) {
                _ = try await fixture.store.revoke(tokens[index].id, at: Timestamp(microseconds: 5))
                fixture.model[index].revokedAt = Timestamp(microseconds: 5)
            }
            try await fixture.check("After 40 tokens were kept, some of them revoked,")
        },
        always("an identity is taken once") { fixture in
            let first = try await fixture.fill(3)[1]
            var second = fixture.make()
            second.id = first.id
            do {
                try await fixture.store.insert(second)
            } catch is StorageError {
                return try await fixture.check("After an insert with an identity that was taken")
            } catch {
                throw ConformanceFailure("insert with an identity that is taken threw \(error), not a StorageError.")
            }
            throw ConformanceFailure("insert with an identity that is taken did not throw.")
        },
        always("identities and names are compared byte by byte") { fixture in
            for id in ["abc", "ABC", "Abc"] {
                var token = fixture.make()
                token.id = id
                try await fixture.store.insert(token)
                fixture.model.append(token)
            }
            _ = try await fixture.store.revoke("ABC", at: Timestamp(microseconds: 9))
            fixture.model[1].revokedAt = Timestamp(microseconds: 9)
            try await fixture.check("After one of three identities that differ in their case was revoked,")
        },
        always("two tokens may have one name") { fixture in
            for _ in 0..<2 {
                var token = fixture.make()
                token.grant.name = "spark"
                do {
                    try await fixture.store.insert(token)
                } catch {
                    throw ConformanceFailure("insert of a second token of one name threw \(error).")
                }
                fixture.model.append(token)
            }
            try await fixture.check("After two tokens of one name were kept,")
        },
        always("tokens outlive a close") { fixture in
            let tokens = try await fixture.fill(10)
            _ = try await fixture.store.revoke(tokens[3].id, at: Timestamp(microseconds: 77))
            fixture.model[3].revokedAt = Timestamp(microseconds: 77)
            try await fixture.reopen()
            try await fixture.check("After close and open")
        },
        onLocation("what was kept, revoked and replaced outlives a crash at once") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            let tokens = try await fixture.fill(3)
            try await crash()
            try await fixture.open()
            try await fixture.check("After a crash")
            _ = try await fixture.store.revoke(tokens[0].id, at: Timestamp(microseconds: 77))
            fixture.model[0].revokedAt = Timestamp(microseconds: 77)
            try await crash()
            try await fixture.open()
            try await fixture.check("After a revocation and a crash")
            let next = fixture.make()
            _ = try await fixture.store.replace(tokens[1].id, expiringAt: Timestamp(microseconds: 88), by: next)
            fixture.model[1].expiresAt = Timestamp(microseconds: 88)
            fixture.model.append(next)
            try await crash()
            try await fixture.open()
            try await fixture.check("After a replacement and a crash")
            return .passed
        },
    ]

    /// Tokens at the edges of what a field may hold.
    private static let unusual: [TokenRecord] = {
        func token(
            _ id: String, _ name: String, _ rights: AccessRights, assets: [String] = [], deployments: [String] = [],
            certificates: [String] = [], hash: [UInt8] = [UInt8](repeating: 0, count: 32), created: Int64 = 0,
            expires: Int64? = nil, revoked: Int64? = nil
        ) -> TokenRecord {
            TokenRecord(
                id: id, hash: hash,
                grant: AccessGrant(
                    name: name, rights: rights, assets: assets.compactMap { PartPattern($0) },
                    deployments: deployments.compactMap { PartPattern($0) }),
                certificateNames: certificates, createdAt: Timestamp(microseconds: created),
                expiresAt: expires.map(Timestamp.init), revokedAt: revoked.map(Timestamp.init))
        }
        return [
            token("a", "spark", []),
            token("0", "x", .all, hash: (0..<32).map { 255 - $0 }, created: 1_795_000_000_123_456),
            token(
                String(repeating: "Z", count: 64), String(repeating: "ü", count: 128), [.read, .admin],
                assets: ["**", "raw_*", "a/**/z", "ä\"\\/\n"], deployments: ["prod", "*/stage"],
                certificates: ["DNS:*.example.com", "URI:spiffe://a/b,c", "email:o'hara@example.com"],
                expires: 253_402_300_799_999_999),
            token("composed", "\u{e9}", .reportCheck, assets: ["\u{e9}"]),
            token("decomposed", "e\u{301}", .reportCheck, assets: ["e\u{301}"]),
            token("old", "expired and revoked", .reportObservation, created: -5, expires: 0, revoked: -1),
            token(
                "many", "many patterns", .reportMaterialization,
                assets: (0..<200).map { "warehouse/table_\($0)/**" }, certificates: (0..<50).map { "DNS:w\($0)" }),
        ]
    }()
}
