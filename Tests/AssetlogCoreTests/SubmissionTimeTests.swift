import AssetlogCore
import Testing

@Suite struct SubmissionTimeTests {
    @Test(
        "A time is RFC 3339, or Unix seconds to the microsecond",
        arguments: [
            (#""2026-11-23T19:00:00Z""#, "2026-11-23T19:00:00.000000Z"),
            (#""2026-11-23T19:00:00.1234567+02:00""#, "2026-11-23T17:00:00.123456Z"),
            (#""2026-11-23\u005419:00:00Z""#, "2026-11-23T19:00:00.000000Z"),
            ("1795460400", "2026-11-23T19:00:00.000000Z"), ("1795460400.123456", "2026-11-23T19:00:00.123456Z"),
            ("1795460400.1", "2026-11-23T19:00:00.100000Z"), ("1795460400.1234569999", "2026-11-23T19:00:00.123456Z"),
            ("1795460400.000000", "2026-11-23T19:00:00.000000Z"), ("1.7954604e9", "2026-11-23T19:00:00.000000Z"),
            ("1.795460400e+09", "2026-11-23T19:00:00.000000Z"), ("315532800", "1980-01-01T00:00:00.000000Z"),
            (#""2026-11-24T12:10:00Z""#, "2026-11-24T12:10:00.000000Z"),
        ])
    func reads(written: String, time: String) {
        let submission = Submitter().submit(Submitter.item(#""timestamp":\#(written)"#))
        #expect(submission.events.first?.timestamp.description == time, "\(submission.error?.detail ?? "")")
    }

    static let form = #"timestamp must be a time of RFC 3339 such as "2026-11-23T19:00:00Z", or Unix seconds, not "#
    static let ahead =
        "is over 600.0 seconds ahead of the server's clock, 2026-11-24T12:00:00.000000Z; check the client's clock and time zone."
    static let behind = "is before 1980-01-01T00:00:00.000000Z, the earliest time that is accepted."

    @Test(
        "Any other time is refused, with a guess at the slip",
        arguments: [
            ("true", form + "true."), ("{}", form + "an object."), (#""""#, form + #"""."#), (#""yesterday""#, form + #""yesterday"."#),
            (#""2026-11-31T00:00:00Z""#, form + #""2026-11-31T00:00:00Z"."#), (#""1795460400""#, form + #""1795460400"."#),
            (
                #""2026-11-23T19:00:00""#,
                #"timestamp "2026-11-23T19:00:00" has no offset; add Z for UTC, or one such as +02:00."#
            ),
            (#""2026-11-24T12:10:00.000001Z""#, #"timestamp "2026-11-24T12:10:00.000001Z" \#(ahead)"#),
            ("1795522201", "timestamp 1795522201 \(ahead)"),
            ("1795460400123", "timestamp 1795460400123 looks like milliseconds; send seconds, with decimals where they matter."),
            ("1795460400123456", "timestamp 1795460400123456 looks like microseconds; send seconds, with decimals where they matter."),
            ("1e12", "timestamp 1e12 looks like milliseconds; send seconds, with decimals where they matter."),
            ("99999999999999999999999999", "timestamp 99999999999999999999999999 \(ahead)"),
            ("1e400", "timestamp must be a time, not 1e400."),
            ("1e300", "timestamp 1e300 \(ahead)"), ("NaN", "timestamp must be a time, not NaN."),
            ("-Infinity", "timestamp must be a time, not -Infinity."), ("0", "timestamp 0 \(behind)"), ("-1", "timestamp -1 \(behind)"),
            ("-1e300", "timestamp -1e300 \(behind)"), ("315532799.999999", "timestamp 315532799.999999 \(behind)"),
            ("-99999999999999999999999999.5", "timestamp -99999999999999999999999999.5 \(behind)"),
        ])
    func refuses(written: String, detail: String) {
        let error = Submitter().submit(Submitter.item(#""timestamp":\#(written)"#)).error
        #expect(error?.pointer == "/timestamp")
        #expect(error?.detail == detail)
    }

    @Test("The limits are the caller's")
    func limits() {
        let item = Submitter.item(#""timestamp":"2026-11-25T12:00:00Z""#)
        #expect(Submitter(limits: EventLimits(maximumFuture: .seconds(86_400))).submit(item).error == nil)
        #expect(Submitter(limits: EventLimits(maximumFuture: .seconds(86_399))).submit(item).error != nil)
        #expect(Submitter(limits: EventLimits(maximumFuture: .seconds(Int64.max))).submit(item).error == nil)
        let past = Submitter.item(#""timestamp":"1969-07-20T20:17:40Z""#)
        #expect(Submitter(limits: EventLimits(earliest: Timestamp("1969-01-01T00:00:00Z")!)).submit(past).error == nil)
        #expect(Submitter().submit(past).error != nil)
    }
}
