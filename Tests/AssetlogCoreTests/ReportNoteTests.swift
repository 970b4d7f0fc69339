import AssetlogCore
import Testing

@Suite struct ReportNoteTests {
    static let materialize = "/report_asset_materialization/"
    static let check = "/report_asset_check/"

    @Test(
        "A dry run says what has no effect",
        arguments: [
            (materialize + "x", #"{"partition":"p"}"#, false, []),
            (
                materialize + "x", #"{"partitoin":"p","metadata":{"unknown":1}}"#, false,
                [#""partitoin" in the body is not a parameter of this endpoint and is ignored. Did you mean partition?"#]
            ),
            (
                materialize + "x?datav%65rsion=1&&=5&x+y=&datav%65rsion=2", "{}", false,
                [
                    #""dataversion" in the query is not a parameter of this endpoint and is ignored. Did you mean data_version?"#,
                    #""x y" in the query is not a parameter of this endpoint and is ignored."#,
                ]
            ),
            (
                materialize + "x", #"{"tags":{},"check_name":"c"}"#, false,
                [
                    #""tags" in the body is not a parameter of this endpoint and is ignored. It would be with the setting report.extensions."#,
                    #""check_name" in the body is not a parameter of this endpoint and is ignored."#,
                ]
            ),
            (
                materialize + "x", #"{"tags":{},"blocking":null}"#, true,
                [#""blocking" in the body is not a parameter of this endpoint and is ignored."#]
            ),
            (
                check + "x?description=d", #"{"check_name":"c","passed":true,"data_version":"v"}"#, false,
                [
                    #""description" in the query is not a parameter of this endpoint and is ignored."#,
                    #""data_version" in the body is not a parameter of this endpoint and is ignored."#,
                ]
            ),
            (check + "x?description=d", #"{"check_name":"c","passed":true,"target":{"data_version":"v"}}"#, true, []),
            (materialize + "a/b", #"{"asset_key":["a","b"]}"#, false, []), (materialize + "a/b?asset_key=a.b", "{}", false, []),
            (
                materialize + "a/b", #"{"asset_key":"a/b"}"#, false,
                ["The asset key in the path is used; the one in the body is different and ignored."]
            ),
            (
                materialize + "a/b?asset_key=", #"{"asset_key":5}"#, false,
                ["The asset key in the path is used; the one in the body is different and ignored."]
            ),
            (
                materialize + "?asset_key=q", #"{"asset_key":["\u0062"]}"#, false,
                ["The asset key in the body is used; the one in the query is different and ignored."]
            ),
            (
                materialize + "x?asset_key=y", #"{"asset_key":"x"}"#, false,
                ["The asset key in the path is used; the one in the query is different and ignored."]
            ),
        ] as [(String, String, Bool, [String])])
    func notes(target: String, body: String, extensions: Bool, sentences: [String]) {
        let answer = Reporter(extensions: extensions, takesNotes: true).report(target, json: body)
        #expect(answer.notes.map(\.sentence) == sentences, "\(answer.error ?? "")")
        // They change nothing, and are not taken unless asked for.
        let plain = Reporter(extensions: extensions).report(target, json: body)
        #expect(plain.notes.isEmpty)
        #expect(plain.recorded == answer.recorded)
        #expect(plain.recorded != nil)
    }

    @Test("A body that is not looked at is noted")
    func ignoredBody() {
        let reporter = Reporter(takesNotes: true)
        let ignored = ["The body is ignored because there is no Content-Type; send Content-Type: application/json with it."]
        #expect(reporter.report(Self.materialize + "x", body: "{").notes.map(\.sentence) == ignored)
        #expect(reporter.report(Self.materialize + "x").notes.isEmpty)
    }

    @Test("Notes do not grow with the report")
    func many() {
        let body = "{\((0..<1000).map { "\"\(String(repeating: "n", count: 1000))\($0)\":1" }.joined(separator: ","))}"
        let repeated = "{\((0..<500_000).map { _ in "\"partitoin\":1" }.joined(separator: ","))}"
        #expect(Reporter(takesNotes: true).report(Self.materialize + "x", json: repeated).notes.count == 1)
        let notes = Reporter(takesNotes: true).report(Self.materialize + "x", json: body).notes
        #expect(notes.count == 20)
        #expect(notes.allSatisfy { $0.sentence.utf8.count < 400 })
    }

    @Test("Sources have the names of a dry run, for the parameters of the endpoint")
    func names() throws {
        let answer = Reporter().report(Self.check + "x?check_name=c", json: #"{"passed":true}"#)
        let sources = try #require(answer.sources)
        #expect(
            sources.named(for: .check).map { "\($0.name)=\($0.source.name)" } == [
                "asset_key=path", "partition=default", "metadata=default", "check_name=query", "passed=body", "severity=default",
            ])
        #expect(sources.named(for: .materialization).map(\.name) == ["asset_key", "partition", "description", "data_version", "metadata"])
        #expect(sources.named(for: .check, extensions: true).map(\.name).contains("target"))
    }
}
