import AssetlogCore
import Foundation
import Testing

@testable import AssetlogClient

/// A moment of a day, for tables.
private func at(_ clock: String) -> Timestamp {
    Timestamp("2026-11-23T\(clock):00Z") ?? Timestamp(microseconds: 0)
}

@Suite("What a job waits for")
struct WaitConditionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var materialized: String?
        var failed: String?
        var since: String?
        var verdict: String

        init(_ name: String, materialized: String? = nil, failed: String? = nil, since: String? = nil, _ verdict: String) {
            testDescription = name
            (self.materialized, self.failed, self.since, self.verdict) = (materialized, failed, since, verdict)
        }
    }

    @Test(
        "is met by a materialization that counts, and failed by a later failure that counts",
        arguments: [
            Case("nothing", "pending"),
            Case("a materialization", materialized: "08:00", "met"),
            Case("a failure", failed: "08:00", "failed"),
            Case("a failure after a materialization", materialized: "08:00", failed: "09:00", "failed"),
            Case("a materialization after a failure", materialized: "09:00", failed: "08:00", "met"),
            Case("both at once", materialized: "08:00", failed: "08:00", "met"),
            Case("a materialization before the span", materialized: "08:00", since: "08:30", "pending"),
            Case("a materialization at its beginning", materialized: "08:30", since: "08:30", "met"),
            Case("a failure before the span", failed: "08:00", since: "08:30", "pending"),
            Case("a failure in the span, a materialization before", materialized: "08:00", failed: "09:00", since: "08:30", "failed"),
            Case("a failure before the span, after a materialization", materialized: "08:00", failed: "08:10", since: "08:30", "pending"),
        ])
    func verdict(_ example: Case) {
        var facts = WaitCondition.Facts()
        (facts.materialized, facts.failed) = (example.materialized.map(at), example.failed.map(at))
        let condition = WaitCondition(AssetKey(["orders"]), since: example.since.map(at))
        #expect(Self.word(condition.verdict(facts)) == example.verdict)
    }

    @Test(
        "includes the checks where that is asked for",
        arguments: [
            ([], "met"), ([(true, "ERROR", "09:00")], "met"), ([(false, "ERROR", "09:00")], "failed"),
            ([(false, "WARN", "09:00")], "met"), ([(true, "ERROR", "08:00")], "pending"), ([(false, "ERROR", "08:00")], "pending"),
            ([(true, "ERROR", "09:00"), (false, "ERROR", "09:00")], "failed"),
            ([(true, "ERROR", "08:00"), (false, "ERROR", "09:00")], "failed"),
        ] as [([(Bool, String, String)], String)])
    func checks(_ results: [(passed: Bool, severity: String, time: String)], verdict: String) throws {
        var facts = WaitCondition.Facts()
        facts.materialized = at("09:00")
        facts.checks = try results.map { try Self.check(passed: $0.passed, severity: $0.severity, at($0.time)) }
        var condition = WaitCondition(AssetKey(["orders"]), since: at("08:30"), includesChecks: true)
        #expect(Self.word(condition.verdict(facts)) == verdict)
        condition.includesChecks = false
        #expect(condition.verdict(facts) == .met)
    }

    private static func word(_ verdict: WaitCondition.Verdict) -> String {
        switch verdict {
        case .met: "met"
        case .failed: "failed"
        case .pending: "pending"
        }
    }

    private static func check(passed: Bool, severity: String, _ time: Timestamp) throws -> AssetCheck {
        let json = """
            {"check_name": "no_nulls", "partition": null, "passed": \(passed), "severity": "\(severity)", "blocking": null,
             "since": "\(time)", "timestamp": "\(time)", "event_id": "x", "sequence": 1, "passes": 1, "failures": 1}
            """
        return try JSONDecoder().decode(AssetCheck.self, from: Data(json.utf8))
    }
}
