import AssetlogCore
import Testing

@Suite struct SubmissionRefusalTests {
    static let kinds =
        "materialization, observation, check, materialization_started, materialization_failed or materialization_skipped"
    static let reasons = "FAILED_TO_MATERIALIZE, UPSTREAM_FAILED_TO_MATERIALIZE, RUN_TERMINATED or UNKNOWN"
    static let nul = "has a NUL character, which can't be stored; leave it out."

    @Test(
        "What is no item says what it is, and where",
        arguments: [
            ("", "", "The item is not valid JSON: it is empty; send an object such as {}."),
            ("[]", "", "An event is a JSON object, not an array."),
            (" null ", "", "An event is a JSON object, not null."),
            (
                #"{"kind":"check",}"#, "",
                "The item is not valid JSON: expected a name in double quotes at line 1, column 17 (byte 16); remove the comma before it."
            ),
            (
                #"{"description":"\ud800"}"#, "",
                "The item is not valid JSON: a string holds one half of a surrogate pair at line 1, column 17 (byte 16); send both halves or the character itself."
            ),
            (#"{"a":1} x"#, "", "The item is not valid JSON: the value ends, but more text follows at line 1, column 9 (byte 8)."),
            ("{}", "/kind", "kind is missing; send \(kinds)."),
            (#"{"kind":null,"asset_key":"a"}"#, "/kind", "kind is missing; send \(kinds)."),
            (#"{"kind":5,"asset_key":"a"}"#, "/kind", "kind must be \(kinds), not 5."),
            (
                #"{"kind":"materialisation","asset_key":"a"}"#, "/kind",
                "kind must be \(kinds), not \"materialisation\". Did you mean materialization?"
            ),
            (
                #"{"kind":"void","asset_key":"a"}"#, "/kind",
                "kind can't be void: with the right admin, POST /api/v1/events/{event_id}/void voids an event."
            ),
            (
                #"{"kind":"wipe","asset_key":"a"}"#, "/kind",
                "kind can't be wipe: with the right admin, POST /api/v1/asset/wipe wipes an asset."
            ),
            (#"{"kind":"x\"","asset_key":"a"}"#, "/kind", #"kind must be \#(kinds), not "x\""."#),
        ])
    func items(item: String, pointer: String, detail: String) {
        let error = Submitter().submit(item).error
        #expect(error?.status == 400)
        #expect(error?.pointer == pointer)
        #expect(error?.detail == detail)
    }

    @Test(
        "Fields that are none are refused by name, whatever their value",
        arguments: [
            (#""sequence":5"#, "/sequence", "sequence is set by the server, as are received_at, reported_by and voided; leave it out."),
            (
                #""received_at":null"#, "/received_at",
                "received_at is set by the server, as are sequence, reported_by and voided; leave it out."
            ),
            (
                #""reported_by":null"#, "/reported_by",
                "reported_by is set by the server, as are sequence, received_at and voided; leave it out."
            ),
            (#""voided":{}"#, "/voided", "voided is set by the server, as are sequence, received_at and reported_by; leave it out."),
            (#""partitoin":"p""#, "/partitoin", "There is no field \"partitoin\" in an event. Did you mean partition?"),
            (#""Kind":"x""#, "/Kind", "There is no field \"Kind\" in an event. Did you mean kind?"),
            (#""part\u0069tion ":1"#, "/partition ", "There is no field \"partition \" in an event. Did you mean partition?"),
            (
                #""some/thing~":{}"#, "/some~1thing~0",
                "There is no field \"some/thing~\" in an event. An event has kind, asset_key, event_id, timestamp, partition, partitions, description, data_version, tags, metadata, check_name, passed, severity, blocking, target, failure, upstream, deployment."
            ),
            (#""a":1,"nmae":2,"b":3"#, "/a", nil),
        ] as [(String, String, String?)])
    func names(members: String, pointer: String, detail: String?) {
        let error = Submitter().submit(Submitter.item(members)).error
        #expect(error?.status == 400)
        #expect(error?.pointer == pointer)
        if let detail { #expect(error?.detail == detail) }
    }

    @Test("A name as long as the item does not make the answer long")
    func longName() throws {
        let error = try #require(Submitter().submit(Submitter.item(#""\#(String(repeating: "é", count: 100_000))":1"#)).error)
        #expect(error.pointer == "")
        #expect(error.detail.utf8.count < 500)
    }

    @Test(
        "Fields of other kinds are refused",
        arguments: [
            ("materialization", #""passed":true"#, "passed", "checks"), ("observation", #""check_name":"c""#, "check_name", "checks"),
            ("materialization", #""severity":"WARN""#, "severity", "checks"),
            ("materialization_started", #""blocking":true"#, "blocking", "checks"),
            ("materialization_failed", #""target":{}"#, "target", "checks"),
            ("materialization", #""failure":{}"#, "failure", "materialization_failed and materialization_skipped"),
            ("check", #""failure":{}"#, "failure", "materialization_failed and materialization_skipped"),
            ("materialization_started", #""failure":{}"#, "failure", "materialization_failed and materialization_skipped"),
            ("check", #""data_version":"v""#, "data_version", "materializations and observations"),
            ("materialization_started", #""data_version":"v""#, "data_version", "materializations and observations"),
            ("materialization_skipped", #""data_version":"v""#, "data_version", "materializations and observations"),
        ])
    func misplaced(kind: String, members: String, field: String, owner: String) {
        let error = Submitter().submit(Submitter.item(members, kind: kind)).error
        #expect(error?.pointer == "/\(field)")
        #expect(
            error?.detail.hasPrefix("\(field) belongs to \(owner), not to an event of kind \(kind); ") == true, "\(error?.detail ?? "")")
        #expect(Submitter().submit(Submitter.item(#""\#(field)":null"#, kind: kind)).error == nil)
    }

    @Test(
        "Values of a wrong type say what they must be",
        arguments: [
            (
                "check", #""deployment":"prod""#, "/deployment",
                #"deployment is "default" on this route, not "prod"; leave it out, or send the event to its own route."#
            ),
            (
                "check", #""deployment":5"#, "/deployment",
                #"deployment is "default" on this route, not 5; leave it out, or send the event to its own route."#
            ),
            ("check", #""asset_key":5"#, "/asset_key", "asset_key must be a string or an array of strings, not 5."),
            ("check", #""asset_key":null"#, "/asset_key", "asset_key is missing; send the asset's name, or an array of its parts."),
            ("check", #""asset_key":[]"#, "/asset_key", "asset_key has no parts; give it at least one."),
            ("check", #""asset_key":["a","b",null]"#, "/asset_key/2", "asset_key must be an array of strings; one element is null."),
            ("check", #""asset_key":"a\u0000""#, "/asset_key", "asset_key \(nul)"),
            (
                "check", #""event_id":"x""#, "/event_id",
                #"event_id must be a UUID such as "0193b0a0-1111-7222-8333-444444444444", not "x"."#
            ),
            (
                "check", #""event_id":{}"#, "/event_id",
                #"event_id must be a UUID such as "0193b0a0-1111-7222-8333-444444444444", not an object."#
            ),
            (
                "check", #""event_id":"00000000-0000-0000-0000-000000000000""#, "/event_id",
                "event_id is 00000000-0000-0000-0000-000000000000, which is not unique; use a new UUID for each event."
            ),
            ("check", #""description":["x"]"#, "/description", "description must be a string, not an array."),
            ("check", #""description":"\u0000""#, "/description", "description \(nul)"),
            (
                "check", #""partition":5.5"#, "/partition",
                #"partition must be a string, or an object of dimensions such as {"date": "…", "region": "…"}, not 5.5."#
            ),
            ("check", #""partition":"a\u0000b""#, "/partition", "partition \(nul)"),
            ("observation", #""data_version":1.10"#, "/data_version", "data_version must be a string, not 1.10."),
            ("observation", #""data_version":"\u0000""#, "/data_version", "data_version \(nul)"),
            ("observation", #""tags":[]"#, "/tags", "tags must be an object of texts, not an array."),
            ("observation", #""tags":{"a":"b","run":7}"#, "/tags/run", #"tags must have text values only; "run" is 7."#),
            ("observation", #""tags":{"a/b":null}"#, "/tags/a~1b", #"tags must have text values only; "a/b" is null."#),
            ("observation", #""tags":{"":"x"}"#, "/tags/", "tags has a tag with an empty name; give it one."),
            ("observation", #""tags":{"a":"\u0000"}"#, "/tags/a", "tags \(nul)"),
            ("observation", #""tags":{"\u0000":"a"}"#, "/tags", "tags has a tag whose name has a NUL character or over 2048 bytes."),
            (
                "materialization", #""data_version":"v","tags":{"dagster/data_version":"w"}"#, "/tags/dagster~1data_version",
                "tags names another data version than data_version does; leave this tag out, or give both the same."
            ),
            ("observation", #""metadata":[]"#, "/metadata", "metadata must be an object, not an array."),
            ("check", #""check_name":null"#, "/check_name", "check_name is missing; a check needs one."),
            ("check", #""check_name":true"#, "/check_name", "check_name must be a string, not true."),
            ("check", #""passed":null"#, "/passed", "passed is missing; send true or false."),
            ("check", #""passed":"yes""#, "/passed", #"passed must be true or false, not "yes"."#),
            ("check", #""passed":1"#, "/passed", "passed must be true or false, not 1."),
            ("check", #""severity":"warn""#, "/severity", #"severity must be "WARN" or "ERROR", not "warn"."#),
            ("check", #""severity":{}"#, "/severity", #"severity must be "WARN" or "ERROR", not an object."#),
            ("check", #""blocking":"true""#, "/blocking", #"blocking must be true or false, not "true"."#),
            ("check", #""target":"x""#, "/target", #"target must be an object, {"event_id": "…"} or {"data_version": "…"}, not "x"."#),
            (
                "check", #""target":{}"#, "/target",
                #"target must name one of event_id and data_version: {"event_id": "…"} or {"data_version": "…"}."#
            ),
            (
                "check", #""target":{"event_id":"0193b0a0-1111-7222-8333-444444444444","data_version":"v"}"#, "/target",
                #"target must name one of event_id and data_version: {"event_id": "…"} or {"data_version": "…"}."#
            ),
            (
                "check", #""target":{"event_id":5}"#, "/target/event_id",
                #"target must be a UUID such as "0193b0a0-1111-7222-8333-444444444444", not 5."#
            ),
            ("check", #""target":{"data_version":5}"#, "/target/data_version", "target must be a string, not 5."),
            ("check", #""target":{"eventid":"x"}"#, "/target/eventid", #"target has no member "eventid". Did you mean event_id?"#),
            (
                "materialization_failed", #""failure":"x""#, "/failure",
                #"failure must be an object, {"reason": "…", "message": "…"}, not "x"."#
            ),
            ("materialization_failed", #""failure":{"message":"m"}"#, "/failure/reason", "failure needs a reason: \(reasons)."),
            (
                "materialization_skipped", #""failure":{"reason":"FAILED"}"#, "/failure/reason",
                "failure has the reason \"FAILED\", which Dagster does not know; send \(reasons)."
            ),
            (
                "materialization_skipped", #""failure":{"reason":5}"#, "/failure/reason",
                "failure has the reason 5, which Dagster does not know; send \(reasons)."
            ),
            (
                "materialization_failed", #""failure":{"reason":"UNKNOWN","message":{}}"#, "/failure/message",
                "failure must be a string, not an object."
            ),
            (
                "materialization_failed", #""failure":{"reason":"UNKNOWN","code":5}"#, "/failure/code",
                #"failure has no member "code". It has reason and message."#
            ),
        ])
    func values(kind: String, members: String, pointer: String, detail: String) {
        let error = Submitter().submit(Submitter.item(members, kind: kind)).error
        #expect(error?.status == 400)
        #expect(error?.pointer == pointer)
        #expect(error?.detail == detail)
    }

    @Test(
        "Texts that identify something end at 2,048 bytes of UTF-8",
        arguments: [
            ("check", #""asset_key":"{}""#), ("check", #""asset_key":["{}"]"#), ("check", #""partition":"{}""#),
            ("check", #""partitions":["p","{}"]"#),
            ("check", #""partition":{"d":"{}"}"#), ("check", #""check_name":"{}""#), ("materialization", #""data_version":"{}""#),
            ("check", #""tags":{"t":"{}"}"#), ("check", #""tags":{"{}":"t"}"#), ("check", #""target":{"data_version":"{}"}"#),
            ("check", #""metadata":{"a":{"type":"asset","value":"{}"}}"#),
        ])
    func lengths(kind: String, template: String) throws {
        func submit(_ text: String) -> SubmissionError? {
            let members = template.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: text)
            return Submitter().submit(Submitter.item(members, kind: kind)).error
        }
        #expect(submit(String(repeating: "é", count: 1024)) == nil)
        let error = try #require(submit(String(repeating: "é", count: 1024) + "x"))
        #expect(error.detail.contains("2048"))
        #expect(error.detail.utf8.count < 300)
    }

    @Test("Nesting ends at 512 levels and integers at 4,300 digits, as in a report")
    func depths() {
        func nested(_ levels: Int) -> String { String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        for form in ["{}", #"{"type":"json","value":{}}"#, #"{"raw_value":{},"type":"__infer__"}"#] {
            func submit(_ levels: Int) -> Submission {
                let value = form == "{}" ? nested(levels) : form.split(separator: "{}").joined(separator: nested(levels))
                return Submitter().submit(Submitter.item(#""metadata":{"m":\#(value)}"#))
            }
            #expect(submit(510).error == nil)
            #expect(submit(511).error?.detail.contains("levels") == true)
            #expect(submit(100_000).error?.detail.contains("levels") == true)
        }
        let digits = String(repeating: "9", count: 4300)
        #expect(Submitter().submit(Submitter.item(#""metadata":{"m":\#(digits)}"#)).details?.contains(digits) == true)
        #expect(Submitter().submit(Submitter.item(#""metadata":{"m":\#(digits)0}"#)).error?.detail.contains("4300 digits") == true)
    }
}
