import AssetlogCore
import Testing

@Suite struct SubmissionPartitionTests {
    @Test(
        "Partitions become one event each, in order",
        arguments: [
            ("", [nil]), (#""partition":null,"partitions":null"#, [nil]), (#""partition":"p""#, ["p"]), (#""partition":"""#, [""]),
            (#""partition":{"region":"eu","date":"2024-01-01"}"#, ["2024-01-01|eu"]), (#""partition":{"d\u0061te":"\u0078"}"#, ["x"]),
            (#""partition":{"b":"1","B":"2","ä":"3","a":"4"}"#, ["2|4|1|3"]), (#""partition":{"a":"","b":""}"#, ["|"]),
            (#""partition":{"a":"x","b":"y","a":"z"}"#, ["z|y"]), (#""partitions":["a"]"#, ["a"]),
            (#""partitions":["b","a","b",""]"#, ["b", "a", "b", ""]), (#""partitions":[{"b":"2","a":"1"} , "x"]"#, ["1|2", "x"]),
            (#""partitions":{"region":["us","eu"],"date":["1","2"]}"#, ["1|us", "1|eu", "2|us", "2|eu"]),
            (
                #""partitions":{"date":{"from":"2024-02-28","to":"2024-03-01","every":"day"},"region":"eu"}"#,
                ["2024-02-28|eu", "2024-02-29|eu", "2024-03-01|eu"]
            ),
        ] as [(String, [String?])])
    func lists(members: String, partitions: [String?]) {
        let submission = Submitter().submit(Submitter.item(members))
        #expect(submission.partitions == partitions, "\(submission.error?.detail ?? "")")
        #expect(Set(submission.events.map(\.details)).count == 1)
    }

    static func range(_ from: String, _ to: String, _ every: String) -> String {
        #""partitions":{"from":"\#(from)","to":"\#(to)","every":"\#(every)"}"#
    }

    @Test(
        "A range has both its ends, and Dagster's keys",
        arguments: [
            ("2024-01-01", "2024-01-01", "day", 1, ["2024-01-01"], "2024-01-01"),
            ("2024-01-01", "2024-12-31", "day", 366, ["2024-01-01", "2024-01-02"], "2024-12-31"),
            ("2023-01-01", "2023-12-31", "day", 365, ["2023-01-01"], "2023-12-31"),
            ("2024-02-28", "2024-03-01", "day", 3, ["2024-02-28", "2024-02-29", "2024-03-01"], "2024-03-01"),
            ("1900-02-28", "1900-03-01", "day", 2, ["1900-02-28", "1900-03-01"], "1900-03-01"),
            ("2000-02-28", "2000-03-01", "day", 3, ["2000-02-28", "2000-02-29"], "2000-03-01"),
            ("9999-12-30", "9999-12-31", "day", 2, ["9999-12-30"], "9999-12-31"),
            ("0001-01-01", "0001-01-02", "day", 2, ["0001-01-01"], "0001-01-02"),
            ("1969-12-31", "1970-01-01", "day", 2, ["1969-12-31"], "1970-01-01"),
            (
                "2024-02-29-22:00", "2024-03-01-01:00", "hour", 4, ["2024-02-29-22:00", "2024-02-29-23:00", "2024-03-01-00:00"],
                "2024-03-01-01:00"
            ),
            ("2024-01-01", "2024-01-02", "hour", 48, ["2024-01-01-00:00"], "2024-01-02-23:00"),
            ("2024-01-01-06:00", "2024-01-01", "hour", 18, ["2024-01-01-06:00"], "2024-01-01-23:00"),
            ("1969-12-31-23:00", "1970-01-01-00:00", "hour", 2, ["1969-12-31-23:00"], "1970-01-01-00:00"),
            // Weeks are counted from the first key, whichever day it is.
            ("2024-01-07", "2024-01-28", "week", 4, ["2024-01-07", "2024-01-14"], "2024-01-28"),
            ("2024-01-01", "2024-12-31", "week", 53, ["2024-01-01", "2024-01-08"], "2024-12-30"),
            ("2024-02-26", "2024-03-04", "week", 2, ["2024-02-26"], "2024-03-04"),
            ("2024-01-07", "2024-01-13", "week", 1, ["2024-01-07"], "2024-01-07"),
            ("2024-01-01", "2024-12-31", "month", 12, ["2024-01-01", "2024-02-01"], "2024-12-01"),
            ("2023-11-01", "2024-02-29", "month", 4, ["2023-11-01", "2023-12-01", "2024-01-01"], "2024-02-01"),
            ("2024-01-01", "2024-01-01", "month", 1, ["2024-01-01"], "2024-01-01"),
        ])
    func ranges(from: String, to: String, every: String, count: Int, start: [String], last: String) {
        let submission = Submitter().submit(Submitter.item(Self.range(from, to, every)))
        let partitions = submission.partitions.compactMap { $0 }
        #expect(partitions.count == count, "\(submission.error?.detail ?? "")")
        #expect(Array(partitions.prefix(start.count)) == start)
        #expect(partitions.last == last)
        #expect(partitions == partitions.sorted())
    }

    @Test("Four thousand days are as many events, each day once")
    func days() {
        let partitions = Submitter().submit(Submitter.item(Self.range("2014-01-01", "2024-12-13", "day"))).partitions
        #expect(partitions.count == 4000)
        #expect(Set(partitions).count == 4000)
    }

    static let bothEnds = "both ends belong to the range."

    @Test(
        "A wrong partition is refused with its location",
        arguments: [
            (#""partition":{}"#, "/partition", "partition has no dimensions; leave it out to report on the whole asset."),
            (#""partition":{"a":5}"#, "/partition/a", "partition must be an object of texts, not 5."),
            (#""partition":{"a":["x"]}"#, "/partition/a", "partition must be an object of texts, not an array."),
            (
                #""partition":{"a":"x|y"}"#, "/partition/a",
                "partition has | in the key of a dimension, which separates dimensions; leave it out."
            ),
            (#""partition":{"":"x"}"#, "/partition/", "partition has a dimension without a name."),
            (#""partition":{"a":"\u0000"}"#, "/partition/a", "partition has a NUL character, which can't be stored; leave it out."),
            (#""partition":["x"]"#, "/partition", nil),
            (#""partition":"x","partitions":["y"]"#, "/partitions", "partitions can't be combined with partition; send one of them."),
            (#""partitions":"x""#, "/partitions", nil),
            (#""partitions":[]"#, "/partitions", "partitions names no partition; leave it out to report on the whole asset."),
            (#""partitions":["a",5]"#, "/partitions/1", "partitions must hold strings or objects of dimensions, not 5."),
            (#""partitions":["a",null]"#, "/partitions/1", nil), (#""partitions":["a","b\u0000"]"#, "/partitions/1", nil),
            (#""partitions":["a",{"d":["x"]}]"#, "/partitions/1/d", nil), (#""partitions":{}"#, "/partitions", nil),
            (#""partitions":{"a":5}"#, "/partitions/a", "partitions must be an object of texts, arrays and ranges, not 5."),
            (#""partitions":{"a":[]}"#, "/partitions", nil), (#""partitions":{"a":["x",5]}"#, "/partitions/a/1", nil),
            (#""partitions":{"a":["x","y|z"]}"#, "/partitions/a/1", nil), (#""partitions":{"a":{"b":"c"}}"#, "/partitions/a/b", nil),
            (
                #""partitions":{"from":"2024-01-01","to":"2024-01-02"}"#, "/partitions/every",
                #"partitions has a range without every; send "hour", "day", "week" or "month"."#
            ),
            (
                #""partitions":{"from":"2024-01-01","to":"2024-01-02","every":"Day"}"#, "/partitions/every",
                #"partitions has a range of every "Day"; it must be "hour", "day", "week" or "month"."#
            ),
            (#""partitions":{"from":"2024-01-01","every":"day"}"#, "/partitions/to", "partitions has a range without to; \(bothEnds)"),
            (
                #""partitions":{"to":"2024-01-01","every":"day","from":null}"#, "/partitions/from",
                "partitions has a range without from; \(bothEnds)"
            ),
            (
                #""partitions":{"from":"2024-01-01","to":"2024-01-02","every":"day","step":2}"#, "/partitions/step",
                #"partitions has a range with the member "step"; it takes from, to, every and timezone."#
            ),
            (
                #""partitions":{"from":20240101,"to":"2024-01-02","every":"day"}"#, "/partitions/from",
                "partitions has a range whose from is 20240101, not a date."
            ),
            (range("2024-01-02", "2024-01-01", "day"), "/partitions/from", "partitions has a range whose from lies after its to."),
            (range("2024-02-01", "2024-01-31", "month"), "/partitions/from", nil),
            (
                range("2024-01-15", "2024-12-31", "month"), "/partitions/from",
                #"partitions has a range of months whose from, "2024-01-15", is not the first of a month."#
            ),
            (
                range("2023-02-29", "2023-03-01", "day"), "/partitions/from",
                #"partitions has a range whose from, "2023-02-29", is not a date such as "2024-02-29"."#
            ),
            (range("2023-01-01", "2023-04-31", "day"), "/partitions/to", nil),
            (range("2023-00-01", "2023-04-30", "day"), "/partitions/from", nil),
            (range("1900-02-29", "2023-04-30", "month"), "/partitions/from", nil),
            (range("0000-01-01", "2023-04-30", "month"), "/partitions/from", nil),
            (range("2024-1-1", "2024-01-02", "day"), "/partitions/from", nil),
            (range("2024-01-01-00:00", "2024-01-02", "day"), "/partitions/from", nil),
            (
                range("2024-01-01T00:00", "2024-01-02", "hour"), "/partitions/from",
                #"partitions has a range whose from, "2024-01-01T00:00", is not an hour such as "2024-02-29-23:00"."#
            ),
            (range("2024-01-01-00:30", "2024-01-02", "hour"), "/partitions/from", nil),
            (range("2024-01-01-24:00", "2024-01-02", "hour"), "/partitions/from", nil),
            (range("2024-01-01-00", "2024-01-02", "hour"), "/partitions/from", nil),
            (range("", "2024-01-02", "day"), "/partitions/from", nil),
            (#""partitions":{"d":{"from":"2024-01-01","to":"x","every":"day"},"r":"eu"}"#, "/partitions/d/to", nil),
        ] as [(String, String, String?)])
    func refuses(members: String, pointer: String, detail: String?) {
        let error = Submitter().submit(Submitter.item(members)).error
        #expect(error?.status == 400)
        #expect(error?.pointer == pointer)
        if let detail { #expect(error?.detail == detail) }
    }

    @Test(
        "One item becomes at most 10,000 events",
        arguments: [
            (
                #""partitions":["p"\#(String(repeating: ",\"p\"", count: 9999))]"#,
                #""partitions":["p"\#(String(repeating: ",\"p\"", count: 10_000))]"#
            ),
            (range("2000-01-01", "2027-05-18", "day"), range("2000-01-01", "2027-05-19", "day")),
            (range("2024-01-01-00:00", "2025-02-20-15:00", "hour"), range("2024-01-01-00:00", "2025-02-20-16:00", "hour")),
            (range("2000-01-01", "2191-08-21", "week"), range("2000-01-01", "9999-12-31", "week")),
            (range("1000-01-01", "1833-04-30", "month"), range("1000-01-01", "1833-05-01", "month")),
            (
                #""partitions":{"a":["x"\#(String(repeating: ",\"p\"", count: 99))],"b":["x"\#(String(repeating: ",\"p\"", count: 99))]}"#,
                #""partitions":{"a":["x"\#(String(repeating: ",\"p\"", count: 99))],"b":["x"\#(String(repeating: ",\"p\"", count: 100))]}"#
            ),
        ])
    func most(taken: String, refused: String) {
        let submission = Submitter().submit(Submitter.item(taken))
        #expect(submission.partitions.count == 10_000, "\(submission.error?.detail ?? "")")
        let error = Submitter().submit(Submitter.item(refused)).error
        #expect(error?.pointer == "/partitions")
        #expect(error?.detail.hasSuffix(", but one item may have 10000. Send the rest in another.") == true)
    }

    @Test("Many dimensions of many keys are counted, not made")
    func manyDimensions() {
        let every = #"{"from":"0001-01-01","to":"9999-12-31","every":"hour"}"#
        let dimensions = (0..<60).map { #""d\#($0)":\#(every)"# }.joined(separator: ",")
        #expect(Submitter().submit(Submitter.item(#""partitions":{\#(dimensions)}"#)).error?.detail.hasPrefix("partitions are ") == true)
    }

    @Test("Few bytes do not become many")
    func expansion() {
        let metadata = #""metadata":{"m":"\#(String(repeating: "x", count: 10_000))"}"#
        let limits = EventLimits(maximumExpandedBytes: 1 << 20)
        let error = Submitter(limits: limits).submit(Submitter.item(Self.range("2024-01-01", "2024-04-30", "day") + "," + metadata)).error
        #expect(error?.status == 413)
        #expect(error?.pointer == "/partitions")
        #expect(
            Submitter(limits: limits).submit(Submitter.item(Self.range("2024-01-01", "2024-03-30", "day") + "," + metadata)).error == nil)
        // One event is bounded by the item.
        #expect(Submitter(limits: EventLimits(maximumExpandedBytes: 10)).submit(Submitter.item(metadata)).error == nil)
    }

    @Test("A retry has the same identities and says the same")
    func identities() throws {
        let item = Submitter.item(#""event_id":"0193b0a0-1111-7222-8333-444444444444",\#(Self.range("2024-01-01", "2024-01-03", "day"))"#)
        let (first, second) = (Submitter().submit(item), Submitter().submit(item))
        #expect(
            first.events.map(\.id) == [EventIdentityTests.id, EventIdentityTests.id.expanded(at: 1), EventIdentityTests.id.expanded(at: 2)])
        #expect(second.events.map(\.id) == first.events.map(\.id))
        #expect(second.contents == first.contents)
        #expect(Set(first.contents).count == 3)
        let one = Submitter().submit(Submitter.item(#""event_id":"0193b0a0-1111-7222-8333-444444444444","partition":"2024-01-02""#))
        #expect(one.events.map(\.id) == [EventIdentityTests.id])
        #expect(one.contents == [first.contents[1]])
    }
}
