import AssetlogCore
import Testing

@Suite struct UpstreamTests {
    private static func item(_ upstream: String, kind: String = "materialization") -> String {
        #"{"kind":"\#(kind)","asset_key":"a","upstream":\#(upstream)}"#
    }

    @Test(
        "An event keeps the assets that it was made from, each once and in order, as its last detail",
        arguments: [
            ("null", nil), ("[]", nil), (#"[["a"]]"#, #"[["a"]]"#),
            (#" [ ["w" , "\u0061"] , [ "x" ], ["w","a"],["w/a"]]"#, #"[["w","a"],["x"],["w/a"]]"#), (#"[[""],["\""]]"#, #"[[""],["\""]]"#),
        ] as [(String, String?)])
    func kept(upstream: String, stored: String?) throws {
        for kind in EventKind.reportable where kind != .check {
            let event = try #require(Submitter().submit(Self.item(upstream, kind: kind.name)).events.first)
            let expected = #"{"tags":{},"metadata":{}\#(stored.map { #","upstream":\#($0)"# } ?? "")}"#
            #expect(String(decoding: event.details, as: UTF8.self) == expected)
            #expect(CanonicalJSON.array(UpstreamKeys.keys(in: event.details)) == stored ?? "[]")
        }
    }

    @Test(
        "What is no list of asset keys is refused, and says where",
        arguments: [
            (#""a""#, "", #"upstream must be an array of asset keys such as [["warehouse", "orders"]], not "a"."#),
            (
                #"["a","b"]"#, "/0",
                #"upstream must hold asset keys as arrays of strings, such as ["warehouse", "orders"]; one is "a"."#
            ),
            (
                #"[["a"],["b",5]]"#, "/1",
                #"upstream must hold asset keys as arrays of strings, such as ["warehouse", "orders"]; a part of one is 5."#
            ),
            (#"[[]]"#, "/0", "upstream names an asset whose key has no parts; give it at least one."),
            (#"[["\u0000"]]"#, "/0", "upstream names an asset whose key has a NUL character, which can't be stored; leave it out."),
            (
                #"[["\#(String(repeating: "x", count: 2049))"]]"#, "/0",
                "upstream names an asset whose key has over 2048 bytes of UTF-8, the most that is stored."
            ),
            (
                "[\(Array(repeating: #"["a"]"#, count: 1001).joined(separator: ","))]", "",
                "upstream names over 1000 assets, the most that an event may have."
            ),
        ])
    func refused(upstream: String, path: String, detail: String) {
        let answer = Submitter().submit(Self.item(upstream))
        #expect(answer.error == SubmissionError(pointer: "/upstream\(path)", detail))
    }

    @Test("A thousand assets are kept")
    func most() throws {
        let keys = (0..<UpstreamKeys.maximumCount).map { #"["\#($0)"]"# }.joined(separator: ",")
        let event = try #require(Submitter().submit(Self.item("[\(keys)]")).events.first)
        #expect(UpstreamKeys.keys(in: event.details).count == 1000)
    }

    @Test("A check is made from nothing: what it checked is its asset")
    func check() {
        let item = #"{"kind":"check","asset_key":"a","check_name":"c","passed":true,"upstream":[["b"]]}"#
        #expect(
            Submitter().submit(item).error
                == SubmissionError(
                    pointer: "/upstream", "upstream belongs to all kinds of events but checks, not to an event of kind check; leave it out."
                ))
    }

    @Test("Another upstream is another event, which an identity can't name as well")
    func repetition() throws {
        let id = #""event_id":"0193b0a0-1111-7222-8333-444444444444""#
        func event(_ upstream: String) throws -> Event {
            try #require(Submitter().submit(#"{"kind":"materialization","asset_key":"a",\#(id),"upstream":\#(upstream)}"#).events.first)
        }
        let first = try event(#"[["b"],["c"]]"#)
        let others = [(#"[["b"],["c"],["b"]]"#, true), (#"[["c"],["b"]]"#, false), ("[]", false)]
        for (upstream, isSame) in others {
            let other = try event(upstream)
            #expect(first.withColumns { columns in other.withColumns { columns.isRepetition(of: $0) } } == isSame, "\(upstream)")
        }
    }

    @Test("A report names them in its body or in the query", arguments: ["report_asset_materialization", "report_asset_observation"])
    func report(endpoint: String) throws {
        let reporter = Reporter(extensions: true)
        let inBody = reporter.report("/\(endpoint)/a", json: #"{"upstream":[["b","c"],["b","c"]]}"#)
        let inQuery = reporter.report("/\(endpoint)/a?upstream=%5B%5B%22b%22,%22c%22%5D%5D")
        for (answer, source) in [(inBody, ParameterSource.body), (inQuery, .query)] {
            let event = try #require(answer.recorded, "\(answer.error ?? "")")
            #expect(String(decoding: event.details, as: UTF8.self) == #"{"tags":{},"metadata":{},"upstream":[["b","c"]]}"#)
            #expect(answer.sources?.upstream == source)
        }
        #expect(
            reporter.report("/\(endpoint)/a", json: #"{"upstream":["b"]}"#).error
                == #"upstream must hold asset keys as arrays of strings, such as ["warehouse", "orders"]; one is "b"."#)
        let plain = try #require(Reporter().report("/\(endpoint)/a", json: #"{"upstream":[["b"]]}"#).recorded)
        #expect(UpstreamKeys.keys(in: plain.details).isEmpty)
    }

    @Test("What can't be read in stored details is left out", arguments: ["{}", "", #"{"upstream":5}"#, #"{"upstream":[5,[],["a",5]]}"#])
    func damaged(details: String) {
        #expect(UpstreamKeys.keys(in: Array(details.utf8)).isEmpty)
    }
}

extension CanonicalJSON {
    fileprivate static func array(_ keys: [AssetKey]) -> String {
        "[\(keys.map(\.canonical).joined(separator: ","))]"
    }
}
