#if Webhook
import AssetlogCore
import Testing

@testable import AssetlogWebhookExporter

@Suite("A chat message")
struct SlackTests {
    private static let link = " (<https://a.example/event/01990000-0000-7000-8000-000000000001|event>)"

    @Test(
        "is one line with what happened, to what, why, and links",
        arguments: [
            (
                WebhookFixture.event(1, .materializationFailed, details: #"{"failure":{"reason":"UNKNOWN","message":"out of\nmemory"}}"#),
                FailureMemory.Occurrence.failure,
                "Failed: <https://a.example/asset/warehouse/orders|warehouse/orders>: UNKNOWN, out of memory"
            ),
            (
                WebhookFixture.check(1, passed: false), .failure, "Check failed (ERROR): rows of <https://a.example/asset/orders|orders>"
            ),
            (WebhookFixture.check(1, passed: true), .recovery, "Recovered, check passed: rows of <https://a.example/asset/orders|orders>"),
            (WebhookFixture.check(1, passed: true), .other, "Check passed: rows of <https://a.example/asset/orders|orders>"),
            (
                WebhookFixture.event(1, .void, partition: "p", details: #"{"voids":"x","reason":"the <wrong> file"}"#), .other,
                "Event voided: <https://a.example/asset/warehouse/orders|warehouse/orders>, partition p: the &lt;wrong&gt; file"
            ),
            (
                WebhookFixture.event(1, .wipe, details: #"{"partitions":["a","b"],"reason":"a new key"}"#), .other,
                "Wiped: <https://a.example/asset/warehouse/orders|warehouse/orders>: 2 partitions, a new key"
            ),
            (
                WebhookFixture.event(1, .wipe, details: #"{"reason":"a new key"}"#), .other,
                "Wiped: <https://a.example/asset/warehouse/orders|warehouse/orders>: a new key"
            ),
            (
                WebhookFixture.event(1, key: ["a/b", "c|<d>"], partition: "x&y"), .recovery,
                "Recovered, materialized: <https://a.example/asset/a%2Fb/c%7C%3Cd%3E|a/b/c|&lt;d&gt;>, partition x&amp;y"
            ),
            (
                WebhookFixture.event(1, .observation, deployment: "prod", details: #"{"description":"<!channel> & more"}"#), .other,
                "Observed: <https://a.example/prod/asset/warehouse/orders|warehouse/orders> in prod: &lt;!channel&gt; &amp; more"
            ),
        ])
    func line(_ event: LoggedEvent, _ occurrence: FailureMemory.Occurrence, _ text: String) {
        let link = event.deployment == "default" ? Self.link : Self.link.replacing("/event", with: "/prod/event")
        #expect(SlackFormat(publicURL: "https://a.example").text(event, occurrence) == text + link)
    }

    @Test("has no links where nobody said where the server is")
    func noLinks() {
        #expect(SlackFormat(publicURL: nil).text(WebhookFixture.event(), .recovery) == "Recovered, materialized: warehouse/orders")
    }

    @Test("is short, whatever was reported")
    func short() {
        let text = String(repeating: "<", count: 5000)
        let event = WebhookFixture.event(
            1, .materializationFailed, key: [text], partition: text, details: #"{"description":"\#(text)"}"#)
        #expect(SlackFormat(publicURL: nil).text(event, .failure).utf8.count < 4000)
        #expect(SlackFormat(publicURL: nil).text(event, .failure).contains("…"))
    }
}

@Suite("What is failing")
struct FailureMemoryTests {
    /// Records events in turn, as shown messages, and returns what each meant.
    private static func occurrences(_ events: [LoggedEvent], limit: Int = FailureMemory.capacity) -> [FailureMemory.Occurrence] {
        var memory = FailureMemory(limit: limit)
        return events.map { event in
            let occurrence = memory.occurrence(event)
            memory.record(event, occurrence)
            return occurrence
        }
    }

    @Test("recovers with the next success, once")
    func recovers() {
        let failed = WebhookFixture.event(1, .materializationFailed)
        let ok = WebhookFixture.event(2)
        #expect(Self.occurrences([ok, failed, failed, ok, ok]) == [.other, .failure, .failure, .recovery, .other])
        let checks = [true, false, true, true].enumerated().map { WebhookFixture.check(Int64($0 + 1), passed: $1) }
        #expect(Self.occurrences(checks) == [.other, .failure, .recovery, .other])
    }

    @Test(
        "recovers by nothing else",
        arguments: [
            WebhookFixture.event(2, .observation), WebhookFixture.event(2, .materializationStarted), WebhookFixture.event(2, .void),
            WebhookFixture.event(2, .wipe),
            WebhookFixture.event(2, .materializationSkipped), WebhookFixture.event(2, partition: "a"),
            WebhookFixture.event(2, key: ["warehouse"]), WebhookFixture.event(2, deployment: "prod"),
            WebhookFixture.check(2, passed: true, key: ["warehouse", "orders"]),
        ])
    func stays(_ event: LoggedEvent) {
        #expect(Self.occurrences([WebhookFixture.event(1, .materializationFailed), event]) == [.failure, .other])
        #expect(Self.occurrences([WebhookFixture.event(1, .materializationFailed), event, WebhookFixture.event(3)]).last == .recovery)
    }

    @Test("is told apart by the name of the check")
    func checks() {
        let events = [WebhookFixture.check(1, passed: false, name: "a"), WebhookFixture.check(2, passed: true, name: "b")]
        #expect(Self.occurrences(events) == [.failure, .other])
    }

    @Test("is forgotten, the oldest first, when there is too much of it")
    func bounded() {
        let failures = (1...11).map { WebhookFixture.event($0, .materializationFailed, key: ["\($0)"]) }
        let successes = (1...11).map { WebhookFixture.event($0, key: ["\($0)"]) }
        let occurrences = Self.occurrences(failures + successes, limit: 10)
        #expect(occurrences[11] == .other)
        #expect(occurrences[21] == .recovery)
    }
}
#endif
