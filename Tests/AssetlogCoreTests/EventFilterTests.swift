import AssetlogCore
import Testing

@Suite("A filter of events")
struct EventFilterTests {
    private static func event(
        _ kind: EventKind = .check, key: [String] = ["a", "b"], partition: String? = "p", details: String = check
    ) -> Event {
        Event(
            id: EventID(high: 1, low: 2), deployment: "prod", kind: kind, assetKey: AssetKey(key), partition: partition,
            timestamp: Timestamp(microseconds: 1000), receivedAt: Timestamp(microseconds: 2000), details: Array(details.utf8))
    }

    private static let check = #"{"metadata":{"passed":{"type":"bool","value":false}},"check_name":"é","passed":true,"severity":"WARN"}"#

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var filter: EventFilter
        var event = EventFilterTests.event()
        var passes = true
    }

    private static func pattern(_ text: String) -> PartPattern {
        guard let pattern = PartPattern(text) else { preconditionFailure("\(text) is no pattern") }
        return pattern
    }

    private static let cases: [Case] = [
        Case(testDescription: "nothing", filter: EventFilter()),
        Case(testDescription: "the deployment", filter: EventFilter(deployment: "prod")),
        Case(testDescription: "another deployment", filter: EventFilter(deployment: "default"), passes: false),
        Case(testDescription: "the key", filter: EventFilter(assetKey: AssetKey(["a", "b"]))),
        Case(testDescription: "another key", filter: EventFilter(assetKey: AssetKey(["a"])), passes: false),
        Case(testDescription: "the first part", filter: EventFilter(prefix: AssetKey(["a"]))),
        Case(testDescription: "the whole key as prefix", filter: EventFilter(prefix: AssetKey(["a", "b"]))),
        Case(testDescription: "a longer prefix", filter: EventFilter(prefix: AssetKey(["a", "b", "c"])), passes: false),
        Case(
            testDescription: "half a part", filter: EventFilter(prefix: AssetKey(["a"])), event: event(key: ["ab"]),
            passes: false),
        Case(
            testDescription: "a part that looks like two", filter: EventFilter(prefix: AssetKey(["a"])),
            event: event(key: ["a\",\"b"]), passes: false),
        Case(testDescription: "one of two patterns", filter: EventFilter(assets: [pattern("x"), pattern("a/*")])),
        Case(testDescription: "none of the patterns", filter: EventFilter(assets: [pattern("a"), pattern("b/**")]), passes: false),
        Case(testDescription: "no pattern at all", filter: EventFilter(assets: []), passes: false),
        Case(
            testDescription: "a pattern outside the prefix", filter: EventFilter(prefix: AssetKey(["b"]), assets: [pattern("a/*")]),
            passes: false),
        Case(testDescription: "one of the kinds", filter: EventFilter(kinds: [.check, .observation])),
        Case(testDescription: "none of the kinds", filter: EventFilter(kinds: [.observation]), passes: false),
        Case(testDescription: "no kind at all", filter: EventFilter(kinds: []), passes: false),
        Case(testDescription: "the partition", filter: EventFilter(partition: "p")),
        Case(
            testDescription: "no partition is not the empty one", filter: EventFilter(partition: ""), event: event(partition: nil),
            passes: false),
        Case(testDescription: "the empty partition", filter: EventFilter(partition: ""), event: event(partition: "")),
        Case(
            testDescription: "a partition that only looks the same", filter: EventFilter(partition: "e\u{301}"),
            event: event(partition: "\u{e9}"), passes: false),
        Case(testDescription: "the check's name", filter: EventFilter(checkName: "\u{e9}")),
        Case(testDescription: "a name that only looks the same", filter: EventFilter(checkName: "e\u{301}"), passes: false),
        Case(testDescription: "passed, and not its metadata", filter: EventFilter(passed: true)),
        Case(testDescription: "not failed", filter: EventFilter(passed: false), passes: false),
        Case(testDescription: "name and result", filter: EventFilter(checkName: "é", passed: true)),
        Case(
            testDescription: "only checks have a result", filter: EventFilter(passed: true),
            event: event(.materialization, details: check), passes: false),
        Case(
            testDescription: "a name with escapes", filter: EventFilter(checkName: "a \"b\"\n\u{1}"),
            event: event(details: #"{"check_name":"a \"b\"\n\u0001","passed":false}"#)),
        Case(testDescription: "details without a name", filter: EventFilter(checkName: "x"), event: event(details: "{}"), passes: false),
        Case(testDescription: "damaged details", filter: EventFilter(passed: true), event: event(details: #"{"passed"#), passes: false),
        Case(testDescription: "from then on", filter: EventFilter(from: Timestamp(microseconds: 1000))),
        Case(testDescription: "before then", filter: EventFilter(to: Timestamp(microseconds: 1000)), passes: false),
    ]

    @Test("lets pass what fits every filter, in either form of an event", arguments: cases)
    func matches(_ one: Case) {
        #expect(one.filter.matches(one.event) == one.passes)
        #expect(one.event.withColumns { one.filter.matches($0) } == one.passes)
    }

    @Test("names the texts between which the keys below a prefix are")
    func bounds() {
        let (lower, upper) = AssetKey(["a", "b"]).boundsBelow
        for (key, isBetween) in [
            (["a", "b", ""], true), (["a", "b", "c", "d"], true), (["a", "b"], false), (["a", "bc"], false), (["a"], false),
            (["a", "b\",\"c"], false),
        ] {
            let text = Array(AssetKey(key).canonical.utf8)
            let isInside = !text.lexicographicallyPrecedes(Array(lower.utf8)) && text.lexicographicallyPrecedes(Array(upper.utf8))
            #expect(isInside == isBetween, "\(key)")
            #expect(AssetKey(key).isBelow(AssetKey(["a", "b"])) == (isBetween || key == ["a", "b"]), "\(key)")
        }
    }

    @Test("continues behind an event in its own direction")
    func continuation() {
        let end = EventTimeKey(timestamp: Timestamp(microseconds: 5), sequence: 3)
        let earlier = EventTimeKey(timestamp: Timestamp(microseconds: 4), sequence: 9)
        for (order, next) in [
            (EventQuery.Order.ascending(after: 0), EventQuery.Order.ascending(after: 3)),
            (.descending(before: nil), .descending(before: 3)), (.descending(before: 7), .descending(before: 3)),
            (.latest(before: nil), .latest(before: end)), (.latest(before: earlier), .latest(before: end)),
        ] {
            #expect(order.after(end) == next)
        }
        #expect(EventPage().continuation == nil)
    }
}
