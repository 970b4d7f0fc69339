import AssetlogCore
import Testing

@testable import AssetlogCatalog

@Suite("Which events of an asset go")
struct RetentionPlanTests {
    private static let hour: Int64 = 3_600_000_000
    private static let now = Timestamp(microseconds: 490_000 * hour)
    private static let orders = AssetName(AssetKey(["raw", "orders"]), in: "default")

    /// An event of so many hours ago.
    private static func event(_ sequence: Int64, hoursAgo: Int64, _ kind: EventKind = .materialization) -> LoggedEvent {
        var said = Said(kind: kind, asset: ["raw", "orders"], time: now.microseconds - hoursAgo * hour)
        said.id = EventID(high: 1, low: UInt64(sequence))
        return LoggedEvent(sequence: sequence, event: said.event)
    }

    private static func plan(
        _ rules: [RetentionRule], firstOfLast: [EventKind: Int64] = [:], needed: Set<Int64> = [], last: Int64 = .max,
        exported: Int64 = .max, patience: Duration = .seconds(10 * 3600)
    ) -> RetentionPlan {
        RetentionPlan(
            rules: AssetRules(rules, for: orders), now: now, firstOfLast: firstOfLast, needed: needed, last: last, exported: exported,
            patience: patience)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var plan: RetentionPlan
        var event: LoggedEvent
        var decision: RetentionPlan.Decision

        init(_ description: String, _ plan: RetentionPlan, _ event: LoggedEvent, _ decision: RetentionPlan.Decision) {
            testDescription = description
            self.plan = plan
            self.event = event
            self.decision = decision
        }
    }

    private static let age = RetentionRule(keepFor: .seconds(24 * 3600))
    private static let number = RetentionRule(keepLast: 3)
    private static let both = RetentionRule(keepFor: .seconds(24 * 3600), keepLast: 3)

    private static let byRule: [Case] = [
        Case("older than its rule keeps it", plan([age]), event(5, hoursAgo: 25), .goes(rule: 0)),
        Case("as old as its rule keeps it", plan([age]), event(5, hoursAgo: 24), .stays),
        Case("before the last ones", plan([number], firstOfLast: [.materialization: 6]), event(5, hoursAgo: 1), .goes(rule: 0)),
        Case("the first of the last ones", plan([number], firstOfLast: [.materialization: 6]), event(6, hoursAgo: 99), .stays),
        Case("old, and one of the last", plan([both], firstOfLast: [.materialization: 5]), event(5, hoursAgo: 99), .stays),
        Case("young, and before the last", plan([both], firstOfLast: [.materialization: 9]), event(5, hoursAgo: 1), .stays),
        Case("old, and before the last", plan([both], firstOfLast: [.materialization: 9]), event(5, hoursAgo: 99), .goes(rule: 0)),
    ]

    private static let byScope: [Case] = [
        Case("of a kind without a number that is known", plan([number]), event(5, hoursAgo: 99), .stays),
        Case("needed", plan([age], needed: [5]), event(5, hoursAgo: 99), .stays),
        Case("behind what the catalog has", plan([age], last: 4), event(5, hoursAgo: 99), .stays),
        Case("without a rule", plan([]), event(5, hoursAgo: 99), .stays),
        Case(
            "of another kind than the rule's", plan([RetentionRule(kinds: [.check], keepFor: .seconds(1))]), event(5, hoursAgo: 99),
            .stays),
        Case(
            "of another asset than the rule's",
            plan([RetentionRule(assets: [PartPattern("raw/o")!], keepFor: .seconds(1)), age]), event(5, hoursAgo: 25), .goes(rule: 1)),
        Case(
            "of another deployment than the rule's", plan([RetentionRule(deployments: ["prod"], keepFor: .seconds(1)), age]),
            event(5, hoursAgo: 25), .goes(rule: 1)),
    ]

    private static let byReaders: [Case] = [
        Case(
            "kept by the first rule that matches",
            plan([RetentionRule(assets: [PartPattern("raw/**")!], keepFor: .seconds(99 * 3600)), age]),
            event(5, hoursAgo: 50), .stays),
        Case("not read by an exporter", plan([age], exported: 4), event(5, hoursAgo: 30), .waits(rule: 0)),
        Case("not read by an exporter for too long", plan([age], exported: 4), event(5, hoursAgo: 35), .goes(rule: 0)),
        Case(
            "not read by an exporter, and not by age",
            plan([number], firstOfLast: [.materialization: 9], exported: 4), event(5, hoursAgo: 99), .waits(rule: 0)),
    ]

    static let cases = byRule + byScope + byReaders

    @Test("is decided by the rule, by what is needed, and by who has read it", arguments: cases)
    func decision(_ one: Case) {
        #expect(one.plan.decision(one.event) == one.decision)
    }

    @Test("needs no look behind the first event that is too young, but for clocks that differ")
    func end() {
        let plan = Self.plan([Self.age])
        #expect(!plan.isEnd(Self.event(5, hoursAgo: 24)))
        #expect(plan.isEnd(Self.event(5, hoursAgo: 23)))
        #expect(Self.plan([Self.age], last: 4).isEnd(Self.event(5, hoursAgo: 99)))
        let last = Self.plan([Self.number], firstOfLast: [.materialization: 6, .check: 9])
        #expect(!last.isEnd(Self.event(8, hoursAgo: 1)))
        #expect(last.isEnd(Self.event(9, hoursAgo: 1)))
    }

    @Test("goes in steps that take about as long as a commit, with longer rests", arguments: [(5, 128), (12, 64), (200, 32)])
    func pace(milliseconds: Int, events: Int) {
        var pace = RetentionPace()
        #expect(pace.took(.milliseconds(milliseconds), events: 64) == .milliseconds(milliseconds) * 1.5)
        #expect(pace.events == events)
    }
}
