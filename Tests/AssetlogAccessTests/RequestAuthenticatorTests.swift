import AssetlogCore
import Testing

@testable import AssetlogAccess

@Suite("Letting a request in")
struct RequestAuthenticatorTests {
    /// What a request shows, as texts.
    struct Shown: Sendable {
        var token: String?
        var authorization: String?
        var host: String? = "localhost:3000"
        var origin: String?
        var site: String?
        var forwarded: String?
        var proto: String?
        /// The value of Forwarded.
        var standard: String?
        var peer = "127.0.0.1"
        var certificate: [String] = []
    }

    private func authenticate(_ gate: RequestAuthenticator, _ shown: Shown, at seconds: Double = 0) -> RequestIdentity {
        let texts = [
            shown.token, shown.authorization, shown.host, shown.origin, shown.site, shown.forwarded, shown.proto,
            shown.standard,
        ]
        var bytes: [UInt8] = []
        let ranges = texts.map { text -> Range<Int>? in
            guard let text else { return nil }
            let start = bytes.count
            bytes += text.utf8
            return start..<bytes.count
        }
        return bytes.withUnsafeBytes { bytes in
            func part(_ index: Int) -> UnsafeRawBufferPointer? {
                ranges[index].map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            }
            return gate.authenticate(
                RequestAttributes(
                    apiToken: part(0), authorization: part(1), host: part(2), origin: part(3), fetchSite: part(4),
                    forwardedFor: part(5), forwardedProto: part(6), forwarded: part(7), peer: ClientAddress(shown.peer),
                    certificateNames: shown.certificate, tlsVersion: "TLSv1.3"),
                at: .now(), nanoseconds: Int64(seconds * 1e9))
        }
    }

