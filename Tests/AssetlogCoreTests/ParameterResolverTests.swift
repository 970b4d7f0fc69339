import AssetlogCore
import Testing

@Suite struct ParameterResolverTests {
    static let materialize = "/report_asset_materialization/"
    static let check = "/report_asset_check/"
    static let observe = "/report_asset_observation/"

    @Test(
        "Every kind of event is kept as canonical details",
        arguments: [
            (
                materialize + "x", #"{"metadata":{"b":1,"a":"t"},"partition":"p","description":"d","data_version":"v"}"#,
                #"{"description":"d","data_version":"v","tags":{"dagster/data_version":"v","dagster/data_version_is_user_provided":"true"},"metadata":{"b":{"type":"int","value":1},"a":{"type":"text","value":"t"}}}"#
            ),
            (materialize + "x", "{}", #"{"tags":{},"metadata":{}}"#),
            (observe + "x", #"{"description":"a\nb\u00e9\"","metadata":null}"#, #"{"description":"a\nbé\"","tags":{},"metadata":{}}"#),
            (
                check + "x",
                #"{"metadata":{"b":1,"a":2.0},"check_name":"c\t","passed":false,"severity":"WARN","description":5,"data_version":5}"#,
                #"{"metadata":{"a":{"type":"float","value":2.0},"b":{"type":"int","value":1}},"check_name":"c\t","passed":false,"severity":"WARN"}"#
            ),
            (
                check + "x", #"{"check_name":"","passed":true,"severity":null}"#,
                #"{"metadata":{},"check_name":"","passed":true,"severity":"ERROR"}"#
            ),
        ] as [(String, String, String)])
    func details(target: String, body: String, details: String) {
        let answer = Reporter().report(target, json: body)
        #expect(answer.details == details, "\(answer.error ?? "")")
    }

    @Test("Where each value came from is reported")
    func sources() throws {
        let sources = try #require(
            Reporter().report(
                Self.materialize + "x?partition=q&description=q&asset_key=q",
                json: #"{"asset_key":5,"partition":null,"data_version":"b"}"#
            ).sources)
        #expect(sources.assetKey == .path)
        #expect(sources.partition == .body)
        #expect(sources.description == .query)
        #expect(sources.dataVersion == .body)
        #expect(sources.metadata == .absent)
        #expect(sources.passed == .absent)
    }

    @Test(
        "The asset key has its own rules per source",
        arguments: [
            ("a/b", nil, #"["a","b"]"#), ("a/", nil, #"["a",""]"#), ("/a", nil, #"["","a"]"#), ("/", nil, #"["",""]"#),
            ("a%2Fb%252F", nil, #"["a","b%2F"]"#), ("a\\/b", nil, #"["a\\","b"]"#), ("%22%5C%01", nil, #"["\"\\\u0001"]"#),
            ("caf%C3%A9+x", nil, #"["café+x"]"#), ("%ED%A0%80", nil, #"["\#u{fffd}\#u{fffd}\#u{fffd}"]"#),
            ("%E6%97", nil, #"["\#u{fffd}"]"#),
            ("%F0%9F%98x%FFy", nil, #"["\#u{fffd}x\#u{fffd}y"]"#), ("x%0A", nil, #"["x"]"#),
            ("?asset_key=q", #"{"asset_key":"a/b"}"#, #"["a/b"]"#), ("?asset_key=q", #"{"asset_key":["a/b","\u00e9"]}"#, #"["a/b","é"]"#),
            ("", #"{"asset_key":""}"#, #"[""]"#), ("", #"{"a":1,"asset\u005fkey":"x"}"#, #"["x"]"#),
            ("", #"{"asset_key":5,"asset_key":"x"}"#, #"["x"]"#),
            ("?asset_key=a.b-c%20d_e", nil, #"["a","b","c","d_e"]"#), ("?asset_key=..a..", nil, #"["a"]"#),
            ("?asset_key=%5B%22a.b%22,%22c%0Ad%22%5D", nil, #"["a.b","c\nd"]"#), ("?asset_key=[broken", nil, #"["broken"]"#),
            ("?asset_key=x&asset_key=y", nil, #"["y"]"#), ("?asset%5Fkey=x", nil, #"["x"]"#),
            ("?asset_key=%5B%22caf%C3%A9%22%5D", nil, #"["café"]"#),
            ("?asset_key=%5B%22\\u00e9\\n\\\\%22,%22b%22%5D", nil, #"["é\n\\","b"]"#), ("?asset_key=a%00b", nil, #"["a","b"]"#),
            ("?asset_key=%5B%22%FF%22%5D", nil, #"["\#u{fffd}"]"#), ("?&&asset_key=x&", nil, #"["x"]"#),
            ("?asset_key=[\"a\" , \"b\" ]", nil, #"["a","b"]"#),
        ] as [(String, String?, String)])
    func keys(rest: String, body: String?, key: String) {
        let answer = Reporter().report(Self.materialize + rest, contentType: body == nil ? nil : "application/json", body: body ?? "")
        #expect(answer.event?["asset_key"] == TestJSON(key.utf8), "\(answer)")
    }

    static let emptyKey =
        "Empty asset key, must provide asset key as url path after /report_asset_materialization/ or query param asset_key."
    static let emptyCheckKey =
        "Empty asset key, must provide asset key as url path after /report_asset_check_evaluation/ or query param asset_key."

    @Test(
        "Errors have Dagster's texts, or say what to do",
        arguments: [
            (materialize, "{}", emptyKey), (observe, "{}", emptyKey), (check, "{}", emptyCheckKey),
            (materialize + "?asset_key=", "{}", emptyKey),
            (check + "x", #"{"check_name":"c"}"#, "Missing required parameter 'passed'."),
            (
                materialize + "x", #"{"metadata":5}"#,
                "Error constructing AssetMaterialization: Param \"metadata\" is not one of ['Mapping']. Got 5 which is type <class 'int'>."
            ),
            (
                observe + "x", #"{"partition":5}"#,
                "Error constructing AssetMaterialization: Param \"partition\" is not a str. Got 5 which is type <class 'int'>."
            ),
            (
                materialize + "x", #"{"description":[true,null,{"a":"it's","b":-0.50}]}"#,
                "Error constructing AssetMaterialization: Param \"description\" is not a str. Got [True, None, {'a': \"it's\", 'b': -0.5}] which is type <class 'list'>."
            ),
            (
                check + "x", #"{"passed":true,"check_name":null}"#,
                "Error constructing AssetCheckEvaluation: Param \"check_name\" is not a str. Got None which is type <class 'NoneType'>."
            ),
            (
                check + "x", #"{"passed":true}"#,
                "Error constructing AssetCheckEvaluation: Param \"check_name\" is not a str. Got None which is type <class 'NoneType'>."
            ),
            (
                check + "x", #"{"passed":"true","check_name":"c"}"#,
                "Error constructing AssetCheckEvaluation: Param \"passed\" is not a bool. Got 'true' which is type <class 'str'>."
            ),
            (
                check + "x?passed=null", #"{"check_name":"c"}"#,
                "Error constructing AssetCheckEvaluation: Param \"passed\" is not a bool. Got None which is type <class 'NoneType'>."
            ),
            (
                check + "x", #"{"passed":true,"check_name":"c","severity":"warn"}"#,
                "Error constructing AssetCheckEvaluation: 'warn' is not a valid AssetCheckSeverity"
            ),
            (
                check + "x", #"{"passed":true,"check_name":"c","severity":5}"#,
                "Error constructing AssetCheckEvaluation: 5 is not a valid AssetCheckSeverity"
            ),
            (
                check + "x?severity=", #"{"passed":true,"check_name":"c"}"#,
                "Error constructing AssetCheckEvaluation: '' is not a valid AssetCheckSeverity"
            ),
            (materialize + "x", "[]", "The body must be a JSON object, not an array."),
            (
                materialize + "x", #"{"a":1,}"#,
                "The body is not valid JSON: expected a name in double quotes at line 1, column 8 (byte 7); remove the comma before it."
            ),
            (materialize + "x", " ", "The body is not valid JSON: it is empty; send an object such as {}."),
            (
                materialize + "x", #"{"ignored":"\ud800"}"#,
                "The body is not valid JSON: a string holds one half of a surrogate pair at line 1, column 13 (byte 12); send both halves or the character itself."
            ),
            (materialize, #"{"asset_key":null}"#, "asset_key must be a string or an array of strings, not null."),
            (materialize, #"{"asset_key":[]}"#, "The asset key has no parts; give it at least one."),
            (materialize, #"{"asset_key":["a",5]}"#, "asset_key must be an array of strings; one of its elements is not a string."),
            (
                materialize + "?asset_key=caf%C3%A9", "{}",
                "asset_key in the query has characters outside ASCII, at which it would be cut off; write it as a JSON array: asset_key=[\"part\"]."
            ),
            (materialize + "?asset_key=!!!", "{}", "The asset key has no parts; give it at least one."),
            (materialize + "?asset_key=[]", "{}", "The asset key has no parts; give it at least one."),
            (
                materialize + "?asset_key=[%22\\ud800%22]", "{}",
                "asset_key is not valid JSON: a string holds one half of a surrogate pair at line 1, column 3 (byte 2); send both halves or the character itself."
            ),
            (
                materialize + "x?metadata=%7B", "{}",
                "Error parsing metadata json: it ends too early, at line 1, column 2 (byte 1); something is missing or was cut off."
            ),
            (
                materialize + "x", #"{"data_version":1.10}"#,
                "Error constructing AssetMaterialization: Param \"data_version\" is not a str. Got 1.1 which is type <class 'float'>."
            ),
            (materialize + "a%00b", "{}", "asset_key has a NUL character, which can't be stored; leave it out."),
            (materialize + "x", #"{"description":"\u0000"}"#, "description has a NUL character, which can't be stored; leave it out."),
            (
                check + "x", #"{"passed":true,"check_name":"a\u0000"}"#,
                "check_name has a NUL character, which can't be stored; leave it out."
            ),
            (materialize + "?asset_key=[%22a%00b%22]", "{}", "asset_key has a NUL character, which can't be stored; leave it out."),
        ] as [(String, String, String)])
    func texts(target: String, body: String, text: String) {
        let answer = Reporter().report(target, json: body)
        #expect(answer.status == 400)
        #expect(answer.error == text)
    }

    @Test(
        "What is judged first decides the answer",
        arguments: [
            // Content type, body, key, permission.
            ("text/plain", materialize, "{", "Unhandled content type text/plain, expect no body or application/json"),
            ("application/json", materialize, "{", "The body is not valid JSON"),
            ("application/json", materialize, "{}", "Empty asset key"),
            // Metadata in the query is parsed before anything is made.
            ("application/json", materialize + "x?metadata=bad", #"{"partition":5}"#, "Error parsing metadata json"),
            // Materialization: metadata, partition, description, data version. Observation: the middle two change places.
            (
                "application/json", materialize + "x", #"{"data_version":5,"description":5,"partition":5,"metadata":5}"#,
                "Error constructing AssetMaterialization: Param \"metadata\""
            ),
            (
                "application/json", materialize + "x", #"{"data_version":5,"description":5,"partition":5}"#,
                "Error constructing AssetMaterialization: Param \"partition\""
            ),
            (
                "application/json", observe + "x", #"{"data_version":5,"description":5,"partition":5}"#,
                "Error constructing AssetMaterialization: Param \"description\""
            ),
            (
                "application/json", materialize + "x", #"{"data_version":5,"description":5}"#,
                "Error constructing AssetMaterialization: Param \"description\""
            ),
            // Check: passed is there, metadata parses, then severity, metadata, name, passed, partition.
            ("application/json", check + "x?metadata=bad&passed=bad", #"{"severity":"bad"}"#, "Error parsing 'passed'"),
            ("application/json", check + "x?metadata=bad", #"{"severity":"bad","passed":5}"#, "Error parsing metadata json"),
            (
                "application/json", check + "x", #"{"passed":"x","check_name":5,"severity":"bad","metadata":5,"partition":5}"#,
                "Error constructing AssetCheckEvaluation: 'bad'"
            ),
            (
                "application/json", check + "x", #"{"passed":"x","check_name":5,"metadata":5,"partition":5}"#,
                "Error constructing AssetCheckEvaluation: Param \"metadata\""
            ),
            (
                "application/json", check + "x", #"{"passed":"x","check_name":5,"partition":5}"#,
                "Error constructing AssetCheckEvaluation: Param \"check_name\""
            ),
            (
                "application/json", check + "x", #"{"passed":"x","check_name":"c","partition":5}"#,
                "Error constructing AssetCheckEvaluation: Param \"passed\""
            ),
            (
                "application/json", check + "x", #"{"passed":true,"check_name":"c","partition":5}"#,
                "Error constructing AssetCheckEvaluation: Param \"partition\""
            ),
        ] as [(String, String, String, String)])
    func order(contentType: String, target: String, body: String, text: String) {
        #expect(Reporter().report(target, contentType: contentType, body: body).error?.hasPrefix(text) == true)
    }

    @Test("Permission comes after the key and before everything else")
    func permission() {
        let reporter = Reporter(readOnly: true)
        #expect(reporter.report(Self.materialize, json: "{}").status == 400)
        #expect(reporter.report(Self.materialize + "x", json: "[").status == 400)
        let refused = reporter.report(Self.check + "x?metadata=bad", json: #"{"severity":5}"#)
        #expect(refused.status == 401)
        #expect(refused.error == "Not authorized to report runless asset events.")
    }

    @Test("The permission is asked about the key's canonical form")
    func permissionKey() throws {
        let body = Array(#"{"asset_key":["b\u00e4r","\n"]}"#.utf8)
        let key = try body.withUnsafeBytes { body in
            try Array("application/json".utf8).withUnsafeBytes { type in
                var asked = ""
                let request = ReportRequest(
                    endpoint: .materialization, keyPath: UnsafeRawBufferPointer(start: nil, count: 0), query: nil, contentType: type,
                    body: body)
                try ParameterResolver().resolve(
                    request,
                    authorize: { key in
                        asked = String(decoding: key, as: UTF8.self)
                        return true
                    }, { _ in })
                return asked
            }
        }
        #expect(key == #"["bär","\n"]"#)
    }

    @Test(
        "Without a content type the body is not looked at, and only JSON in UTF-8 is a content type",
        arguments: [
            (nil, 200), ("application/json", 200), ("Application/JSON", 200), ("application/json; charset=utf-8", 200),
            ("application/json;charset=\"UTF-8\"", 200), ("application/json ;  Charset=utf-8 ", 200), (" application/json", 200),
            ("", 400), ("text/json", 400), ("application/json; charset=latin-1", 400), ("application/json;", 400),
            ("application/json; charset=utf-8; x=y", 400), ("application/jsonp", 400), ("application/json, application/json", 400),
            ("application/x-www-form-urlencoded", 400),
        ] as [(String?, Int)])
    func contentTypes(contentType: String?, status: Int) {
        let answer = Reporter().report(Self.materialize + "x", contentType: contentType, body: #"{"description":"b"}"#)
        #expect(answer.status == status)
        if status == 400 { #expect(answer.error == "Unhandled content type \(contentType ?? ""), expect no body or application/json") }
        if contentType == nil { #expect(answer.event?["description"] == .null) }
        if let contentType, status == 200 { #expect(answer.event?["description"] == .string("b"), "\(contentType)") }
    }

    @Test(
        "An empty body and null count as none, whatever the content type says", arguments: ["application/json", nil],
        ["", "null", " null\n"])
    func emptyBody(contentType: String?, body: String) {
        let answer = Reporter().report(Self.materialize + "x?description=q", contentType: contentType, body: body)
        #expect(answer.status == 200)
        #expect(answer.event?["description"] == .string("q"))
    }

    @Test(
        "Texts that identify something end at 2,048 bytes of UTF-8",
        arguments: [
            (materialize + "{}", "{}"), (materialize + "x?partition={}", "{}"), (materialize + "x", #"{"data_version":"{}"}"#),
            (materialize, #"{"asset_key":["x","{}"]}"#),
            (check + "x", #"{"passed":true,"check_name":"{}"}"#), (check + "x?passed=true&check_name=c&partition={}", "{}"),
            (materialize + "?asset_key={}", "{}"),
        ] as [(String, String)])
    func lengths(target: String, body: String) {
        func report(_ text: String) -> ReportAnswer {
            func fill(_ template: String) -> String {
                template.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: text)
            }
            let inTarget = target.contains("{}")
            return Reporter().report(inTarget ? fill(target) : target, json: inTarget ? body : fill(body))
        }
        let most = body.contains(#"["x""#) ? 2047 : 2048
        #expect(report(String(repeating: "k", count: most)).status == 200)
        #expect(report(String(repeating: "k", count: most + 1)).status == 400)
        #expect(report(String(repeating: "k", count: most + 1)).error?.contains("2048") == true)
    }

    @Test("A description may be as long as the body")
    func longDescription() {
        let text = String(repeating: "long ", count: 100_000)
        #expect(Reporter().report(Self.observe + "x", json: #"{"description":"\#(text)"}"#).event?["description"] == .string(text))
    }

    @Test(
        "The query is read as Python reads it",
        arguments: [
            ("description=a+b%20c%2Bd", "a b c+d"), ("description=%zz%4", "%zz%4"), ("description", ""), ("description==", "="),
            ("description=a&description=b", "b"),
            ("description=a&Description=b", "a"), ("de%73cription=x", "x"), ("description=a;partition=b", "a;partition=b"),
            ("description=%C3%A9%FF", "é\u{fffd}"), ("=x&description=y", "y"),
            ("description=%E2%82%ACx%E2%82", "€x\u{fffd}"),
        ] as [(String, String)])
    func query(query: String, description: String) {
        #expect(Reporter().report(Self.materialize + "x?" + query).event?["description"] == .string(description))
    }

    @Test("A mark before UTF-8 in the body is skipped")
    func byteOrderMark() {
        #expect(Reporter().report(Self.materialize + "x", json: "\u{feff}{\"partition\":\"p\"}").event?["partition"] == .string("p"))
        #expect(Reporter().report(Self.materialize + "x", json: "\u{feff}").status == 400)
    }

    @Test("One resolver serves many reports, and no report leaves anything to the next")
    func reuse() throws {
        let resolver = ParameterResolver()
        let type = Array("application/json".utf8)
        func details(_ body: String, _ query: String?) throws -> String {
            try Array(body.utf8).withUnsafeBytes { body in
                try Array((query ?? "").utf8).withUnsafeBytes { queryBytes in
                    try type.withUnsafeBytes { type in
                        try Array("x".utf8).withUnsafeBytes { path in
                            let request = ReportRequest(
                                endpoint: .materialization, keyPath: path, query: query == nil ? nil : queryBytes, contentType: type,
                                body: body)
                            return try resolver.resolve(request, authorize: { _ in true }) { report in
                                String(decoding: report.assetKey, as: UTF8.self)
                                    + String(decoding: report.partition ?? report.assetKey, as: UTF8.self)
                                    + String(decoding: report.details, as: UTF8.self)
                            }
                        }
                    }
                }
            }
        }
        let big = String(repeating: "x", count: 3 << 20)
        for _ in 0..<3 {
            #expect(
                try details(#"{"description":"a\n","partition":"\u0041","metadata":{"b":{"z":1,"y":2}}}"#, "data_version=%20")
                    == #"["x"]A{"description":"a\n","data_version":" ","tags":{"dagster/data_version":" ","dagster/data_version_is_user_provided":"true"},"metadata":{"b":{"type":"json","value":{"y":2,"z":1}}}}"#
            )
            #expect(throws: ParameterError.self) { try details("{", nil) }
            #expect(try details("{}", nil) == #"["x"]["x"]{"tags":{},"metadata":{}}"#)
            #expect(try details(#"{"description":"\#(big)"}"#, nil).utf8.count > big.utf8.count)
        }
    }
}
