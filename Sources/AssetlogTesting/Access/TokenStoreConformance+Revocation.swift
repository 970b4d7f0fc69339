import AssetlogCore

extension TokenStoreConformance {
    static let ending = [
        always("a revoked token is kept with the time of its end") { fixture in
            let tokens = try await fixture.fill(3)
            let isFound = try await fixture.store.revoke(tokens[1].id, at: Timestamp(microseconds: 500))
            try expect(isFound, "revoke did not find the token that was kept before.")
            fixture.model[1].revokedAt = Timestamp(microseconds: 500)
            try await fixture.check("After one of three tokens was revoked,")
        },
        always("the earliest end stays") { fixture in
            let token = try await fixture.fill(1)[0]
            for (time, end) in [(500, 500), (900, 500), (500, 500), (200, 200)] as [(Int64, Int64)] {
                let isFound = try await fixture.store.revoke(token.id, at: Timestamp(microseconds: time))
                try expect(isFound, "revoke did not find a token that was revoked before.")
                fixture.model[0].revokedAt = Timestamp(microseconds: end)
                try await fixture.check("After a revocation at \(time)")
            }
        },
        always("revoking what is not there changes nothing, and says so") { fixture in
            try await fixture.fill(2)
            for id in ["token", "TOKEN1", "token11", "", "'; DROP TABLE tokens; --"] {
                let isFound = try await fixture.store.revoke(id, at: Timestamp(microseconds: 1))
                try expect(!isFound, "revoke of \(id.debugDescription), which was never kept, said that there is one.")
            }
            try await fixture.check("After revocations of tokens that are not there")
        },
    ]

    static let replacing = [
        always("a replacement keeps the new token, and lets the old one expire") { fixture in
            let tokens = try await fixture.fill(3)
            let next = fixture.make(expiresAt: Timestamp(microseconds: 9000))
            let isFound = try await fixture.store.replace(tokens[1].id, expiringAt: Timestamp(microseconds: 700), by: next)
            try expect(isFound, "replace did not find the token that was kept before.")
            fixture.model[1].expiresAt = Timestamp(microseconds: 700)
            fixture.model.append(next)
            try await fixture.check("After a replacement")
        },
        always("a replacement never prolongs the old token") { fixture in
            let old = fixture.make(expiresAt: Timestamp(microseconds: 600))
            try await fixture.store.insert(old)
            let next = fixture.make()
            _ = try await fixture.store.replace(old.id, expiringAt: Timestamp(microseconds: 700), by: next)
            fixture.model = [old, next]
            try await fixture.check("After a replacement whose time is behind the old token's end")
        },
        always("replacing what is not there keeps nothing, and says so") { fixture in
            try await fixture.fill(2)
            let isFound = try await fixture.store.replace(
                "nobody", expiringAt: Timestamp(microseconds: 1), by: fixture.make())
            try expect(!isFound, "replace of a token that was never kept said that there is one.")
            try await fixture.check("After a replacement of a token that is not there")
        },
        always("a replacement by an identity that is taken changes nothing") { fixture in
            let tokens = try await fixture.fill(2)
            var next = fixture.make()
            next.id = tokens[0].id
            do {
                _ = try await fixture.store.replace(tokens[1].id, expiringAt: Timestamp(microseconds: 1), by: next)
            } catch is StorageError {
                return try await fixture.check("After a replacement by an identity that is taken")
            } catch {
                throw ConformanceFailure("replace by an identity that is taken threw \(error), not a StorageError.")
            }
            throw ConformanceFailure("replace by an identity that is taken did not throw.")
        },
    ]
}
