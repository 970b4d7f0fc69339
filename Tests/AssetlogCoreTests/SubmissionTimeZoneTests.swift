import AssetlogCore
import Foundation
import Testing

/// A range and the keys that Dagster makes of it: a line of `Tests/Wire/partitions.jsonl`, which `Tests/Long/partitions --record` wrote.
struct RecordedRange: CustomTestStringConvertible, Sendable {
    var every: String
    var timezone: String
    var from: String
    var to: String
    var count: Int
    /// All of them, or the first ones.
    var keys: [String]
    var last: String?

    var testDescription: String { "\(every) \(timezone) \(from) to \(to)" }

    static let all: [RecordedRange] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Wire/partitions.jsonl")
        guard let lines = try? Data(contentsOf: file) else { return [] }
        return Array(lines).split(separator: 0x0a).compactMap { RecordedRange(TestJSON(Array($0))) }
    }()

    private init?(_ json: TestJSON) {
        guard let every = json["every"]?.string, let timezone = json["timezone"]?.string, let from = json["from"]?.string,
            let to = json["to"]?.string, let count = json["count"]?.integer
        else { return nil }
        (self.every, self.timezone, self.from, self.to, self.count) = (every, timezone, from, to, count)
        keys = (json["keys"]?.array ?? []).compactMap(\.string)
        last = json["last"]?.string ?? keys.last
    }
}

@Suite struct SubmissionTimeZoneTests {
    static func range(_ from: String, _ to: String, _ every: String, _ timezone: String) -> String {
        #""partitions":{"from":"\#(from)","to":"\#(to)","every":"\#(every)","timezone":\#(timezone)}"#
    }

    private static func keys(_ from: String, _ to: String, _ every: String, _ timezone: String) -> [String] {
        let submission = Submitter().submit(Submitter.item(range(from, to, every, timezone)))
        #expect(submission.error == nil)
        return submission.partitions.compactMap { $0 }
    }

    @Test("A range in a time zone has the keys that Dagster made of it", arguments: RecordedRange.all)
    func recorded(range: RecordedRange) {
        let keys = Self.keys(range.from, range.to, range.every, "\"\(range.timezone)\"")
        #expect(keys.count == range.count)
        #expect(Array(keys.prefix(range.keys.count)) == range.keys)
        #expect(keys.last == range.last)
    }

    @Test("There is a record of all steps")
    func record() {
        #expect(Set(RecordedRange.all.map(\.every)) == ["hour", "day", "week", "month"])
        #expect(RecordedRange.all.count >= 50)
    }

    // By Python's zoneinfo; Dagster has no partitions of the future.
    @Test(
        "The clock changes by the present rule when the table of changes has ended",
        arguments: [
            ("Europe/Berlin", "2100-03-28", 23), ("Europe/Berlin", "2100-10-31", 25), ("Europe/Berlin", "2100-06-01", 24),
            ("America/New_York", "2150-03-08", 23), ("America/New_York", "2150-11-01", 25), ("Europe/Dublin", "2077-03-28", 23),
            ("Europe/Dublin", "2077-10-31", 25), ("Australia/Sydney", "2099-04-05", 25), ("Australia/Sydney", "2099-10-04", 23),
            ("Asia/Kathmandu", "2099-10-04", 24), ("Asia/Tokyo", "9999-12-31", 24), ("Europe/Berlin", "9999-10-31", 25),
        ])
    func future(zone: String, day: String, hours: Int) {
        #expect(Self.keys(day, day, "hour", "\"\(zone)\"").count == hours)
    }

    @Test("UTC and no time zone are the same", arguments: ["\"UTC\"", "\"utc\"", "\"Etc/UTC\"", "null"])
    func utc(timezone: String) {
        #expect(Self.keys("2024-03-31", "2024-03-31", "hour", timezone) == (0..<24).map { "2024-03-31-\($0 < 10 ? "0" : "")\($0):00" })
        #expect(Self.keys("2024-01-01", "2024-03-31", "month", timezone) == ["2024-01-01", "2024-02-01", "2024-03-01"])
    }

    @Test("A range ends at the last key that is not after its end", arguments: ["03:30", "04:29"])
    func end(hour: String) {
        // From half past two on, hours there begin at half past.
        let keys = Self.keys("2024-10-06-01:00", "2024-10-06-\(hour)", "hour", "\"Australia/Lord_Howe\"")
        #expect(keys == ["2024-10-06-01:00", "2024-10-06-02:30", "2024-10-06-03:30"])
    }

