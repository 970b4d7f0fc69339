import AssetlogAccess
import AssetlogCore
import AssetlogTesting
import HTTPTypes
import TestSupport
import Testing

@testable import AssetlogAPI

@Suite("A read that few events pass")
struct BoundedReadTests {
    private static let lake = [1, 2, 9_000, 10_999, 11_000].map { Int64($0) }
    private static let count: Int64 = 11_000

    /// A log of which a few events are of the asset `lake/a`, and all others of `raw`, in a deployment of two.
    private static func server() async throws -> Server {
        let server = try await Server(deployments: ["few"])
        let events = (1...count).map { sequence -> Event in
            .sample(key: lake.contains(sequence) ? ["lake", "a"] : ["raw"], after: sequence)
        }
        try server.record(events)
        return server
    }

    static func reader(_ assets: String..., deployments: [String] = [], rights: AccessRights = .read) throws -> RequestIdentity {
        func patterns(_ texts: [String]) throws -> [PartPattern] { try texts.map { try #require(PartPattern($0)) } }
        let grant = AccessGrant(
            name: "reader", rights: rights, assets: try patterns(assets), deployments: try patterns(deployments))
        return RequestIdentity(caller: Caller(grant: grant))
    }

    static func skipped(_ server: Server) async throws -> Int {
        let text = try await server.get("/metrics").text
        let match = try #require(text.firstMatch(of: /assetlog_read_events_total\{result="skipped"\} (\d+)/))
        return try #require(Int(match.output.1))
    }

    @Test("looks at a bounded number of events, and the pages lead to each that does", arguments: ["asc", "desc", "latest"])
    func walk(_ order: String) async throws {
        let server = try await Self.server()
        for (query, admission, expected) in [
            ("limit=2", try Self.reader("lake/*"), Self.lake), ("limit=1", try Self.reader("none/of/these"), []),
            ("limit=100&kind=check", RequestIdentity(), []), ("limit=100&from=2036-01-01T00:00:00Z", RequestIdentity(), []),
        ] {
            var (after, found, requests, before) = (0, [Int](), 0, try await Self.skipped(server))
            while true {
                let page = try await server.get("/api/v1/events?order=\(order)&after=\(after)&\(query)", admission).page()
                let skipped = try await Self.skipped(server)
                #expect(skipped - before <= 10_000, "\(query)")
                before = skipped
                found += page.sequences
                requests += 1
                if page.next == after { break }
                after = page.next
                try #require(requests < 100, "the pages do not end")
            }
            #expect(found == (order == "asc" ? expected : expected.reversed()).map { Int($0) }, "\(query)")
        }
        // In the order of the log `next` says it as well.
        guard order == "asc" else { return }
        let page = try await server.get("/api/v1/events?kind=check").page()
        #expect((page.sequences, page.next) == ([], 10_000))
    }

    @Test("continues behind an event that the caller may not read, without naming it")
    func hidden() async throws {
        let server = try await Self.server()
        let reader = try Self.reader("none/of/these")
        let first = try await server.get("/api/v1/events?order=latest", reader).page()
        #expect(first.sequences.isEmpty)
        #expect(first.next > 1 << 52)
        // Neither its sequence nor a number of another one is accepted.
        for after in [Int(Self.count) - 9_999, 5_000, first.next + 1, first.next - 1] {
            let answer = try await server.get("/api/v1/events?order=latest&after=\(after)", reader)
            #expect(try answer.problem(400).contains("There is no event \(after)."))
        }
    }

    @Test("finds no deployment of few events slower than that")
    func deployment() async throws {
        let server = try await Self.server()
        try server.record([.sample(deployment: "few", after: -5)])
        for (order, expected) in [("asc", [0, 1]), ("desc", [1, 0]), ("latest", [0, 1])] {
            var (after, found) = (0, [Int]())
            for _ in 0..<2 {
                let page = try await server.get("/few/api/v1/events?order=\(order)&after=\(after)").page()
                found.append(page.sequences.count)
                after = page.next
            }
            #expect(found == expected, "\(order)")
        }
    }

    @Test("keeps no other caller from reading, however many one caller starts", arguments: ["limit=1", "limit=1000"])
    func fairness(_ query: String) async throws {
        let gate = Gate()
        let slow = SlowStorage(inner: try await Server.memoryStorage(), gate: gate)
        let server = try await Server(deployments: ["slow"], storage: slow)
        let greedy = try Self.reader()
        let reads = (0..<100).map { _ in Task { try await server.get("/slow/api/v1/events?\(query)", greedy).status } }
        let share = query == "limit=1" ? 8 : 2
        let size = query == "limit=1" ? "small" : "large"
        func running() async throws -> Bool {
            try await server.get("/metrics").text.contains(#"assetlog_reads{size="\#(size)",state="running"} \#(share)"#)
        }
        while try await !running() { try await Task.sleep(for: .milliseconds(5)) }
        var other = RequestIdentity()
        other.address = ClientAddress("192.0.2.1")
        #expect(try await server.get("/api/v1/events?\(query)", other).status == 200)
        gate.open()
        for read in reads { #expect([200, 503].contains(try await read.value)) }
        let text = try await server.get("/metrics").text
        for state in ["running", "waiting"] { #expect(text.contains(#"assetlog_reads{size="\#(size)",state="\#(state)"} 0"#)) }
    }
}

/// A storage whose reads of one deployment wait until a gate is opened.
private struct SlowStorage: ForwardingStorage {
    let inner: any Storage
    let gate: Gate

    func events(_ query: EventQuery) async throws -> EventPage {
        if query.deployment == "slow" { await gate.wait() }
        return try await inner.events(query)
    }
}
