import AssetlogCore
import Testing

@testable import AssetlogClient

@Suite("The body of a report")
struct ReportBodyTests {
    struct Row {
        var report: Report
        var body: String
    }

    private static let rows = [
        Row(report: Report(.materialization, of: ["a"]), body: #"{"asset_key":["a"]}"#),
        Row(
            report: Report(
                .materialization, of: ["warehouse", "a/b", ".."], partition: "2026-11-22", description: "line\nbreak",
                dataVersion: "1.1"),
            body:
                #"{"asset_key":["warehouse","a/b",".."],"partition":"2026-11-22","description":"line\nbreak","data_version":"1.1"}"#
        ),
        Row(
            report: Report(.check(name: "rows", passed: false, severity: .warn), of: ["é\""], partition: ""),
            body: #"{"asset_key":["é\""],"check_name":"rows","passed":false,"severity":"WARN","partition":""}"#),
        Row(
            report: Report(
                .observation, of: ["a"],
                metadata: [
                    "z": 1, "a": 1.5, "t": true, "n": nil, "s": "x", "nan": .double(.nan), "inf": .double(-.infinity),
                    "l": [1, "2"], "o": ["b": 1, "a": [:]], "z": 2,
                ], timestamp: Timestamp(microseconds: 0)),
            body: #"{"asset_key":["a"],"timestamp":"1970-01-01T00:00:00.000000Z","metadata":{"z":2,"a":1.5,"t":true,"n":null,"#
                + #""s":"x","nan":NaN,"inf":-Infinity,"l":[1,"2"],"o":{"a":{},"b":1}}}"#),
    ]

    @Test("is canonical JSON with the fields that are set", arguments: rows.indices)
    func body(_ index: Int) throws {
        let row = Self.rows[index]
        let body = row.report.body()
        #expect(String(decoding: body, as: UTF8.self) == row.body)
        #expect(try body.withUnsafeBytes { try JSONScanner.validate($0) } == .object)
    }

    @Test("takes labels from JSON in their order, integers of any size too")
    func labels() throws {
        let metadata = try ReportMetadata(json: #" { "z" : 123456789012345678901234567890, "a" : {"y":1,"x":2}, "z": null } "#)
        #expect(metadata.entries.map(\.label) == ["z", "a"])
        #expect(metadata["z"] == .text(try JSONText("null")))
        let body = String(decoding: Report(.observation, of: ["k"], metadata: metadata).body(), as: UTF8.self)
        #expect(body.hasSuffix(#""metadata":{"z":null,"a":{"x":2,"y":1}}}"#))
    }

    @Test("says nothing of a check that the server would not keep")
    func check() {
        let check = Report(.check(name: "c", passed: true), of: ["a"], description: "d", dataVersion: "v")
        #expect(String(decoding: check.body(), as: UTF8.self) == #"{"asset_key":["a"],"check_name":"c","passed":true,"severity":"ERROR"}"#)
    }

    // Composed and decomposed: Swift's texts are equal, the bytes are not.
    private static let composed = "caf\u{e9}"
    private static let decomposed = "cafe\u{301}"

    @Test("keeps labels and names apart whose bytes differ, wherever they stand")
    func bytes() throws {
        let (one, other) = (Self.composed, Self.decomposed)
        try #require(one == other)
        let labels: ReportMetadata = [one: 1, other: 2]
        #expect(labels.entries.map(\.value) == [1, 2])
        #expect(labels[one] == 1 && labels[other] == 2)
        let json = #"{"\#(one)":{"\#(other)":1,"\#(one)":2},"\#(other)":3}"#
        #expect(try ReportMetadata(json: json).entries.count == 2)
        let nested = JSONValue.object([one: 1, other: 2])
        let report = Report(.observation, of: [one], metadata: ["o": nested])
        #expect(
            report.body().elementsEqual(#"{"asset_key":["\#(one)"],"metadata":{"o":{"\#(other)":2,"\#(one)":1}}}"#.utf8))
        #expect(report != Report(.observation, of: [other], metadata: ["o": nested]))
        #expect(Set([report, Report(.observation, of: [other], metadata: ["o": nested])]).count == 2)
        #expect(Report.Kind.check(name: one, passed: true) != .check(name: other, passed: true))
        #expect(JSONValue.string(one) != .string(other))
        let client = try AssetlogClient(url: "http://h")
        #expect(try client.seal(Report(.observation, of: [one])).orderingKey != client.seal(Report(.observation, of: [other])).orderingKey)
    }

    @Test(
        "makes a number of a word only where that reads back as it was typed",
        arguments: [
            ("10", "10"), ("-1", "-1"), ("0", "0"), ("1.5", "1.5"), ("-0.25", "-0.25"), ("1.0", "1.0"), ("1e+16", "1e+16"),
            ("123456789012345678901234567890", "123456789012345678901234567890"), ("true", "true"), ("false", "false"), ("null", "null"),
        ])
    func numbers(_ word: String, _ json: String) throws {
        #expect(JSONValue(typed: word) == .text(try JSONText(json)))
    }

    @Test(
        "leaves every other word a text",
        arguments: [
            "7e10432", "1e5", "1E5", "1e-5", "1.10", "1.", ".5", "007", "+5", "-0", "-0.0e0", "--5", "0x1f", "1_000", "1,5", " 10", "10 ",
            "10\n", "", "NaN",
            "Infinity", "-Infinity", "inf", "nan", "True", "TRUE", "None", "yes", "\"x\"", "[1]", "{}", "0.30000000000000000001",
            "12345678.123456789123", "1e400", "\u{661}", "2026-11-22", "1.1.1",
        ])
    func texts(_ word: String) {
        #expect(JSONValue(typed: word) == .string(word))
    }

    @Test("takes no labels from anything but an object", arguments: ["", "[]", "1", "{", #"{"a":}"#, #"{"a":1}x"#])
    func noLabels(_ text: String) {
        #expect(throws: (any Error).self) { try ReportMetadata(json: text) }
    }
}

@Suite("The URL of a server")
struct ServerURLTests {
    @Test(
        "is kept in one form",
        arguments: [
            ("http://localhost:3000", "http://localhost:3000"), ("HTTPS://Example.COM/", "https://example.com"),
            ("https://example.com:8443/Dagster//", "https://example.com:8443/Dagster"), ("http://[::1]:3000/a/b", "http://[::1]:3000/a/b"),
        ])
    func good(_ text: String, _ expected: String) throws {
        #expect(try ServerURL(text).description == expected)
    }

    @Test(
        "is refused, without a word of what it holds",
        arguments: [
            "", "localhost:3000", "ftp://secret", "http://", "http:///secret", "https://secret:word@example.com/", "http://a/?secret=1",
            "http://a/#secret", "http://a/sec\nret", "http://exämple/", "http://[::1/secret", "http://a:0/secret", "http://a:99999/secret",
            "http://a:secret/", "http://a:80:81/secret",
        ])
    func bad(_ text: String) {
        let error = #expect(throws: ClientError.self) { try ServerURL(text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("goes before the deployment and the route")
    func target() throws {
        let client = try AssetlogClient(url: "http://h/dagster/", deployment: "prod")
        let report = try client.seal(Report(.check(name: "c", passed: true), of: ["a"]))
        func url(_ destination: ReportDestination) -> String {
            ReportMessage(report: report, destination: destination, saysTime: true).url
        }
        #expect(url(.eventAPI) == "http://h/dagster/prod/api/v1/events")
        #expect(url(.reportEndpoint) == "http://h/dagster/prod/report_asset_check/")
        #expect(throws: ClientError.self) { try AssetlogClient(url: "http://h", deployment: "a/b") }
        #expect(throws: ClientError.self) { try client.seal(Report(.observation, of: [])) }
    }
}