    @Test("A range in a time zone is a dimension among others")
    func dimension() {
        let partitions =
            #""partitions":{"region":["eu","us"],"hour":{"from":"2024-10-27-02:00","to":"2024-10-27-02:00+0100","every":"hour","timezone":"Europe/Berlin"}}"#
        let keys = Submitter().submit(Submitter.item(partitions)).partitions
        #expect(keys == ["2024-10-27-02:00|eu", "2024-10-27-02:00|us", "2024-10-27-02:00+0100|eu", "2024-10-27-02:00+0100|us"])
    }

    @Test("One item becomes at most 10,000 hours, however long its days are")
    func most() {
        // Both changes of a year are among them.
        #expect(Self.keys("2024-01-01-00:00", "2025-02-20-15:00", "hour", "\"Europe/Berlin\"").count == 10_000)
        let more = Submitter().submit(Submitter.item(Self.range("2024-01-01-00:00", "2025-02-20-16:00", "hour", "\"Europe/Berlin\"")))
        #expect(more.error?.detail == "partitions are 10001, but one item may have 10000. Send the rest in another.")
        let all = Submitter().submit(Submitter.item(Self.range("0001-01-01", "9999-12-31", "hour", "\"Europe/Berlin\"")))
        #expect(all.error?.detail.contains("one item may have 10000") == true)
    }

    @Test(
        "A wrong time zone, and an hour that it does not have, is refused with what to do",
        arguments: [
            (range("2024-01-01", "2024-01-02", "hour", "5"), "timezone", #"timezone is 5, not a name such as "Europe/Berlin"."#),
            (
                range("2024-01-01", "2024-01-02", "day", #""Europe/Berlim""#), "timezone",
                #"timezone, "Europe/Berlim", is not a known time zone. Did you mean Europe/Berlin?"#
            ),
            (range("2024-01-01", "2024-01-02", "day", #""europe/berlin""#), "timezone", "Did you mean Europe/Berlin?"),
            (range("2024-01-01", "2024-01-02", "day", #""Berlin""#), "timezone", "Did you mean Europe/Berlin?"),
            (range("2024-01-01", "2024-01-02", "day", #""America/New York""#), "timezone", "Did you mean America/New_York?"),
            (
                range("2024-01-01", "2024-01-02", "day", #""+02:00""#), "timezone",
                #"is not a known time zone; send a name of the IANA time zone database, such as "Europe/Berlin"."#
            ),
            (range("2024-01-01", "2024-01-02", "day", #""""#), "timezone", "is not a known time zone"),
            (range("2024-01-01", "2024-01-02", "day", #""../../../etc/passwd""#), "timezone", "is not a known time zone"),
            (range("2024-01-01", "2024-01-02", "day", #""Europe""#), "timezone", "is not a known time zone"),
            (range("2024-01-01", "2024-01-02", "day", #""/etc/localtime""#), "timezone", "is not a known time zone"),
            (range("2024-01-01", "2024-01-02", "day", #""right/Europe/Berlin""#), "timezone", "Did you mean Europe/Berlin?"),
            (range("2024-01-01", "2024-01-02", "day", #""Europe/\u0000""#), "timezone", "is not a known time zone"),
            (
                range("2024-03-31-02:00", "2024-03-31", "hour", #""Europe/Berlin""#), "from",
                #"from, "2024-03-31-02:00", does not exist in Europe/Berlin: the clock was set forward over it."#
                    + " Send the hour before or after it."
            ),
            (range("2024-03-31", "2024-03-31-02:00", "hour", #""Europe/Berlin""#), "to", "does not exist in Europe/Berlin"),
            (
                range("2024-10-27-02:00+0300", "2024-10-27", "hour", #""Europe/Berlin""#), "from",
                #"from, "2024-10-27-02:00+0300", has an offset that Europe/Berlin did not have then; leave it out."#
            ),
            (range("2024-10-27-02:00+01:00", "2024-10-27", "hour", #""Europe/Berlin""#), "from", "is not an hour such as"),
            (range("2024-10-27-02:60", "2024-10-27", "hour", #""Europe/Berlin""#), "from", "is not an hour such as"),
            (range("2024-10-27-02:00+0100", "2024-10-27", "hour", "null"), "from", "is not an hour such as"),
            (range("2024-10-27-02:00+0100", "2024-10-27-02:00", "hour", #""Europe/Berlin""#), "from", "from lies after its to."),
        ])
    func refuses(members: String, member: String, detail: String) {
        let error = Submitter().submit(Submitter.item(members)).error
        #expect(error?.status == 400)
        #expect(error?.pointer == "/partitions/\(member)")
        #expect(error?.detail.contains(detail) == true, "\(error?.detail ?? "")")
    }
}
