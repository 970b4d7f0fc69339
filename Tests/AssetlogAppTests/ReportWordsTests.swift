import ArgumentParser
import AssetlogClient
import AssetlogCore
import Testing

@testable import AssetlogApp

@Suite("The time of a report")
struct ReportTimeTests {
    private static let now = Timestamp(microseconds: 1_790_000_000_000_000)

    @Test(
        "is taken in the forms that programs print",
        arguments: [
            ("2026-11-23T19:00:00+01:00", "2026-11-23T18:00:00.000000Z"), ("2026-11-23T18:00:00Z", "2026-11-23T18:00:00.000000Z"),
            ("2026-11-23T18:00:00.5z", "2026-11-23T18:00:00.500000Z"),
            // date --rfc-3339=seconds, date -Ins, date -Iminutes, date +%FT%T%z
            ("2026-11-23 19:00:00+01:00", "2026-11-23T18:00:00.000000Z"),
            ("2026-11-23T19:00:00,123456789+01:00", "2026-11-23T18:00:00.123456Z"),
            ("2026-11-23T19:00+01:00", "2026-11-23T18:00:00.000000Z"), ("2026-11-23T19:00:00+0100", "2026-11-23T18:00:00.000000Z"),
            // git, PostgreSQL, and words for UTC
            ("2026-11-23 19:00:00 +0100", "2026-11-23T18:00:00.000000Z"), ("2026-11-23 19:00:00.25-05", "2026-11-24T00:00:00.250000Z"),
            ("2026-11-23 18:00:00 UTC", "2026-11-23T18:00:00.000000Z"), ("2026-11-23T23:30:00+05:30", "2026-11-23T18:00:00.000000Z"),
            ("1764000000", "2025-11-24T16:00:00.000000Z"), ("@1764000000", "2025-11-24T16:00:00.000000Z"),
            ("1764000000.0000019", "2025-11-24T16:00:00.000001Z"),
        ])
    func good(_ text: String, _ time: String) throws {
        let now = Timestamp("2026-11-25T00:00:00Z") ?? Self.now
        #expect(try ReportTime.read(text, now: now).description == time)
    }

    @Test(
        "is refused with what to do",
        arguments: [
            ("2026-11-23T19:00:00", "has no offset; add Z for UTC"), ("2026-11-23 19:00", "has no offset"),
            ("2026-11-23", "must be a time such as"),
            ("yesterday", "must be a time such as"), ("", "must be a time such as"), ("2026-02-30T00:00:00Z", "must be a time such as"),
            ("2026-11-23T19:00:00+1", "must be a time such as"), ("1764000000000", "looks like milliseconds"),
            ("1764000000000000", "looks like microseconds"), ("1764000000000000000", "looks like nanoseconds"), ("0", "is before 1980"),
            ("1764000", "is before 1980"), ("-5", "must be a time such as"), ("2099-01-01T00:00:00Z", "is over 10 minutes ahead"),
            ("9999999999999999999", "is over 10 minutes ahead"), ("99999999999", "is over 10 minutes ahead"),
        ])
    func bad(_ text: String, _ words: String) {
        let problem = #expect(throws: ReportTime.Problem.self) { try ReportTime.read(text, now: Self.now) }
        #expect(problem?.sentence.contains(words) == true, "\(problem?.sentence ?? "")")
    }

    @Test("may be a little ahead of this machine's clock, as servers take it")
    func ahead() throws {
        #expect(try ReportTime.read("1790000599", now: Self.now) > Self.now)
        #expect(throws: ReportTime.Problem.self) { try ReportTime.read("1790000601", now: Self.now) }
    }
}

@Suite("The words of a report")
struct ReportWordsTests {
    @Test("say whether a check has passed, in any usual form")
    func verdict() {
        for word in ["true", "True", "TRUE", "yes", "Yes", "1", "on", "y", "pass", "passed", "ok"] {
            #expect(Verdict(argument: word)?.hasPassed == true, "\(word)")
        }
        for word in ["false", "False", "no", "NO", "0", "off", "n", "fail", "failed"] {
            #expect(Verdict(argument: word)?.hasPassed == false, "\(word)")
        }
        for word in ["", "maybe", "2", "truee", "-1", "null"] { #expect(Verdict(argument: word) == nil, "\(word)") }
    }

    @Test(
        "give the severity",
        arguments: [(nil, .error), ("warn", .warn), ("WARNING", .warn), ("Error", .error)] as [(String?, Report.Severity)])
    func severity(_ word: String?, _ severity: Report.Severity) throws {
        #expect(try ReportWords.severity(word) == severity)
    }

    @Test(
        "give the reason in Dagster's words and in short ones",
        arguments: [
            ("FAILED_TO_MATERIALIZE", .failedToMaterialize), ("failed", .failedToMaterialize), ("upstream", .upstreamFailedToMaterialize),
            ("upstream-failed", .upstreamFailedToMaterialize), ("run_terminated", .runTerminated), ("cancelled", .runTerminated),
            ("Unknown", .unknown),
        ] as [(String, FailureReason)])
    func reason(_ word: String, _ reason: FailureReason) throws {
        #expect(try ReportWords.reason(word) == reason)
    }

    @Test("name the reason that may be meant")
    func unknownReason() {
        let error = #expect(throws: ValidationError.self) { try ReportWords.reason("run_termnated") }
        #expect(error?.message.contains("Did you mean RUN_TERMINATED?") == true)
        #expect(throws: ValidationError.self) { try ReportWords.severity("fatal") }
    }

    @Test("make a tag of a name and a text", arguments: [("team=core", "team", "core"), ("a=b=c", "a", "b=c"), ("a=", "a", "")])
    func tag(_ text: String, _ name: String, _ value: String) throws {
        #expect(try ReportContentOptions.tag(text) == (name, value))
        #expect(throws: ValidationError.self) { try ReportContentOptions.tag("=x") }
        #expect(throws: ValidationError.self) { try ReportContentOptions.tag("x") }
    }
}
