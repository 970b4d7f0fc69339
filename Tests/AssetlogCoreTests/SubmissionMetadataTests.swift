import AssetlogCore
import Testing

@Suite struct SubmissionMetadataTests {
    static let columns = #"[{"name":"id","type":"int"}]"#

    @Test(
        "A value is plain JSON, or says its type in either form",
        arguments: [
            (#""t""#, #"{"type":"text","value":"t"}"#), ("10", #"{"type":"int","value":10}"#), ("1.50", #"{"type":"float","value":1.5}"#),
            ("NaN", #"{"type":"float","value":NaN}"#), ("null", #"{"type":"null","value":null}"#), ("[1]", #"{"type":"json","value":[1]}"#),
            (#"{"b":1,"a":2}"#, #"{"type":"json","value":{"a":2,"b":1}}"#), ("{}", #"{"type":"json","value":{}}"#),
            // Only the exact members make a type.
            (#"{"type":"int"}"#, #"{"type":"json","value":{"type":"int"}}"#),
            (#"{"value":1,"type":"int","more":1}"#, #"{"type":"json","value":{"more":1,"type":"int","value":1}}"#),
            (#"{"value":1,"raw_value":1,"type":"int"}"#, #"{"type":"json","value":{"raw_value":1,"type":"int","value":1}}"#),
            (#"{"raw_value":1,"value":2}"#, #"{"type":"json","value":{"raw_value":1,"value":2}}"#),
            (#"[{"raw_value":1,"type":"int"}]"#, #"{"type":"json","value":[{"raw_value":1,"type":"int"}]}"#),
            // The value's own objects are what they are.
            (
                #"{"raw_value":{"type":"int","value":1},"type":"json"}"#, #"{"type":"json","value":{"type":"int","value":1}}"#
            ),
            (#"{"raw_value":{"raw_value":1,"type":"int"},"type":"__infer__"}"#, #"{"type":"json","value":{"raw_value":1,"type":"int"}}"#),
            (#"{"type":"__infer__","raw_value":5}"#, #"{"type":"int","value":5}"#),
            (#"{"type":"__infer__","raw_value":null}"#, #"{"type":"null","value":null}"#),
            (#" { "type" : "url" , "raw_value" : "https:\/\/a" } "#, #"{"type":"url","value":"https://a"}"#),
            (#"{"t\u0079pe":"te\u0078t","v\u0061lue":"\u0041"}"#, #"{"type":"text","value":"A"}"#),
            (#"{"type":"md","type":"path","value":5,"value":"p"}"#, #"{"type":"path","value":"p"}"#),
            (#"{"type":"md","value":"*a*\n"}"#, #"{"type":"md","value":"*a*\n"}"#),
            (#"{"raw_value":"n.ipynb","type":"notebook"}"#, #"{"type":"notebook","value":"n.ipynb"}"#),
            (#"{"raw_value":"f00","type":"dagster_run"}"#, #"{"type":"dagster_run","value":"f00"}"#),
            (#"{"raw_value":"","type":"text"}"#, #"{"type":"text","value":""}"#),
            (#"{"raw_value":-0,"type":"int"}"#, #"{"type":"int","value":0}"#),
            (#"{"raw_value":123456789012345678901,"type":"int"}"#, #"{"type":"int","value":123456789012345678901}"#),
            (#"{"raw_value":10,"type":"float"}"#, #"{"type":"float","value":10.0}"#),
            (#"{"raw_value":1e3,"type":"float"}"#, #"{"type":"float","value":1000.0}"#),
            (#"{"value":"NaN","type":"float"}"#, #"{"type":"float","value":NaN}"#),
            (#"{"value":"-Infinity","type":"float"}"#, #"{"type":"float","value":-Infinity}"#),
            (#"{"value":Infinity,"type":"float"}"#, #"{"type":"float","value":Infinity}"#),
            (#"{"value":"Inf\u0069nity","type":"float"}"#, #"{"type":"float","value":Infinity}"#),
            (#"{"raw_value":false,"type":"bool"}"#, #"{"type":"bool","value":false}"#),
            (#"{"raw_value":null,"type":"null"}"#, #"{"type":"null","value":null}"#),
            (#"{"raw_value":1700000000,"type":"timestamp"}"#, #"{"type":"timestamp","value":1700000000.0}"#),
            (#"{"raw_value":-1.5,"type":"timestamp"}"#, #"{"type":"timestamp","value":-1.5}"#),
            (#"{"raw_value":"a/b//c\"","type":"asset"}"#, #"{"type":"asset","value":["a","b","","c\""]}"#),
            (#"{"value":["a/b","\u00e9"],"type":"asset"}"#, #"{"type":"asset","value":["a/b","é"]}"#),
            (#"{"raw_value":"text","type":"json"}"#, #"{"type":"json","value":"text"}"#),
            (
                #"{"raw_value":{"schema":\#(columns),"records":[{"id":1},{}]},"type":"table"}"#,
                #"{"type":"table","value":{"records":[{"id":1},{}],"schema":\#(columns)}}"#
            ),
            (
                #"{"value":{"schema":{"columns":\#(columns)},"records":[]},"type":"table"}"#,
                #"{"type":"table","value":{"records":[],"schema":{"columns":\#(columns)}}}"#
            ),
            (#"{"raw_value":{"columns":\#(columns)},"type":"table_schema"}"#, #"{"type":"table_schema","value":{"columns":\#(columns)}}"#),
            (
                #"{"raw_value":{"deps_by_column":{"a":[{"asset_key":"s","column_name":"b"}],"c":[]}},"type":"table_column_lineage"}"#,
                #"{"type":"table_column_lineage","value":{"deps_by_column":{"a":[{"asset_key":"s","column_name":"b"}],"c":[]}}}"#
            ),
        ])
    func values(written: String, kept: String) {
        for kind in ["materialization", "check"] {
            let submission = Submitter().submit(Submitter.item(#""metadata":{"z":\#(written),"a":1}"#, kind: kind))
            let members = kind == "check" ? #""a":{"type":"int","value":1},"z":\#(kept)"# : #""z":\#(kept),"a":{"type":"int","value":1}"#
            #expect(
                submission.details?.contains(#""metadata":{\#(members)}"#) == true,
                "\(submission.error?.detail ?? submission.details ?? "")")
        }
    }

    static let unknown =
        #" To record the object as it is, send {"raw_value": …, "type": "json"}."#

    @Test(
        "A value that is not of its type is refused with its location",
        arguments: [
            (#"{"raw_value":1,"type":"txt"}"#, "/type", #"has the type "txt", which does not exist. Did you mean text?"# + unknown),
            (#"{"value":1,"type":5}"#, "/type", nil), (#"{"value":1,"type":null}"#, "/type", nil),
            (#"{"raw_value":5,"type":"text"}"#, "/raw_value", "has the type text, which takes a string, not 5."),
            (#"{"value":null,"type":"url"}"#, "/value", "has the type url, which takes a string, not null."),
            (#"{"value":{},"type":"path"}"#, "/value", nil), (#"{"value":1,"type":"md"}"#, "/value", nil),
            (#"{"value":[],"type":"notebook"}"#, "/value", nil),
            (#"{"value":true,"type":"dagster_run"}"#, "/value", nil),
            (#"{"raw_value":1.0,"type":"int"}"#, "/raw_value", "has the type int, which takes a whole number without a point, not 1.0."),
            (#"{"raw_value":"1","type":"int"}"#, "/raw_value", nil), (#"{"raw_value":NaN,"type":"int"}"#, "/raw_value", nil),
            (#"{"raw_value":true,"type":"int"}"#, "/raw_value", nil),
            (
                #"{"value":"nan","type":"float"}"#, "/value",
                #"has the type float, which takes a number, or "NaN", "Infinity" or "-Infinity", not "nan"."#
            ),
            (#"{"value":"1.5","type":"float"}"#, "/value", nil), (#"{"value":true,"type":"float"}"#, "/value", nil),
            (#"{"value":null,"type":"float"}"#, "/value", nil),
            (#"{"value":\#("1" + String(repeating: "0", count: 400)),"type":"float"}"#, "/value", nil),
            (#"{"value":0,"type":"bool"}"#, "/value", nil), (#"{"value":false,"type":"null"}"#, "/value", nil),
            (
                #"{"value":"2026-11-23T00:00:00Z","type":"timestamp"}"#, "/value",
                #"has the type timestamp, which takes Unix seconds, a number, not "2026-11-23T00:00:00Z"."#
            ),
            (#"{"value":NaN,"type":"timestamp"}"#, "/value", nil), (#"{"value":1e999,"type":"timestamp"}"#, "/value", nil),
            (#"{"value":5,"type":"asset"}"#, "/value", nil), (#"{"value":["a",5],"type":"asset"}"#, "/value", nil),
            (#"{"value":[],"type":"asset"}"#, "/value", "names an asset whose key has no parts; give it at least one."),
            (
                #"{"value":"a\u0000","type":"asset"}"#, "/value",
                "names an asset whose key has a NUL character, which can't be stored; leave it out."
            ),
            (#"{"value":[],"type":"table"}"#, "/value", nil), (#"{"value":{"records":[]},"type":"table"}"#, "/value", nil),
            (#"{"value":{"records":[1],"schema":[]},"type":"table"}"#, "/value", nil),
            (#"{"value":{"records":{},"schema":[]},"type":"table"}"#, "/value", nil),
            (#"{"value":{"records":[],"schema":[{"type":"int"}]},"type":"table"}"#, "/value", nil),
            (#"{"value":{"columns":["a"]},"type":"table_schema"}"#, "/value", nil), (#"{"value":[],"type":"table_schema"}"#, "/value", nil),
            (#"{"value":{"deps_by_column":[]},"type":"table_column_lineage"}"#, "/value", nil),
            (#"{"value":{"deps_by_column":{"a":{}}},"type":"table_column_lineage"}"#, "/value", nil),
        ] as [(String, String, String?)])
    func refuses(written: String, path: String, detail: String?) throws {
        let submission = Submitter().submit(
            Submitter.item(#""metadata":{"ok":{"raw_value":{"b":1,"a":1},"type":"json"},"a/~é":\#(written)}"#))
        let error = try #require(submission.error, "\(submission.details ?? "")")
        #expect(error.status == 400)
        #expect(error.pointer == "/metadata/a~1~0é\(path)")
        #expect(error.detail.hasPrefix(#"metadata "a/~é" "#))
        if let detail { #expect(error.detail == #"metadata "a/~é" \#(detail)"#) }
    }

    @Test("Of a doubled label the last counts, also when the first is typed")
    func doubled() {
        let submission = Submitter().submit(
            Submitter.item(#""metadata":{"a":{"type":"int","value":1},"b":2,"a":{"type":"md","value":"x"}}"#))
        #expect(submission.details == #"{"tags":{},"metadata":{"a":{"type":"md","value":"x"},"b":{"type":"int","value":2}}}"#)
    }
}
