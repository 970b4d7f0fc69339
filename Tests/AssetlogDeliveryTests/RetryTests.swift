import AssetlogCore
import Testing

@testable import AssetlogDelivery

@Suite("Trying again")
struct RetryTests {
    private static let policy = RetryPolicy(
        firstPause: .milliseconds(100), longestPause: .seconds(1), longestRetryAfter: .seconds(60), patience: .seconds(300))
    private static let date = Timestamp("2026-11-22T10:00:00Z") ?? Timestamp(microseconds: 0)

    private static func action(
        _ outcome: RetryState.Outcome, now: Duration = .zero, random: Double = 1, policy: RetryPolicy = policy
    ) -> RetryState.Action {
        var state = RetryState(policy, start: .zero)
        return state.next(outcome, now: now, date: date, random: random)
    }

    @Test("follows these statuses", arguments: [408, 425, 429, 500, 502, 503, 504])
    func retriable(_ status: Int) {
        #expect(Self.action(.answer(status, retryAfter: nil)) == .retry(after: .milliseconds(100)))
    }

    @Test("follows no other status", arguments: [200, 201, 301, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 431, 451, 501, 505])
    func final(_ status: Int) {
        #expect(Self.action(.answer(status, retryAfter: "1")) == .accept)
    }

    @Test(
        "follows broken connections, and not mistakes",
        arguments: [
            (DeliveryError.Code.unreachable, RetryState.Action.retry(after: .milliseconds(100))),
            (.timedOut, .retry(after: .milliseconds(100))), (.interrupted, .retry(after: .milliseconds(100))),
            (.untrusted, .fail), (.invalidRequest, .fail), (.unavailable, .fail), (.cancelled, .fail), (.failed, .fail),
        ])
    func failures(_ code: DeliveryError.Code, _ expected: RetryState.Action) {
        #expect(Self.action(.failure(DeliveryError(code, ""))) == expected)
    }

    @Test("doubles the bound of the pause up to the longest one")
    func growth() {
        var state = RetryState(Self.policy, start: .zero)
        let pauses = (0..<6).map { _ in
            state.next(.answer(503, retryAfter: nil), now: .zero, date: Self.date, random: 1)
        }
        #expect(pauses == [100, 200, 400, 800, 1000, 1000].map { .retry(after: .milliseconds($0)) })
    }

    @Test("takes any part of the bound", arguments: [(0.0, 0), (0.25, 25), (0.5, 50), (-1, 0), (7, 100)])
    func jitter(_ random: Double, _ milliseconds: Int) {
        #expect(Self.action(.answer(500, retryAfter: nil), random: random) == .retry(after: .milliseconds(milliseconds)))
    }

    @Test(
        "waits as long as the server asks, within bounds",
        arguments: [
            ("2", 2000), ("0", 0), ("60", 60_000), ("61", 60_000), ("99999999999999999999999", 60_000),
            ("Sun, 22 Nov 2026 10:00:05 GMT", 5000), ("Sun, 22 Nov 2026 09:59:00 GMT", 0), ("Mon, 22 Nov 2027 10:00:00 GMT", 60_000),
        ])
    func retryAfter(_ value: String, _ milliseconds: Int) {
        #expect(Self.action(.answer(429, retryAfter: value), random: 0) == .retry(after: .milliseconds(milliseconds)))
    }

    @Test("ignores a wish that can't be read", arguments: ["", "-1", "1.5", "soon", "Sun, 22 Nov 2026", "Sun, 32 Nov 2026 10:00:05 GMT"])
    func unreadable(_ value: String) {
        #expect(Self.action(.answer(503, retryAfter: value)) == .retry(after: .milliseconds(100)))
    }

    @Test(
        "ends when the next attempt would come too late",
        arguments: [
            (299, "1", RetryState.Action.retry(after: .seconds(1))), (299, "2", .giveUp), (300, "0", .retry(after: .zero)),
            (301, "0", .giveUp),
        ])
    func patience(_ now: Int, _ retryAfter: String, _ expected: RetryState.Action) {
        #expect(Self.action(.answer(503, retryAfter: retryAfter), now: .seconds(now), random: 0) == expected)
    }
}

@Suite("What is said about a request")
struct OutboundRequestTests {
    @Test(
        "names the server, and nothing secret",
        arguments: [
            ("https://example.com/path?token=secret", "https://example.com"), ("http://user:secret@host:80/x", "http://host:80"),
            ("nothing", "the server"),
        ])
    func origin(_ url: String, _ expected: String) {
        #expect(OutboundRequest(url: url).origin == expected)
    }

    @Test("prints no value of a header")
    func headers() {
        var text = ""
        dump(OutboundRequest(url: "http://h", headers: [.init("Authorization", "Bearer secret")]), to: &text)
        #expect(!text.contains("secret"))
        #expect(text.contains("Authorization"))
    }
}
