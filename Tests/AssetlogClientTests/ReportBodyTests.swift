import AssetlogCore
import Testing

@testable import AssetlogClient

@Suite("The body of a report")
struct ReportBodyTests {
    private static let now = Timestamp(microseconds: 1_764_000_000_000_000)
    private static let time = #","timestamp":"2025-11-24T16:00:00.000000Z""#

    struct Row {
        var report: Report
        var body: String
    }

    private static let rows = [
        Row(report: Report(.materialization, of: ["a"]), body: #"{"asset_key":["a"]\#(time)}"#),
        Row(
            report: Report(
                .materialization, of: ["warehouse", "a/b", ".."], partition: "2026-11-22", description: "line\nbreak",
                dataVersion: "1.1"),
            body:
                #"{"asset_key":["warehouse","a/b",".."],"partition":"2026-11-22","description":"line\nbreak","data_version":"1.1"\#(time)}"#
        ),
        Row(
            report: Report(.check(name: "rows", passed: false, severity: .warn), of: ["é\""], partition: ""),
            body: #"{"asset_key":["é\""],"check_name":"rows","passed":false,"severity":"WARN","partition":""\#(time)}"#),
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
        let body = row.report.body(at: Self.now)
        #expect(String(decoding: body, as: UTF8.self) == row.body)
        #expect(try body.withUnsafeBytes { try JSONScanner.validate($0) } == .object)
    }

    @Test("takes labels from JSON in their order, integers of any size too")
    func labels() throws {
        let metadata = try ReportMetadata(json: #" { "z" : 123456789012345678901234567890, "a" : {"y":1,"x":2}, "z": null } "#)
        #expect(metadata.entries.map(\.label) == ["z", "a"])
        #expect(metadata["z"] == .text(try JSONText("null")))
        let body = String(decoding: Report(.observation, of: ["k"], metadata: metadata).body(at: Self.now), as: UTF8.self)
        #expect(body.hasSuffix(#""metadata":{"z":null,"a":{"x":2,"y":1}}}"#))
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
            "http://a/#secret", "http://a/sec\nret", "http://exämple/",
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
        #expect(report.target == "http://h/dagster/prod/report_asset_check/")
        #expect(throws: ClientError.self) { try AssetlogClient(url: "http://h", deployment: "a/b") }
        #expect(throws: ClientError.self) { try client.seal(Report(.observation, of: [])) }
    }
}
