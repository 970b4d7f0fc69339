import AssetlogCore
import Testing

@Suite struct ReportExtensionTests {
    static let materialize = "/report_asset_materialization/x"
    static let check = "/report_asset_check/x?check_name=c&passed=true"
    static let observe = "/report_asset_observation/x"

    @Test(
        "With extensions a report takes what a submission takes, from the body and the query",
        arguments: [
            (materialize, "{}", #"{"tags":{},"metadata":{}}"#),
            (
                materialize,
                #"{"tags":{"b":"1","a":"2"},"data_version":"v","metadata":{"u":{"raw_value":"https://a","type":"url"},"n":1}}"#,
                #"{"data_version":"v","tags":{"a":"2","b":"1","dagster/data_version":"v","dagster/data_version_is_user_provided":"true"},"metadata":{"u":{"type":"url","value":"https://a"},"n":{"type":"int","value":1}}}"#
            ),
            (
                observe
                    + "?data_version=%22&tags=+%7B%22t%22:%22a%0Ab%22%7D+&metadata=%7B%22a%22:%7B%22type%22:%22md%22,%22value%22:%22*%22%7D%7D&description=q",
                "{}",
                #"{"description":"q","data_version":"\"","tags":{"dagster/data_version":"\"","dagster/data_version_is_user_provided":"true","t":"a\nb"},"metadata":{"a":{"type":"md","value":"*"}}}"#
            ),
            (observe + "?tags=bad", #"{"tags":null}"#, #"{"tags":{},"metadata":{}}"#),
            (
                check,
                #"{"description":"d\u0041","blocking":true,"target":{"data_version":"1"},"tags":{"t":"x"},"metadata":{"b":{"type":"path","raw_value":"/"},"a":1}}"#,
                #"{"description":"dA","tags":{"t":"x"},"metadata":{"a":{"type":"int","value":1},"b":{"type":"path","value":"/"}},"check_name":"c","passed":true,"severity":"ERROR","blocking":true,"target":{"data_version":"1"}}"#
            ),
            (
                check + "&blocking=false&description=a+b&target=%7B%22event_id%22:%220193b0a0-1111-7222-8333-444444444444%22%7D", "{}",
                #"{"description":"a b","metadata":{},"check_name":"c","passed":true,"severity":"ERROR","blocking":false,"target":{"event_id":"0193b0a0-1111-7222-8333-444444444444"}}"#
            ),
            (check, #"{"data_version":5}"#, #"{"metadata":{},"check_name":"c","passed":true,"severity":"ERROR"}"#),
        ])
    func details(target: String, body: String, details: String) {
        let answer = Reporter(extensions: true).report(target, json: body)
        #expect(answer.details == details, "\(answer.error ?? "")")
    }

    @Test(
        "A report's time is the client's",
        arguments: [
            (materialize, #"{"timestamp":"2026-11-23T19:00:00+02:00"}"#, "2026-11-23T17:00:00.000000Z"),
            (check, #"{"timestamp":1795460400.5}"#, "2026-11-23T19:00:00.500000Z"),
            (observe + "?timestamp=1795460400", "{}", "2026-11-23T19:00:00.000000Z"),
            (observe + "?timestamp=2026-11-23T19:00:00%2B01:00", "{}", "2026-11-23T18:00:00.000000Z"),
        ])
    func times(target: String, body: String, time: String) {
        let answer = Reporter(extensions: true).report(target, json: body)
        #expect(answer.recorded?.timestamp.description == time, "\(answer.error ?? "")")
        #expect(answer.sources?.timestamp == (target.contains("timestamp") ? .query : .body))
    }

    @Test(
        "Errors are sentences",
        arguments: [
            (
                materialize, #"{"timestamp":true}"#,
                #"timestamp must be a time of RFC 3339 such as "2026-11-23T19:00:00Z", or Unix seconds, not true."#
            ),
            (
                materialize + "?timestamp=2026-11-23T19:00:00+01:00", "{}",
                #"timestamp must be a time of RFC 3339 such as "2026-11-23T19:00:00Z", or Unix seconds, not "2026-11-23T19:00:00 01:00". In a URL, + is written %2B."#
            ),
            (materialize, #"{"tags":{"a":5}}"#, #"tags must have text values only; "a" is 5."#),
            (
                observe + "?tags=%7B", "{}",
                "tags in the query is not valid JSON: it ends too early, at line 1, column 2 (byte 1); something is missing or was cut off."
            ),
            (
                observe, #"{"data_version":"a","tags":{"dagster/data_version":"b"}}"#,
                "tags names another data version than data_version does; leave this tag out, or give both the same."
            ),
            (
                check, #"{"metadata":{"a":{"type":"int","raw_value":"1"}}}"#,
                #"metadata "a" has the type int, which takes a whole number without a point, not "1"."#
            ),
            (check, #"{"blocking":"yes"}"#, #"blocking must be true or false, not "yes"."#),
            (check + "&blocking=True", "{}", nil),
            (check, #"{"target":5}"#, #"target must be an object, {"event_id": "…"} or {"data_version": "…"}, not 5."#),
            (
                check, #"{"description":5}"#,
                #"Error constructing AssetCheckEvaluation: Param "description" is not a str. Got 5 which is type <class 'int'>."#
            ),
            (check, #"{"description":"\u0000"}"#, "description has a NUL character, which can't be stored; leave it out."),
            // What Dagster judges comes first.
            (
                check, #"{"timestamp":true,"severity":"x"}"#,
                "Error constructing AssetCheckEvaluation: 'x' is not a valid AssetCheckSeverity"
            ),
        ] as [(String, String, String?)])
    func errors(target: String, body: String, text: String?) {
        let answer = Reporter(extensions: true).report(target, json: body)
        #expect(answer.status == 400)
        if let text { #expect(answer.error == text) }
    }

    @Test("An extended report and a submission are the same event")
    func sameEvent() {
        var maker = ItemMaker(seed: 99)
        for kind in [EventKind.materialization, .observation, .check] {
            for _ in 0..<300 {
                let item = maker.item(of: kind)
                let submission = Submitter().submit(item)
                let target = "/report_asset_\(kind.name)/"
                // The one field that a report has another form of.
                guard !item.contains(#""partition":{"#) else { continue }
                let report = Reporter(extensions: true).report(target, json: item)
                #expect(report.content == submission.contents.first, "\(item) \(report.error ?? "")")
            }
        }
    }

    @Test("Without extensions nothing of them is looked at", arguments: [materialize, observe, check])
    func off(target: String) {
        let body = #"{"timestamp":true,"tags":5,"blocking":5,"target":5,"metadata":{"a":{"type":"int","raw_value":"1"}}}"#
        let answer = Reporter().report(target, json: body)
        #expect(answer.status == 200)
        #expect(answer.recorded?.timestamp != nil)
        #expect(answer.details?.contains(#""metadata":{"a":{"type":"json","value":{"raw_value":"1","type":"int"}}}"#) == true)
        #expect(answer.sources?.timestamp == .absent)
        #expect(answer.sources?.tags == .absent)
    }
}
