import AssetlogCore
import Foundation
import Testing

@testable import AssetlogObservation

@Suite("The lines of the journals")
struct LineFormatTests {
    private static let time = Timestamp(microseconds: 1_795_392_000_123_456)

    private func record(_ change: (inout AccessRecord) -> Void = { _ in }) -> AccessRecord {
        var record = AccessRecord(
            time: Self.time, nanoseconds: 1_234_567, client: "10.0.0.7", reporter: "etl", deployment: "prod",
            method: "POST", path: "/report_asset_materialization/orders", route: "/report_asset_materialization",
            status: 200, requestBytes: 120, responseBytes: 2, tlsVersion: "TLSv1.3", userAgent: "curl/8.5 (x)")
        change(&record)
        return record
    }

    private func line(_ record: AccessRecord, _ format: LogFormat) -> String {
        String(decoding: AccessLog.line(record, format), as: UTF8.self)
    }

    @Test("A request is one line of text")
    func text() {
        #expect(
            line(record(), .text)
                == "time=2026-11-23T00:00:00.123456Z logger=assetlog.access client=10.0.0.7 reporter=etl deployment=prod"
                + " method=POST path=/report_asset_materialization/orders route=/report_asset_materialization status=200"
                + " seconds=0.001234 request_bytes=120 response_bytes=2 tls=TLSv1.3 user_agent=\"curl/8.5 (x)\"\n")
    }

    @Test("A request is one object of JSON, and what is not known is null")
    func json() {
        let unknown = record { record in
            record.client = nil
            record.reporter = nil
            record.tlsVersion = nil
            record.refusal = "no_token"
        }
        #expect(
            line(unknown, .json)
                == #"{"time":"2026-11-23T00:00:00.123456Z","logger":"assetlog.access","client":null,"reporter":null,"#
                + #""deployment":"prod","method":"POST","path":"/report_asset_materialization/orders","#
                + #""route":"/report_asset_materialization","status":200,"refusal":"no_token","seconds":0.001234,"#
                + #""request_bytes":120,"response_bytes":2,"tls":null,"user_agent":"curl/8.5 (x)"}"# + "\n")
        #expect(!line(unknown, .text).contains("client="))
    }

    /// Texts with which a stranger could forge a line, a field, or what a terminal shows.
    private static let forgedTexts = [
        "x\ntime=2026 status=200", "x\r\n{\"status\":200}", "x\" status=200 y=\"", "\u{1B}[2J", "a\u{85}b", "a\u{2028}b",
        "\u{202E}gpj.exe", "\u{0}", "\u{7F}", "=", "", " ", "\\", "\\\"", "\u{FEFF}", "é😀", "\\u000a",
    ]

    @Test("Nothing that a stranger sends ends a line or looks like a field", arguments: forgedTexts)
    func forgeries(_ text: String) throws {
        let forged = record { record in
            record.method = text
            record.path = "/\(text)"
            record.userAgent = text
            record.reporter = text
        }
        for format in [LogFormat.text, .json] {
            let line = line(forged, format)
            #expect(line.unicodeScalars.count { $0 == "\n" } == 1)
            let visible = line.unicodeScalars.dropLast()
            #expect(
                !visible.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || [0x2028, 0x202E, 0xFEFF].contains($0.value) })
        }
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(AccessLog.line(forged, .json))) as? [String: Any])
        #expect(json["user_agent"] as? String == text)
        #expect(json["status"] as? Int == 200)
        #expect(json.count == 15)
        #expect(Self.fields(line(forged, .text)).map(\.name).count { $0 == "status" } == 1)
        #expect(Self.fields(line(forged, .text)).count == 14)
    }

    /// Reads a line as readers of `key=value` do.
    private static func fields(_ line: String) -> [(name: String, value: String)] {
        var rest = line.dropLast()[...]
        var fields: [(String, String)] = []
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            var value = ""
            if rest.first == "\"" {
                rest.removeFirst()
                while let character = rest.popFirst(), character != "\"" {
                    value.append(character)
                    if character == "\\", let escaped = rest.popFirst() { value.append(escaped) }
                }
            } else {
                value = String(rest.prefix { $0 != " " })
                rest = rest.dropFirst(value.count)
            }
            fields.append((name, value))
            rest = rest.drop { $0 == " " }
        }
        return fields
    }

    @Test(
        "Of a target only the path is written",
        arguments: [
            ("/a/b?token=al_1_s", "/a/b"), ("/a#b?c", "/a"), ("?x", ""), ("*", "*"), ("/a%3Fb", "/a%3Fb"),
            ("http://user:secret@host/a?b", "/a"), ("https://user:secret@host", "/"), ("/x://y", "/x://y"),
            ("user:secret@host:443", "user:secret@host:443"),
        ])
    func paths(_ target: String, _ path: String) {
        #expect(AccessLog.path(target) == path)
    }

    @Test("Long texts are cut between characters")
    func long() throws {
        let long = record { record in
            record.path = "/" + String(repeating: "é", count: 60_000)
            record.userAgent = String(repeating: "😀", count: 1000)
            record.method = String(repeating: "X", count: 1000)
        }
        let json = try #require(JSONSerialization.jsonObject(with: Data(AccessLog.line(long, .json))) as? [String: Any])
        #expect((json["path"] as? String)?.utf8.count == AccessLog.pathBytes - 1 + 3)
        #expect(json["user_agent"] as? String == String(repeating: "😀", count: AccessLog.userAgentBytes / 4) + "…")
        #expect(AccessLog.line(long, .text).count < 4096)
    }

    @Test(
        "Durations have six digits",
        arguments: [
            (0, "0.000000"), (999, "0.000000"), (1000, "0.000001"), (61_000_000_000, "61.000000"), (-5, "0.000000"),
            (1_050_000_999, "1.050000"),
        ])
    func durations(_ nanoseconds: Int, _ text: String) {
        var line = LineBuilder(.text, logger: "x", at: Self.time)
        line.add("seconds", nanoseconds: nanoseconds)
        #expect(String(decoding: line.finished(), as: UTF8.self).hasSuffix(" seconds=\(text)\n"))
    }
}
