import AssetlogCore
import Testing

@Suite struct EventResolverTests {
    static let item = Submitter.item

    @Test(
        "Every kind of event is kept as canonical details",
        arguments: [
            (#"{"kind":"materialization","asset_key":"a"}"#, #"{"tags":{},"metadata":{}}"#),
            (
                #"{"metadata":{"b":1,"a":"t"},"kind":"materialization","description":"d\u00e9\n","data_version":"v","asset_key":"a","tags":null}"#,
                #"{"description":"dé\n","data_version":"v","tags":{"dagster/data_version":"v","dagster/data_version_is_user_provided":"true"},"metadata":{"b":{"type":"int","value":1},"a":{"type":"text","value":"t"}}}"#
            ),
            (
                #"{"kind":"observation","asset_key":"a","tags":{"z":"1","a":"2"},"data_version":"v\""}"#,
                #"{"data_version":"v\"","tags":{"a":"2","dagster/data_version":"v\"","dagster/data_version_is_user_provided":"true","z":"1"},"metadata":{}}"#
            ),
            (
                #"{"kind":"check","asset_key":"a","check_name":"c","passed":false}"#,
                #"{"metadata":{},"check_name":"c","passed":false,"severity":"ERROR"}"#
            ),
            (
                #"{"kind":"check","asset_key":"a","check_name":"c\t","passed":true,"severity":"WARN","blocking":true,"description":"d","tags":{"t":"x"},"metadata":{"b":1,"a":2.0},"target":{"event_id":"0193B0A0-1111-7222-8333-444444444444"}}"#,
                #"{"description":"d","tags":{"t":"x"},"metadata":{"a":{"type":"float","value":2.0},"b":{"type":"int","value":1}},"check_name":"c\t","passed":true,"severity":"WARN","blocking":true,"target":{"event_id":"0193b0a0-1111-7222-8333-444444444444"}}"#
            ),
            (
                #"{"kind":"check","asset_key":"a","check_name":"","passed":true,"blocking":false,"severity":"ERROR","target":{"data_version":"1\u002e1","event_id":null},"tags":{}}"#,
                #"{"metadata":{},"check_name":"","passed":true,"severity":"ERROR","blocking":false,"target":{"data_version":"1.1"}}"#
            ),
            (
                #"{"kind":"materialization_started","asset_key":"a","tags":{"run":"7"},"description":""}"#,
                #"{"description":"","tags":{"run":"7"},"metadata":{}}"#
            ),
            (
                #"{"kind":"materialization_failed","asset_key":"a","failure":{"message":"disk \"full\"","reason":"FAILED_TO_MATERIALIZE"}}"#,
                #"{"tags":{},"metadata":{},"failure":{"reason":"FAILED_TO_MATERIALIZE","message":"disk \"full\""}}"#
            ),
            (#"{"kind":"materialization_failed","asset_key":"a"}"#, #"{"tags":{},"metadata":{}}"#),
            (
                #"{"kind":"materialization_skipped","asset_key":"a","failure":{"reason":"RUN_TERMINATED","message":null}}"#,
                #"{"tags":{},"metadata":{},"failure":{"reason":"RUN_TERMINATED"}}"#
            ),
            // Tags of failures have no version to agree with.
            (
                #"{"kind":"materialization_failed","asset_key":"a","tags":{"dagster/data_version":"x"}}"#,
                #"{"tags":{"dagster/data_version":"x"},"metadata":{}}"#
            ),
            // A version that only the tags name is the event's, as it is for Dagster.
            (
                #"{"kind":"materialization","asset_key":"a","tags":{"dagster/data_version":"\u0078","dagster/data_version_is_user_provided":"false"}}"#,
                #"{"data_version":"x","tags":{"dagster/data_version":"x","dagster/data_version_is_user_provided":"false"},"metadata":{}}"#
            ),
        ])
    func details(item: String, details: String) {
        let submission = Submitter().submit(item)
        #expect(submission.details == details, "\(submission.error?.detail ?? "")")
    }

    @Test("What an event says is the same in a report and in a submission")
    func sameAsReport() throws {
        let pairs = [
            (
                "/report_asset_materialization/w/o",
                #"{"partition":"p","data_version":"v","description":"d","metadata":{"b":{"y":1,"x":[2.50]},"a":null}}"#, "materialization"
            ),
            ("/report_asset_observation/w/o", #"{"metadata":{"n":NaN,"big":123456789012345678901234567890}}"#, "observation"),
            (
                "/report_asset_check/w/o", #"{"check_name":"c","passed":true,"severity":"WARN","metadata":{"b":true,"a":-0}}"#, "check"
            ),
        ]
        for (target, body, kind) in pairs {
            let report = Reporter().report(target, json: body)
            let item = #"{"kind":"\#(kind)","asset_key":["w","o"],"# + body.dropFirst()
            let submission = Submitter().submit(item)
            #expect(submission.details == report.details, "\(submission.error?.detail ?? "")")
            #expect(submission.contents.first == report.content)
        }
    }

    @Test("The columns are those of the item")
    func columns() throws {
        let submission = Submitter(deployment: "prod").submit(
            #"{"deployment":"prod","kind":"check","asset_key":["wäre\u0068ouse","a/b"],"partition":"\u0070","check_name":"c","passed":true,"event_id":"0193b0a0-1111-7222-8333-444444444444","timestamp":"2026-11-24T13:00:00.5+02:00"}"#
        )
        let event = try #require(submission.events.first, "\(submission.error?.detail ?? "")")
        #expect(event.id == EventIdentityTests.id)
        #expect(event.deployment == "prod")
        #expect(event.kind == .check)
        #expect(event.assetKey == AssetKey(["wärehouse", "a/b"]))
        #expect(event.partition == "p")
        #expect(event.timestamp == Timestamp("2026-11-24T11:00:00.5Z"))
        #expect(event.receivedAt == Submitter.now)
        #expect(event.reportedBy == nil)
        #expect(
            submission.fieldNames == [
                "kind", "asset_key", "event_id", "timestamp", "partition", "check_name", "passed", "deployment",
            ])
    }

    @Test("Without a time it happened when it was received, and the time is no part of what it says")
    func receiveTime() throws {
        let plain = Submitter().submit(Self.item("", "materialization"))
        #expect(plain.events.first?.timestamp == Submitter.now)
        let timed = Submitter().submit(Self.item(#""timestamp":"2026-11-24T12:00:00Z""#, "materialization"))
        #expect(timed.events.first?.timestamp == Submitter.now)
        #expect(plain.contents != timed.contents)
        #expect(plain.clientChoice == [])
        #expect(timed.clientChoice == .timestamp)
        let named = Submitter().submit(Self.item(#""event_id":"0193b0a0-1111-7222-8333-444444444444""#, "materialization"))
        #expect(named.clientChoice == .identity)
    }

    @Test("Blanks, escapes, the order of fields and numbers written otherwise do not change what an event says")
    func sameMeaning() {
        let items = [
            #"{"kind":"observation","asset_key":["a"],"partition":"x","metadata":{"v":{"b":1,"a":2.5}},"tags":{"b":"1","a":"2"}}"#,
            " {\n\"tags\":{\"a\":\"2\",\"b\":\"1\"}, \"metadata\" : {\"v\":{\"a\":2.50,\"b\":1}},\"partition\":\"\\u0078\","
                + "\"asset_key\":\"a\",\"k\\u0069nd\":\"observation\",\"description\":null} ",
            "\u{feff}"
                + #"{"kind":"check","kind":"observation","asset_key":"b","asset_key":"a","partition":"x","metadata":{"v":{"raw_value":{"a":2.5,"b":1},"type":"json"}},"tags":{"b":"1","a":"2"}}"#,
        ]
        let contents = items.map { Submitter().submit($0).contents }
        #expect(contents[0].count == 1)
        #expect(contents.allSatisfy { $0 == contents[0] })
    }

    @Test("An item over the limit is 413, one at the limit is taken")
    func size() {
        let limits = EventLimits(maximumItemBytes: 1000)
        let empty = Self.item(#""description":"""#, "observation")
        let fill = String(repeating: "x", count: 1000 - empty.utf8.count)
        #expect(Submitter(limits: limits).submit(Self.item(#""description":"\#(fill)""#, "observation")).error == nil)
        let error = Submitter(limits: limits).submit(Self.item(#""description":"\#(fill)x""#, "observation")).error
        #expect(error?.status == 413)
        #expect(error?.pointer == "")
        #expect(error?.detail.hasPrefix("The item has 1001 bytes; at most 1000 are accepted.") == true)
    }

    @Test("The permission is asked about the kind and the key's canonical form, before the other fields are judged")
    func permission() {
        let submitter = Submitter(isAllowed: false)
        #expect(submitter.submit(#"{"kind":"observation","asset_key":"a","description":5}"#).error == .notAuthorized)
        #expect(submitter.submit(#"{"kind":"observation","asset_key":[]}"#).error?.status == 400)
        #expect(submitter.submit(#"{"kind":"x","asset_key":"a"}"#).error?.status == 400)
        let item = Array(#"{"kind":"observation","asset_key":["b\u00e4r","\n"]}"#.utf8)
        var asked: (kind: EventKind, key: String)?
        _ = item.withUnsafeBytes { item in
            try? EventResolver().resolve(
                item, deployment: "default", receivedAt: Submitter.now,
                authorize: { kind, key in
                    asked = (kind, String(decoding: key, as: UTF8.self))
                    return true
                }, { $0.count })
        }
        #expect(asked?.kind == .observation)
        #expect(asked?.key == #"["bär","\n"]"#)
    }

    @Test("One resolver serves many items, and no item leaves anything to the next")
    func reuse() throws {
        let resolver = EventResolver()
        func submit(_ item: String) -> Submission { Submitter().submit(Array(item.utf8), with: resolver) }
        let big = String(repeating: "x\\n", count: 1 << 20)
        for _ in 0..<3 {
            #expect(
                submit(Self.item(#""partitions":["a","b"],"data_version":"v","tags":{"t":"\u0031"}"#, "materialization")).details
                    == #"{"data_version":"v","tags":{"dagster/data_version":"v","dagster/data_version_is_user_provided":"true","t":"1"},"metadata":{}}"#
            )
            #expect(
                submit(Self.item(#""metadata":{"a":{"b":{"d":1,"c":{"type":"x","value":1}}},"e":{"type":"x","value":1}}"#, "check")).error
                    != nil)
            #expect(submit("{").error != nil)
            let plain = submit(Self.item("", "materialization"))
            #expect(plain.details == #"{"tags":{},"metadata":{}}"#)
            #expect(plain.partitions == [nil])
            #expect(submit(Self.item(#""description":"\#(big)""#, "materialization")).details?.utf8.count ?? 0 > big.utf8.count)
        }
    }
}
