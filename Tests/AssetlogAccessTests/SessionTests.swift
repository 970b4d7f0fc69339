import AssetlogCore
import Testing

@testable import AssetlogAccess

@Suite("Sessions")
struct SessionTests {
    private static let key = [UInt8](repeating: 7, count: 32)
    private let now = Timestamp(microseconds: 1_760_000_000_500_000)
    private let signer: SessionSigner
    private let token: NewToken

    init() throws {
        signer = try SessionSigner(key: Self.key)
        token = try NewToken()
    }

    private func record(expiresAfter seconds: Int64? = nil, revoked: Bool = false, hash: [UInt8]? = nil) -> TokenRecord {
        TokenRecord(
            id: token.id, hash: hash ?? token.hash, grant: AccessGrant(name: "ann", rights: .read), createdAt: now,
            expiresAt: seconds.map(later), revokedAt: revoked ? now : nil)
    }

    private func later(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: now.microseconds + seconds * 1_000_000) }

    private func begin(_ record: TokenRecord) throws -> Session {
        try signer.session(for: TokenRegistry.Entry(record), at: now)
    }

    // MARK: Cookies

    @Test("are read back, and never hold the token")
    func roundTrip() throws {
        let session = try begin(record())
        let value = session.cookie.revealed
        let cookie = try #require(signer.verify(value, at: now))
        #expect(cookie.tokenID == token.id)
        #expect(cookie.expiresAt == session.expiresAt)
        #expect(signer.isBound(cookie, to: record()))
        #expect(!value.contains(token.text.revealed) && !value.contains(token.text.revealed.dropFirst(token.id.utf8.count + 4)))
        #expect(value.utf8.count <= 256)
        #expect(value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\",;\\".utf8.contains($0) })
        #expect("\(session) \(signer)".contains(value) == false)
    }

    @Test("last for twelve hours at most, and never beyond their token", arguments: [(nil, 43_200), (60, 60), (90_000, 43_200)])
    func length(tokenSeconds: Int64?, seconds: Int64) throws {
        let session = try begin(record(expiresAfter: tokenSeconds))
        // Whole seconds, rounded down.
        #expect(session.expiresAt.microseconds == now.microseconds / 1_000_000 * 1_000_000 + seconds * 1_000_000)
        let end = session.expiresAt.microseconds
        #expect(signer.verify(session.cookie.revealed, at: Timestamp(microseconds: end - 1)) != nil)
        #expect(signer.verify(session.cookie.revealed, at: Timestamp(microseconds: end)) == nil)
    }

    @Test("are refused with any byte changed, added or removed")
    func tampered() throws {
        let value = Array(try begin(record()).cookie.revealed.utf8)
        func verify(_ bytes: [UInt8]) -> SessionCookie? { signer.verify(String(decoding: bytes, as: UTF8.self), at: now) }
        #expect(verify(value) != nil)
        for index in value.indices {
            for change: UInt8 in [0x01, 0x20, 0x80] {
                var changed = value
                changed[index] ^= change
                #expect(verify(changed) == nil, "byte \(index)")
            }
            var shorter = value
            shorter.remove(at: index)
            #expect(verify(shorter) == nil, "without byte \(index)")
            #expect(verify(Array(value[..<index])) == nil, "the first \(index) bytes")
        }
        #expect(verify(value + [0x30]) == nil)
        for text in ["", ".", "....", String(repeating: "a", count: 10_000), String(repeating: ".", count: 256)] {
            #expect(signer.verify(text, at: now) == nil)
        }
    }

    @Test("are worth nothing under another key, and for another token")
    func otherKey() throws {
        let session = try begin(record())
        let other = try SessionSigner(key: [UInt8](repeating: 8, count: 32))
        #expect(other.verify(session.cookie.revealed, at: now) == nil)
        let cookie = try #require(signer.verify(session.cookie.revealed, at: now))
        #expect(!signer.isBound(cookie, to: record(hash: try NewToken().hash)))
        var renamed = record()
        renamed.id = "another"
        #expect(!signer.isBound(cookie, to: renamed))
        #expect(!other.isBound(cookie, to: record()))
    }

    // MARK: Forms

    @Test("have forms that only their own browser can send")
    func forms() throws {
        let first = try signer.formToken(for: "session:a")
        let second = try signer.formToken(for: "session:a")
        #expect(first != second)
        #expect(signer.isFormToken(first, for: "session:a") && signer.isFormToken(second, for: "session:a"))
        #expect(!signer.isFormToken(first, for: "session:b"))
        #expect(!signer.isFormToken(first, for: "browser:a"))
        #expect(try !SessionSigner(key: [UInt8](repeating: 8, count: 32)).isFormToken(first, for: "session:a"))
        let bytes = Array(first.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(!signer.isFormToken(String(decoding: changed, as: UTF8.self), for: "session:a"), "byte \(index)")
        }
        for text in ["", ".", String(first.dropLast()), first + "0", String(repeating: "x", count: 100_000)] {
            #expect(!signer.isFormToken(text, for: "session:a"))
        }
        #expect(try SessionSigner.browserID() != SessionSigner.browserID())
    }

    // MARK: Header fields

    @Test(
        "are found among other cookies",
        arguments: [
            ("", []), ("s=1", ["1"]), ("a=2; s=1; b=3", ["1"]), ("a=2;s=1;b=3", ["1"]), ("s=", [""]), ("s", []), ("as=1; sa=2", []),
            ("s=1; s=2", ["1", "2"]), ("S=1", []), ("s=a=b", ["a=b"]), ("s=1; s=2; s=3; s=4; s=5", ["1", "2", "3", "4"]),
            (";;; s=1", ["1"]),
            ("a=\"s=1\"", []), ("\ts=1", ["1"]),
        ] as [(String, [String])])
    func header(_ field: String, _ values: [String]) {
        #expect(CookieHeader.values(named: "s", in: field) == values)
    }

    @Test("are set so that neither scripts nor other sites get at them")
    func setCookie() {
        #expect(
            BrowserCookie("s", "1", base: "", isSecure: false, seconds: 60).field == "s=1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
        #expect(BrowserCookie("s", "", base: "/p", isSecure: true).field == "s=; Path=/p; HttpOnly; SameSite=Lax; Secure")
    }

    // MARK: Requests

    private func authenticate(
        _ cookie: String?, bearer: String? = nil, _ records: [TokenRecord], isRequired: Bool = true, hasSessions: Bool = true,
        at time: Timestamp? = nil
    ) throws -> RequestIdentity {
        var policy = AccessPolicy(tokens: TokenRegistry(records), isTokenRequired: isRequired)
        if hasSessions { policy.sessions = signer }
        let gate = try RequestAuthenticator(policy)
        return Array((cookie ?? "").utf8).withUnsafeBytes { cookies in
            Array("Bearer \(bearer ?? "")".utf8).withUnsafeBytes { authorization in
                let facts = RequestAttributes(authorization: bearer == nil ? nil : authorization, cookie: cookie == nil ? nil : cookies)
                return gate.authenticate(facts, at: time ?? now, nanoseconds: 0)
            }
        }
    }

    @Test("let requests in, as with the token")
    func accepted() throws {
        let session = try begin(record())
        let own = "assetlog_session=\(session.cookie.revealed)"
        for field in [own, "a=b; \(own)", "assetlog_session=old; \(own)"] {
            let identity = try authenticate(field, [record()])
            #expect(identity.refusal == nil)
            #expect(identity.caller.name == "ann")
            #expect(identity.isSession)
            #expect(identity.session == session)
            #expect(identity.caller.sessionEnd == session.expiresAt)
            let without = identity.withoutSession
            #expect(without.refusal?.reason == .noToken)
            #expect(without.caller.name == nil && without.caller.token == nil && !without.isSession)
        }
        // Its rights are those that the token has now.
        var changed = record()
        changed.grant.rights = .admin
        #expect(try authenticate(own, [changed]).caller.grant?.rights == .admin)
    }

    @Test("come after tokens")
    func tokensFirst() throws {
        let field = "assetlog_session=\(try begin(record()).cookie.revealed)"
        let other = try NewToken()
        let records = [
            record(), TokenRecord(id: other.id, hash: other.hash, grant: AccessGrant(name: "bob", rights: .read), createdAt: now),
        ]
        let identity = try authenticate(field, bearer: other.text.revealed, records)
        #expect(identity.caller.name == "bob")
        #expect(!identity.isSession && identity.withoutSession.caller.name == "bob")
        #expect(try authenticate(field, bearer: "nonsense", records).caller.name == "ann")
    }

    @Test("end with their token")
    func refused() throws {
        let session = try begin(record())
        let field = "assetlog_session=\(session.cookie.revealed)"
        let refused = [
            try authenticate(field, []), try authenticate(field, [record(revoked: true)]),
            try authenticate(field, [record(hash: NewToken().hash)]), try authenticate(field, [record(expiresAfter: 0)]),
            try authenticate(field, [record()], at: session.expiresAt), try authenticate(field, [record()], hasSessions: false),
            try authenticate("assetlog_session=1", [record()]), try authenticate("assetlog_csrf=1", [record()]),
            try authenticate(nil, [record()]),
        ]
        for (index, identity) in refused.enumerated() {
            #expect(identity.refusal?.reason == .noToken, "\(index)")
            #expect(identity.caller.name == nil && !identity.isSession, "\(index)")
        }
    }

    @Test("count nowhere but where tokens are required, so that they take no check away")
    func notRequired() throws {
        let identity = try authenticate("assetlog_session=\(try begin(record()).cookie.revealed)", [record()], isRequired: false)
        #expect(identity.refusal == nil)
        #expect(identity.caller.name == nil && !identity.isSession)
    }

    @Test("end what stays open: with their token, and when their time is over")
    func current() throws {
        let registry = TokenRegistry([record()])
        let entry = try #require(try registry.token(token.text, at: now))
        let caller = Caller(token: entry, sessionEnd: later(10))
        #expect(registry.isCurrent(caller, at: later(9)))
        #expect(!registry.isCurrent(caller, at: later(10)))
        #expect(registry.isCurrent(Caller(token: entry), at: later(10)))
        registry.replace(with: [])
        #expect(!registry.isCurrent(caller, at: later(9)))
        #expect(registry.isCurrent(.unrestricted, at: now))
    }

    // MARK: Attempts

    @Test("may be guessed at ten times a minute from each address")
    func attempts() throws {
        let limiter = AttemptLimiter(perMinute: 10)
        let (one, other) = (ClientAddress("10.0.0.1"), ClientAddress("10.0.0.2"))
        for _ in 0..<10 { #expect(limiter.begin(from: one, at: 0) == nil) }
        #expect(limiter.begin(from: one, at: 0) == 6)
        #expect(limiter.begin(from: other, at: 0) == nil)
        #expect(limiter.begin(from: nil, at: 0) == nil)
        #expect(limiter.begin(from: one, at: 5_999_999_999) == 1)
        #expect(limiter.begin(from: one, at: 6_000_000_000) == nil)
        #expect(limiter.begin(from: one, at: 6_000_000_000) == 6)
        // One that succeeds is not counted.
        for _ in 0..<30 {
            #expect(limiter.begin(from: other, at: 0) == nil)
            limiter.succeeded(from: other)
        }
    }
}
