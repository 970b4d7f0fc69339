import AssetlogAccess
import AssetlogCore
import AssetlogLog
import Foundation
import HTTPTypes
import Testing

@testable import AssetlogAPI

@Suite("Events that are void")
struct VoidedEventTests {
    private let server: Server

    init() async throws {
        server = try await Server()
        server.log.start()
    }

    private func void(_ event: Event) async throws {
        #expect(try await server.ask(.post, "/api/v1/events/\(event.id)/void", body: #"{"reason":"wrong"}"#).status == 200)
    }

    private func walk(_ query: String) async throws -> [Int] {
        var (after, walked) = (0, [Int]())
        for _ in 0..<1000 {
            let page = try await server.get("/api/v1/events?after=\(after)&\(query)").page()
            walked += page.sequences
            guard page.next != after else { return walked }
            after = page.next
        }
        Issue.record("the pages do not end")
        return walked
    }

    @Test("are read back as such, one by one and in pages, as soon as they are void")
    func marked() async throws {
        let events = [Event.sample(), .sample(.check), .sample()]
        try server.record(events)
        try await void(events[1])
        let found = try await server.get("/api/v1/events/\(events[1].id)").json()
        let page = try await server.get("/api/v1/events").json()
        let listed = try #require(page["events"] as? [[String: Any]])
        for event in [found, listed[1]] {
            let voided = try #require(event["voided"] as? [String: Any])
            #expect(voided.keys.sorted() == ["by", "event_id", "reason", "timestamp"])
            #expect(voided["event_id"] as? String == events[1].id.voidID.description)
            #expect(voided["reason"] as? String == "wrong" && voided["by"] is NSNull)
            #expect(voided["timestamp"] as? String == listed[3]["timestamp"] as? String)
        }
        #expect(listed.map { $0["voided"] == nil } == [true, false, true, true])
        #expect(listed[3]["voids"] as? String == events[1].id.description && listed[3]["reason"] as? String == "wrong")
    }

    @Test(
        "are left out, or alone are shown, in every order and with every limit", arguments: ["asc", "desc", "latest"], [1, 2, 3, 7, 1000])
    func filtered(order: String, limit: Int) async throws {
        let events = (0..<40).map { Event.sample(after: $0 * 7 % 40) }
        try server.record(events)
        let void = Set([0, 1, 2, 5, 17, 18, 19, 20, 21, 22, 38, 39])
        for index in void.sorted() { try await self.void(events[index]) }
        let everything = try await walk("order=\(order)&limit=1000")
        #expect(everything.count == 40 + void.count)
        let expected = everything.filter { !void.contains($0 - 1) }
        #expect(try await walk("order=\(order)&limit=\(limit)&voided=false") == expected)
        #expect(try await walk("order=\(order)&limit=\(limit)&voided=true") == everything.filter { void.contains($0 - 1) })
    }

    @Test("do not hide the latest event that counts, however many there are after it")
    func latest() async throws {
        let events = (0..<600).map { Event.sample(after: $0) }
        try server.record(events)
        for event in events.dropFirst(20) { try await void(event) }
        let page = try await server.get("/api/v1/events?asset=warehouse/orders&kind=materialization&voided=false&order=latest&limit=1")
        #expect(try page.page().sequences == [20])
    }

    @Test("are looked for among so many events of a page only")
    func bounded() async throws {
        try server.record((0..<10_500).map { .sample(after: $0) })
        let page = try await server.get("/api/v1/events?voided=true&limit=1").page()
        #expect(page.sequences == [] && page.next == 10_000)
        #expect(try await server.get("/api/v1/events?voided=true&limit=1&after=10000").page().next == 10_500)
    }

    @Test("are none of what was wiped: that stays readable as it is")
    func wiped() async throws {
        let event = Event.sample()
        try server.record([event])
        #expect(try await server.ask(.post, "/api/v1/asset/wipe", body: #"{"asset":"warehouse/orders","reason":"r"}"#).status == 200)
        #expect(try await server.get("/api/v1/events/\(event.id)").json()["voided"] == nil)
        #expect(try await walk("voided=false") == [1, 2])
    }

    @Test("A filter that is neither true nor false is refused")
    func parameter() async throws {
        #expect(try await server.get("/api/v1/events?voided=yes").problem(400).contains("must be true or false"))
    }
}