    private func policy(_ token: NewToken, isRequired: Bool = false) -> AccessPolicy {
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "spark", rights: .read),
            certificateNames: ["DNS:spark.example.com"], createdAt: .now())
        return AccessPolicy(tokens: TokenRegistry([record]), isTokenRequired: isRequired)
    }

    @Test("says neither yes nor no to a token before the tokens are known", arguments: [true, false])
    func unknownTokens(isRequired: Bool) throws {
        let token = try NewToken()
        let directory = TokenRegistry(isComplete: false)
        let gate = try RequestAuthenticator(AccessPolicy(tokens: directory, isTokenRequired: isRequired))
        let shown = [
            Shown(token: token.text.revealed), Shown(authorization: "Bearer \(token.text.revealed)"),
            Shown(token: "nonsense"), Shown(certificate: ["DNS:spark.example.com"]),
        ]
        for shown in shown {
            let refusal = authenticate(gate, shown).refusal
            #expect(refusal?.reason == .tokensUnknown)
            #expect(refusal?.reason.status == 503)
            #expect(refusal?.fields.map(\.name) == ["Retry-After"])
        }
        #expect(authenticate(gate, Shown()).refusal?.reason == (isRequired ? .tokensUnknown : nil))
        directory.replace(with: [])
        #expect(authenticate(gate, Shown(token: token.text.revealed)).refusal?.reason == (isRequired ? .noToken : nil))
    }

    @Test("takes a token in either field, and the one that is valid when there are two")
    func tokens() throws {
        let token = try NewToken()
        let gate = try RequestAuthenticator(policy(token, isRequired: true))
        let text = token.text.revealed
        for shown in [
            Shown(token: text), Shown(authorization: "Bearer \(text)"), Shown(authorization: "bearer  \(text)"),
            Shown(token: "user:abc", authorization: "BEARER \(text)"),
            Shown(token: text, authorization: "Basic YTpi"), Shown(certificate: ["DNS:x", "DNS:spark.example.com"]),
            // With a valid token neither the origin nor the host matter.
            Shown(token: text, host: "evil.example", origin: "https://evil.example", site: "cross-site"),
        ] {
            let admission = authenticate(gate, shown)
            #expect(admission.refusal == nil, "\(shown)")
            #expect(admission.caller.name == "spark", "\(shown)")
        }
        for shown in [
            Shown(), Shown(token: "user:abc"), Shown(token: text + "x"), Shown(authorization: text),
            Shown(authorization: "Basic \(text)"), Shown(authorization: "Bearer"), Shown(token: ""),
            Shown(certificate: ["DNS:example.com"]),
        ] {
            #expect(authenticate(gate, shown).refusal?.reason == .noToken, "\(shown)")
        }
    }

    @Test(
        "refuses web pages of others where no token is needed",
        arguments: [
            (Shown(), nil),
            (Shown(host: nil), nil),
            (Shown(host: "127.0.0.1:3000"), nil), (Shown(host: "127.8.8.8"), nil), (Shown(host: "[::1]:3000"), nil),
            (Shown(host: "LocalHost"), nil), (Shown(host: "localhost."), nil), (Shown(host: "own.example:80"), nil),
            (Shown(host: "evil.example"), .foreignHost), (Shown(host: "localhost.evil.example"), .foreignHost),
            (Shown(host: "10.0.0.1:3000"), .foreignHost), (Shown(host: ""), .foreignHost),
            (Shown(host: "127.0.0.1.evil.example"), .foreignHost), (Shown(host: "[fd00::1]"), .foreignHost),
            (Shown(origin: "http://localhost:3000"), nil), (Shown(origin: "http://LOCALHOST:3000"), nil),
            (Shown(origin: "http://localhost:8080"), .foreignOrigin), (Shown(origin: "null"), .foreignOrigin),
            (Shown(origin: "https://evil.example"), .foreignOrigin), (Shown(origin: ""), .foreignOrigin),
            (Shown(host: nil, origin: "http://localhost:3000"), .foreignOrigin),
            (Shown(site: "same-origin"), nil), (Shown(site: "none"), nil),
            (Shown(site: "cross-site"), .foreignOrigin), (Shown(site: "same-site"), .foreignOrigin),
            (Shown(origin: "http://localhost:3000", site: "cross-site"), .foreignOrigin),
        ] as [(Shown, AccessRefusal.Reason?)])
    func pages(_ shown: Shown, _ reason: AccessRefusal.Reason?) throws {
        var policy = AccessPolicy()
        policy.hosts = HostPolicy(names: ["own.example"])
        let gate = try RequestAuthenticator(policy)
        #expect(authenticate(gate, shown).refusal?.reason == reason, "\(shown)")
        // A host that was found to be ours is remembered; the answers stay what they were.
        #expect(authenticate(gate, Shown()).refusal == nil)
        #expect(authenticate(gate, shown).refusal?.reason == reason, "\(shown)")
    }

    @Test("takes any address for its own where it listens beyond loopback, but no name")
    func addresses() throws {
        let gate = try RequestAuthenticator(AccessPolicy(hosts: HostPolicy(acceptsAddresses: true)))
        #expect(authenticate(gate, Shown(host: "10.0.0.1:3000")).refusal == nil)
        #expect(authenticate(gate, Shown(host: "evil.example")).refusal?.reason == .foreignHost)
    }

    @Test(
        "knows organizations by the host",
        arguments: [
            ("acme.example.com", "acme", false), ("ACME.example.com:3000", "acme", false), ("example.com", nil, false),
            ("localhost", nil, false), ("other.example.com", nil, true), ("a.acme.example.com", nil, true),
            ("acmeexample.com", nil, false), (".example.com", nil, false),
        ])
    func organizations(_ host: String, _ organization: String?, _ isUnknown: Bool) throws {
        let token = try NewToken()
        var policy = policy(token)
        policy.organizations = OrganizationPolicy(domain: "example.com", declared: ["acme"])
        let admission = authenticate(try RequestAuthenticator(policy), Shown(token: token.text.revealed, host: host))
        #expect(admission.organization == organization)
        #expect(admission.refusal?.reason == (isUnknown ? .unknownOrganization : nil))
    }

    @Test(
        "believes forwarded addresses from trusted proxies only",
        arguments: [
            (Shown(forwarded: "1.2.3.4", peer: "127.0.0.1"), "127.0.0.1"),
            (Shown(forwarded: "1.2.3.4", peer: "10.0.0.7"), "1.2.3.4"),
            (Shown(forwarded: "6.6.6.6, 1.2.3.4,  10.1.1.1", peer: "10.0.0.7"), "1.2.3.4"),
            (Shown(forwarded: "10.3.3.3", peer: "10.0.0.7"), "10.3.3.3"),
            (Shown(forwarded: "nonsense", peer: "10.0.0.7"), "10.0.0.7"),
            (Shown(forwarded: "6.6.6.6, nonsense, 10.1.1.1", peer: "10.0.0.7"), "10.1.1.1"),
            (Shown(forwarded: nil, peer: "10.0.0.7"), "10.0.0.7"),
            (Shown(forwarded: "fd00::5", peer: "10.0.0.7"), "fd00::5"),
        ])
    func proxies(_ shown: Shown, _ address: String) throws {
        let block = try #require(AddressBlock("10.0.0.0/8"))
        let gate = try RequestAuthenticator(AccessPolicy(trustedProxies: [block]))
        #expect(authenticate(gate, shown).address?.description == address)
    }

    @Test(
        "takes an address in every form that proxies write, and what stands left of it is not believed",
        arguments: [
            ("1.2.3.4:4711", "1.2.3.4"), ("[2001:db8::7]", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"), ("\"[2001:db8::7]:443\"", "2001:db8::7"), ("\"1.2.3.4\"", "1.2.3.4"),
            ("\" 1.2.3.4:1 \"", "1.2.3.4"), ("[1.2.3.4]:5", "1.2.3.4"), ("::ffff:1.2.3.4", "1.2.3.4"),
            ("[::ffff:1.2.3.4]:99", "1.2.3.4"), ("::FFFF:102:304", "1.2.3.4"), ("fe80::1%eth0", "fe80::1"),
            ("1.2.3.4:_hidden", "1.2.3.4"), ("6.6.6.6:1, 1.2.3.4:2, 10.1.1.1:3", "1.2.3.4"),
            ("1.2.3.4 ,\t10.1.1.1:3 ", "1.2.3.4"), ("6.6.6.6,1.2.3.4,,", "1.2.3.4"), (", ,1.2.3.4", "1.2.3.4"),
            // An open quote on the left swallows nothing.
            ("\"6.6.6.6, 1.2.3.4", "1.2.3.4"), ("6.6.6.6\", \"1.2.3.4\"", "1.2.3.4"), ("\\\", 1.2.3.4", "1.2.3.4"),
            ("1.2.3.4:", "10.0.0.7"), ("1.2.3.4:123456", "10.0.0.7"), ("1.2.3.4:80x", "10.0.0.7"), ("1.2.3.4:_", "10.0.0.7"),
            ("[2001:db8::7", "10.0.0.7"), ("[2001:db8::7]x", "10.0.0.7"), ("2001:db8::7]:1", "10.0.0.7"), ("[]", "10.0.0.7"),
            ("unknown", "10.0.0.7"), ("6.6.6.6, unknown, 10.1.1.1", "10.1.1.1"), ("", "10.0.0.7"), ("\"", "10.0.0.7"),
            ("example.com:80", "10.0.0.7"), ("6.6.6.6;1.2.3.4", "10.0.0.7"),
        ])
    func forwardedFor(_ value: String, _ address: String) throws {
        let gate = try RequestAuthenticator(AccessPolicy(trustedProxies: [try #require(AddressBlock("10.0.0.0/8"))]))
        #expect(authenticate(gate, Shown(forwarded: value, peer: "10.0.0.7")).address?.description == address)
        #expect(authenticate(gate, Shown(forwarded: value, peer: "9.9.9.9")).address?.description == "9.9.9.9")
    }

    @Test(
        "reads Forwarded where there is no X-Forwarded-For",
        arguments: [
            ("for=1.2.3.4", "1.2.3.4", nil), ("For=1.2.3.4;Proto=HTTPS;by=10.0.0.7", "1.2.3.4", true),
            ("for=\"1.2.3.4:4711\";proto=http", "1.2.3.4", false), ("for=\"[2001:db8::7]:80\"", "2001:db8::7", nil),
            ("for=\"[2001:db8::7]\"", "2001:db8::7", nil), ("for=[2001:db8::7]:1;host=x", "2001:db8::7", nil),
            ("by=_x;for=1.2.3.4;host=\"a;b, c\"", "1.2.3.4", nil), ("for = 1.2.3.4 ; proto = https", "1.2.3.4", true),
            ("for=6.6.6.6, for=1.2.3.4;proto=https, for=10.1.1.1;proto=http", "1.2.3.4", true),
            ("for=\"1.2.3.4:_port\"", "1.2.3.4", nil), ("for=1.2.3.4;", "1.2.3.4", nil),
            ("for=6.6.6.6;proto=https, for=10.1.1.1;proto=http, for=unknown", "10.0.0.7", nil),
            ("for=_gazonk", "10.0.0.7", nil), ("for=unknown;proto=https", "10.0.0.7", true),
            ("for=6.6.6.6, for=_hidden, for=10.1.1.1", "10.1.1.1", nil), ("proto=https", "10.0.0.7", true),
            ("for=6.6.6.6;for=1.2.3.4", "10.0.0.7", nil), ("for=\"1.2.3.4", "10.0.0.7", nil), ("for=\"1.2.\\3.4\"", "10.0.0.7", nil),
            ("for", "10.0.0.7", nil), ("for=", "10.0.0.7", nil), ("=1.2.3.4", "10.0.0.7", nil), ("1.2.3.4", "10.0.0.7", nil),
            ("for=\"1.2.3.4\"x", "10.0.0.7", nil), ("", "10.0.0.7", nil), (",,;;,", "10.0.0.7", nil),
            ("for=\"6.6.6.6, for=1.2.3.4", "1.2.3.4", nil), ("x=\", for=\"1.2.3.4\"", "1.2.3.4", nil),
        ] as [(String, String, Bool?)])
    func forwarded(_ value: String, _ address: String, _ isSecure: Bool?) throws {
        let gate = try RequestAuthenticator(AccessPolicy(trustedProxies: [try #require(AddressBlock("10.0.0.0/8"))]))
        let admission = authenticate(gate, Shown(standard: value, peer: "10.0.0.7"))
        #expect(admission.address?.description == address)
        #expect(admission.isForwardedSecurely == isSecure)
        let stranger = authenticate(gate, Shown(proto: "https", standard: value, peer: "9.9.9.9"))
        #expect(stranger.address?.description == "9.9.9.9")
        #expect(stranger.isForwardedSecurely == nil)
    }

    @Test("believes X-Forwarded-For where both are there, because a client may have sent the other")
    func bothForms() throws {
        let gate = try RequestAuthenticator(AccessPolicy(trustedProxies: [try #require(AddressBlock("10.0.0.0/8"))]))
        let both = Shown(forwarded: "1.2.3.4", standard: "for=6.6.6.6;proto=https", peer: "10.0.0.7")
        #expect(authenticate(gate, both).address?.description == "1.2.3.4")
        #expect(authenticate(gate, both).isForwardedSecurely == nil)
        let broken = Shown(forwarded: "unknown", standard: "for=6.6.6.6", peer: "10.0.0.7")
        #expect(authenticate(gate, broken).address?.description == "10.0.0.7")
        let proto = Shown(proto: "HTTP", standard: "for=1.2.3.4;proto=https", peer: "10.0.0.7")
        #expect(authenticate(gate, proto).isForwardedSecurely == false)
        #expect(authenticate(gate, proto).address?.description == "1.2.3.4")
    }

    @Test("counts the right end of lists of any length, in little time")
    func hugeLists() throws {
        let gate = try RequestAuthenticator(AccessPolicy(trustedProxies: [try #require(AddressBlock("10.0.0.0/8"))]))
        let clock = ContinuousClock()
        let strangers = String(repeating: "6.6.6.6, ", count: 14_000)
        for (value, address) in [
            (strangers + "1.2.3.4, 10.1.1.1", "1.2.3.4"), (strangers + "1.2.3.4:80", "1.2.3.4"),
            (String(repeating: "x", count: 130_000) + ",1.2.3.4", "1.2.3.4"),
            (String(repeating: "\"\\", count: 60_000) + ", 1.2.3.4", "1.2.3.4"),
            // A client of the inner network can write trusted addresses without end.
            (String(repeating: "10.9.9.9,", count: 14_000) + "10.1.1.1", "10.9.9.9"),
            (String(repeating: ",", count: 130_000), "10.0.0.7"), (String(repeating: "\"", count: 130_001), "10.0.0.7"),
            (String(repeating: "\\", count: 130_000) + "\"", "10.0.0.7"),
        ] {
            let took = clock.measure {
                let shown = Shown(forwarded: value, peer: "10.0.0.7")
                #expect(authenticate(gate, shown).address?.description == address)
            }
            #expect(took < .milliseconds(500), "\(value.prefix(20)) \(took)")
            let standard = value.replacing(/(\d+\.\d+\.\d+\.\d+(:80)?)/) { "for=\"\($0.1)\"" }
            let shown = Shown(standard: standard, peer: "10.0.0.7")
            #expect(authenticate(gate, shown).address?.description == address, "\(standard.suffix(60))")
        }
    }

    @Test("tells the version of TLS on")
    func tlsVersion() throws {
        #expect(authenticate(try RequestAuthenticator(AccessPolicy()), Shown()).tlsVersion == "TLSv1.3")
    }

    @Test("counts the requests of an address, says so in fields, and lets it continue later")
    func rate() throws {
        let gate = try RequestAuthenticator(AccessPolicy(addressRate: RequestRate(perSecond: 2, burst: 4)))
        func fields(_ admission: RequestIdentity) -> [String: String] {
            Dictionary(admission.rateFields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
        for remaining in [3, 2, 1, 0] {
            let admission = authenticate(gate, Shown())
            #expect(admission.refusal == nil)
            #expect(fields(admission)["RateLimit-Policy"] == "\"address\";q=4;w=2")
            #expect(fields(admission)["RateLimit"]?.hasPrefix("\"address\";r=\(remaining);t=") == true)
        }
        let refusal = try #require(authenticate(gate, Shown()).refusal)
        #expect(refusal.reason == .tooMany)
        #expect(refusal.fields.contains { $0 == ("Retry-After", "1") })
        #expect(refusal.violatedPolicies == ["address"])
        #expect(authenticate(gate, Shown(peer: "127.0.0.2")).refusal == nil)
        #expect(authenticate(gate, Shown(), at: 0.5).refusal == nil)
        #expect(authenticate(gate, Shown(), at: 0.6).refusal?.reason == .tooMany)
        #expect(authenticate(gate, Shown(), at: 60).rateFields.contains { $0.value.hasPrefix("\"address\";r=3") })
    }

    @Test("counts the requests of a token from wherever they come")
    func tokenRate() throws {
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "spark", rights: .read), createdAt: .now())
        let gate = try RequestAuthenticator(
            AccessPolicy(tokens: TokenRegistry([record]), tokenRate: RequestRate(perSecond: 1, burst: 2)))
        let text = token.text.revealed
        #expect(authenticate(gate, Shown(token: text, peer: "10.0.0.1")).refusal == nil)
        #expect(authenticate(gate, Shown(token: text, peer: "10.0.0.2")).refusal == nil)
        #expect(authenticate(gate, Shown(token: text, peer: "10.0.0.3")).refusal?.violatedPolicies == ["token"])
        #expect(authenticate(gate, Shown()).refusal == nil)
    }
}

@Suite("A rate limiter")
struct RateLimiterTests {
    @Test("keeps no more keys than it may, and new ones share a bucket then")
    func bounded() throws {
        let limiter = RateLimiter<Int>(rate: try #require(RequestRate(perSecond: 1, burst: 1)), keys: 160)
        var allowed = 0
        for key in 0..<10_000 where limiter.count(key, at: 0).isAllowed { allowed += 1 }
        // Sixteen shards of ten keys, and one shared bucket in each.
        #expect(allowed == 16 * 11)
        // A second later all is forgotten that is worth nothing any more.
        #expect(limiter.count(20_000, at: 2_000_000_000).isAllowed)
    }

    @Test("allows in the long run exactly its rate", arguments: [1, 7, 100, 1000])
    func longRun(_ perSecond: Int) throws {
        let limiter = RateLimiter<Int>(rate: try #require(RequestRate(perSecond: perSecond, burst: perSecond)))
        var allowed = 0
        for millisecond in 0..<20_000 where limiter.count(0, at: Int64(millisecond) * 1_000_000).isAllowed { allowed += 1 }
        #expect(abs(allowed - (perSecond * 20 + perSecond)) <= 1 + perSecond / 1000 * 1000)
    }

    @Test("knows no rate of nothing")
    func none() {
        #expect(RequestRate(perSecond: 0, burst: 5) == nil)
        #expect(RequestRate(perSecond: 5)?.burst == 5)
    }
}

@Suite("Addresses and networks")
struct ClientAddressTests {
    @Test(
        "are read from their bytes",
        arguments: [
            ([10, 0, 0, 7], "10.0.0.7"), ([UInt8](repeating: 0, count: 15) + [1], "::1"),
            ([0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7], "2001:db8::7"),
            ([UInt8](repeating: 0, count: 10) + [0xff, 0xff, 1, 2, 3, 4], "1.2.3.4"), ([], nil), ([1, 2, 3], nil),
            ([UInt8](repeating: 0, count: 17), nil),
        ] as [([UInt8], String?)])
    func bytes(_ bytes: [UInt8], _ expected: String?) {
        #expect(ClientAddress(networkBytes: bytes)?.description == expected)
    }

    @Test(
        "are read and written in their usual form",
        arguments: [
            ("10.0.0.7", "10.0.0.7"), ("::1", "::1"), ("FD00:0:0::1", "fd00::1"), ("::ffff:10.0.0.7", "10.0.0.7"),
            ("fe80::1%eth0", "fe80::1"), ("", nil), ("10.0.0", nil), ("10.0.0.256", nil), ("example.com", nil),
            ("::1::", nil), (String(repeating: "1", count: 100), nil),
        ])
    func text(_ text: String, _ expected: String?) {
        #expect(ClientAddress(text)?.description == expected)
    }

    @Test(
        "contain what is theirs",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false),
            ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("::/0", "1.2.3.4", true),
            ("2001:db8::/65", "2001:db8::1", true), ("2001:db8::/65", "2001:db8:0:0:8000::", false),
            ("10.0.0.0/31", "10.0.0.1", true), ("10.0.0.0/31", "10.0.0.2", false),
        ])
    func network(_ block: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(try #require(ClientAddress(address))) == isInside)
    }

    @Test("are refused in any other form", arguments: ["", "10.0.0.0/33", "fd00::/129", "10.0.0.0/x", "a/8", "10.0.0.0/-1", "/8"])
    func refused(_ text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
