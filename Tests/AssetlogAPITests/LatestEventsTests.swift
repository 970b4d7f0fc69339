import AssetlogAccess
import AssetlogCore
import Testing

@Suite("GET /api/v1/events?order=latest")
struct LatestEventsTests {
    /// Reported in this order; the numbers are the seconds at which they happened.
    private static let seconds: [Int64] = [10, 40, 20, 40, 5, 90, 30, 40, 0, 60]
    /// The sequences of these, what happened last first.
    private static let latest = [6, 10, 8, 4, 2, 7, 3, 1, 5, 9]

    private func record(_ server: Server, key: [String] = ["warehouse", "orders"]) throws {
        try server.record(Self.seconds.map { .sample(key: key, after: $0) })
    }

    private func walk(
        _ server: Server, _ query: String, _ admission: RequestIdentity = .init()
    ) async throws -> [Int] {
        var (after, walked) = (0, [Int]())
        for _ in 0..<1000 {
            let page = try await server.get("/api/v1/events?order=latest&after=\(after)&\(query)", admission).page()
            walked += page.sequences
            // A page may be empty before the end, as long as it leads on.
            guard page.next != after else {
                #expect(page.sequences.isEmpty)
                return walked
            }
            after = page.next
        }
        Issue.record("the pages do not end")
        return walked
    }

    @Test("gives what happened last first, and of one time what was reported last", arguments: [1, 2, 3, 4, 9, 10, 1000])
    func order(_ limit: Int) async throws {
        let server = try await Server()
        #expect(try await server.get("/api/v1/events?order=latest").text == #"{"events":[],"next":0}"#)
        try record(server)
        #expect(try await walk(server, "limit=\(limit)") == Self.latest)
    }

    @Test("is combined with every filter")
    func filters() async throws {
        let server = try await Server(deployments: ["prod"])
        try record(server)
        try server.record([
            .sample(.check, after: 50), .sample(key: ["a"], after: 70), .sample(deployment: "prod", after: 80),
            .sample(.check, after: 1),
        ])
        #expect(try await walk(server, "kind=check&limit=1") == [11, 14])
        #expect(try await walk(server, "asset_key=%5B%22a%22%5D") == [12])
        #expect(try await walk(server, "from=2026-11-23T00:00:30Z&to=2026-11-23T00:01:00Z&limit=2") == [11, 8, 4, 2, 7])
        #expect(try await server.get("/prod/api/v1/events?order=latest&limit=1").page().sequences == [13])
    }

    @Test("continues only from an event that the caller may read", arguments: [11, 12, 13, 1_000_000, Int.max])
    func unknown(_ after: Int) async throws {
        let server = try await Server(deployments: ["prod"])
        try record(server)
        try server.record([.sample(deployment: "prod"), .sample(key: ["raw"])])
        let grant = AccessGrant(name: "reader", rights: .read, assets: [try #require(PartPattern("warehouse/*"))])
        let answer = try await server.get(
            "/api/v1/events?order=latest&after=\(after)", RequestIdentity(caller: Caller(grant: grant)))
        // The same sentence, whether there is none or it is not the caller's.
        #expect(try answer.problem(400).contains("There is no event \(after)."))
        #expect(try answer.json()["parameter"] as? String == "after")
    }

    @Test("hides what a token does not cover", arguments: [1, 3, 20])
    func granted(_ limit: Int) async throws {
        let server = try await Server()
        try record(server, key: ["warehouse", "orders"])
        // All of them later.
        try server.record((0..<1500).map { .sample(key: ["raw"], after: 1000 + $0) })
        try server.record([.sample(key: ["warehouse", "late"], after: -1)])
        let grant = AccessGrant(name: "reader", rights: .read, assets: [try #require(PartPattern("warehouse/*"))])
        let admission = RequestIdentity(caller: Caller(grant: grant))
        #expect(try await walk(server, "limit=\(limit)", admission) == Self.latest + [1511])
        #expect(try await walk(server, "asset_key=%5B%22raw%22%5D", admission) == [])
    }
}
