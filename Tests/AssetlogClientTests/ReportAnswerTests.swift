import AssetlogCore
import AssetlogDelivery
import Testing

@testable import AssetlogClient

/// An answer, by where it came from.
struct AnswerRow: Sendable, CustomTestStringConvertible {
    enum Meaning: Equatable { case recorded, refused, later }
    var testDescription: String
    var status: Int
    var fields: [(String, String)] = []
    var body = ""
    var meaning: Meaning
    /// What its sentence holds.
    var words = ""

    init(_ name: String, _ status: Int, _ fields: [(String, String)], _ meaning: Meaning, _ words: String = "") {
        self.init(name, status, fields, "", meaning, words)
    }

    init(_ name: String, _ status: Int, _ fields: [(String, String)], _ body: String, _ meaning: Meaning, _ words: String = "") {
        (testDescription, self.status, self.fields, self.body) = (name, status, fields, body)
        (self.meaning, self.words) = (meaning, words)
    }

    func judged(at destination: ReportDestination) throws -> ReportAnswer {
        var answer = OutboundAnswer(status: status)
        answer.headers = fields.map { OutboundAnswer.Header($0.0.lowercased(), $0.1) }
        answer.body = Array(body.utf8)
        let report = try AssetlogClient(url: "http://h").seal(Report(.observation, of: ["a"]))
        return ReportAnswer(answer: answer, destination: destination, report: report)
    }
}

@Suite("An answer to a report")
struct ReportAnswerTests {
    private static let json = ("Content-Type", "application/json")
    private static let html = ("Content-Type", "text/html; charset=utf-8")
    private static let problem = ("Content-Type", "application/problem+json")
    private static let refused = ("Assetlog-Answer", "refused")
    private static let later = ("Assetlog-Answer", "later")
    private static let id = ("Assetlog-Event-Id", "0193b0a0-1111-7222-8333-444444444444")

    private static func counts(_ recorded: Int, _ duplicate: Int, _ refused: Int = 0, items: String = "") -> String {
        #"{"received":1,"recorded":\#(recorded),"duplicate":\#(duplicate),"refused":\#(refused),"first_sequence":null,"#
            + #""last_sequence":null,"items":[\#(items)]}"#
    }

    private static func item(_ status: Int) -> String {
        #"{"index":0,"status":\#(status),"problem":{"type":"about:blank","title":"x","status":\#(status),"detail":"No way.","pointer":""}}"#
    }

    private static let portal = "<html><head><TITLE>\n Sign in to\u{1b}[31m \"Wi-Fi\"</TITLE></head>"

    // What any of the two may get that is not the server's word.
    private static let foreign: [AnswerRow] = [
        AnswerRow(
            "a portal's page", 200, [html, ("Server", "nginx/1.24")], portal, .later,
            #"(text/html; charset=utf-8 from nginx/1.24, "Sign in to [31m "Wi-Fi"")"#),
        AnswerRow("a page that is called JSON", 200, [json], portal, .later), AnswerRow("nothing", 204, [], .later),
        AnswerRow("nothing at all", 200, [], .later),
        AnswerRow("another service's JSON", 200, [json], #"{"ok":true}"#, .later, "ok"), AnswerRow("a list", 200, [json], "[]", .later),
        AnswerRow("a cut object", 200, [json], "{", .later), AnswerRow("two objects", 200, [json], "{}{}", .later),
        AnswerRow("a word", 200, [("content-type", "text/plain")], "OK", .later),
        AnswerRow("{} as a page", 200, [html], "{}", .later),
        AnswerRow("an identity that is none", 200, [("Assetlog-Event-Id", "7")], .later),
        AnswerRow(
            "a sign-in", 302, [("Location", "https://login.example.com/x?state=secret"), ("Server", "oauth")], .later,
            "redirects to another address, https://login.example.com;"),
        AnswerRow("a move", 301, [("Location", "/other")], .later, "redirects to another address, on the same host"),
        AnswerRow("another move", 308, [], .later, "redirects to another address"),
        AnswerRow(
            "Traefik without a backend", 404, [("Content-Type", "text/plain; charset=utf-8")], "404 page not found\n", .later,
            #""404 page not found""#),
        AnswerRow(
            "nginx without a route", 404, [html, ("Server", "nginx")], "<html><head><title>404 Not Found</title>", .later,
            #"from nginx, "404 Not Found""#),
        AnswerRow("a gateway's JSON", 404, [json], #"{"message":"no Route matched with those values"}"#, .later),
        AnswerRow("a framework's JSON", 404, [json], #"{"timestamp":"x","status":404,"error":"Not Found","path":"/"}"#, .later),
        AnswerRow("a firewall", 403, [html], "<title>Blocked</title>", .later, "Blocked"), AnswerRow("a proxy's login", 407, [], .later),
        AnswerRow("an authenticating proxy", 401, [("WWW-Authenticate", "Basic")], "Unauthorized", .later),
        AnswerRow("a body that a proxy won't pass", 413, [html], .later), AnswerRow("a field that it won't", 431, [], .later),
        AnswerRow("teapot", 418, [], .later),
        AnswerRow("unavailable for legal reasons", 451, [html], .later),
        AnswerRow("a bad gateway", 502, [html], .later, "502"),
        AnswerRow("no upstream", 503, [("Content-Type", "text/plain")], "no healthy upstream", .later, "no healthy upstream"),
        AnswerRow("a gateway's time", 504, [], .later), AnswerRow("Cloudflare", 522, [html], .later),
        AnswerRow("nobody knows", 599, [], .later),
        AnswerRow("problem details of another", 400, [problem], #"{"detail":"x"}"#, .later),
        AnswerRow("a list of errors", 400, [json], #"["error"]"#, .later),
        AnswerRow("an error that is no text", 400, [json], #"{"error":{"code":1}}"#, .later),
        AnswerRow("a mark of another kind", 400, [("Assetlog-Answer", "yes")], .later),
        AnswerRow("an error among other things", 400, [json], #"{"error":"x","request_id":"y"}"#, .later),
        AnswerRow("an error page", 400, [html], #"{"error":"x"}"#, .later),
        AnswerRow("{}, but the status is no", 400, [json], "{}", .later), AnswerRow("an interim answer", 100, [], .later),
    ]

    private static let atEventAPI: [AnswerRow] = [
        AnswerRow("recorded", 200, [json], counts(1, 0), .recorded), AnswerRow("recorded before", 200, [json], counts(0, 1), .recorded),
        AnswerRow("recorded, with an identity", 200, [json, id], "{}", .recorded),
        AnswerRow("nothing recorded", 200, [json], counts(0, 0), .later),
        AnswerRow("counts as a page", 200, [html], counts(1, 0), .later),
        AnswerRow("counts that are texts", 200, [json], #"{"received":"1","recorded":"1","duplicate":"0"}"#, .later),
        AnswerRow("Dagster's word where it has none", 200, [json], "{}", .later),
        AnswerRow(
            "an item is refused", 422, [json, refused], counts(0, 0, 1, items: item(403)), .refused, "refuses the report with 403: No way"),
        AnswerRow("an item can't be looked up", 422, [json, later], counts(0, 0, 1, items: item(503)), .later, "answers 503: No way"),
        AnswerRow("another content", 422, [json, refused], counts(0, 0, 1, items: item(422)), .refused, "with 422: No way"),
        AnswerRow(
            "no token", 401, [problem, refused], #"{"type":"about:blank","status":401,"detail":"A valid token is needed.\nNow."}"#,
            .refused, "with 401: A valid token is needed. Now"),
        AnswerRow("no such deployment", 404, [problem, refused], #"{"detail":"There is none."}"#, .refused, "with 404: There is none"),
        AnswerRow("too large", 413, [problem, refused], "", .refused, "with 413"),
        AnswerRow("full", 503, [problem, later], #"{"detail":"Later."}"#, .later, "answers 503: Later"),
        AnswerRow("too many", 429, [problem, later], #"{"detail":"Slowly."}"#, .later),
        AnswerRow("too slow", 408, [json, later], #"{"error":"Slow."}"#, .later, ": Slow"),
        AnswerRow("{error} is of no use here", 400, [json], #"{"error":"x"}"#, .later),
    ]

    private static let atReportEndpoint: [AnswerRow] = [
        AnswerRow("recorded", 200, [json, id], "{}", .recorded), AnswerRow("recorded by Dagster", 200, [json], "{}", .recorded),
        AnswerRow("with blanks", 200, [json], " {} \n", .recorded),
        AnswerRow("without a type", 200, [], "{}", .recorded), AnswerRow("counts", 200, [json], counts(1, 0), .later),
        AnswerRow(
            "Dagster's refusal", 400, [json], #"{"error":"Empty asset key, must provide asset key as url path"}"#, .refused,
            "with 400: Empty asset key"),
        AnswerRow(
            "Dagster is read-only", 401, [json], #"{"error":"Not authorized to report runless asset events."}"#, .refused, "with 401"),
        AnswerRow("controls in the words", 400, [json], "{\"error\":\"No.\\u001b[31m\\nAt all.\"}", .refused, "with 400: No. [31m At all"),
        AnswerRow("our refusal", 422, [json, refused], #"{"error":"Another report."}"#, .refused, "with 422: Another report"),
        AnswerRow("our 503", 503, [json, later], #"{"error":"Full."}"#, .later, "answers 503: Full"),
        AnswerRow("Dagster has failed", 500, [("Content-Type", "text/plain")], "Internal Server Error", .later),
        AnswerRow("no such method", 405, [("content-type", "text/plain")], "Method Not Allowed", .later),
        AnswerRow("{error}, but it says later", 429, [json], #"{"error":"rate"}"#, .later),
        AnswerRow("{error} of a gateway", 502, [json], #"{"error":"upstream"}"#, .later),
    ]

    @Test("of the event API is believed where it is the server's", arguments: atEventAPI + foreign)
    func eventAPI(_ row: AnswerRow) throws { try check(row, at: .eventAPI) }

    @Test("of a report endpoint is believed where it is the server's, or Dagster's", arguments: atReportEndpoint + foreign)
    func reportEndpoint(_ row: AnswerRow) throws { try check(row, at: .reportEndpoint) }

    private func check(_ row: AnswerRow, at destination: ReportDestination) throws {
        let answer = try row.judged(at: destination)
        switch answer.outcome {
        case .recorded: #expect(row.meaning == .recorded)
        case .refused(let error):
            #expect(row.meaning == .refused && error.code == .refused)
            #expect(error.message.contains(row.words), "\(error.message)")
        case .later(let error, _):
            #expect(row.meaning == .later && error.code == .unavailable && error.isRetriable)
            #expect(error.message.contains(row.words), "\(error.message)")
            #expect(!error.message.contains("secret") && error.message.utf8.allSatisfy { $0 >= 0x20 })
            #expect(error.message.utf8.count < 500)
        case .failed: Issue.record("an answer is no failure")
        }
    }

    @Test(
        "may be that of a server without an event API",
        arguments: [
            (404, true), (405, true), (403, true), (401, true), (429, false), (408, false), (302, false), (200, false), (502, false),
        ])
    func noEventAPI(_ status: Int, _ expected: Bool) throws {
        #expect(try AnswerRow("", status, [], .later).judged(at: .eventAPI).mayLackEventAPI == expected)
        #expect(try !AnswerRow("", status, [], .later).judged(at: .reportEndpoint).mayLackEventAPI)
        #expect(try !AnswerRow("", status, [Self.refused], .later).judged(at: .eventAPI).mayLackEventAPI)
    }

    @Test("says nothing of what has no end")
    func long() throws {
        let long = String(repeating: "é<", count: 100_000)
        let answer = try AnswerRow("", 404, [("content-type", long), ("server", long)], "<title>\(long)", .later).judged(at: .eventAPI)
        guard case .later(let error, _) = answer.outcome else {
            Issue.record("it is no answer of the server")
            return
        }
        #expect(error.message.utf8.count < 800)
    }
}

@Suite("The request of a report")
struct ReportMessageTests {
    private static func body(_ report: Report, _ destination: ReportDestination, saysTime: Bool = false) throws -> String {
        let client = try AssetlogClient(url: "http://h")
        let id = EventID("0193b0a0-1111-7222-8333-444444444444")
        var sealed = try client.seal(report, id: id)
        sealed.madeAt = Timestamp(microseconds: 1_764_000_000_000_000)
        return String(decoding: ReportMessage(report: sealed, destination: destination, saysTime: saysTime).body, as: UTF8.self)
    }

    private static let start = #"{"kind":"materialization","event_id":"0193b0a0-1111-7222-8333-444444444444","asset_key":["a"]"#
    private static let time = #""timestamp":"2025-11-24T16:00:00.000000Z""#

    @Test("names kind and identity to the event API, and the time where it is late")
    func eventAPI() throws {
        let report = Report(.materialization, of: ["a"], partition: "p", dataVersion: "v")
        let rest = #","partition":"p","data_version":"v""#
        #expect(try Self.body(report, .eventAPI) == Self.start + rest + "}")
        #expect(try Self.body(report, .eventAPI, saysTime: true) == Self.start + rest + "," + Self.time + "}")
        #expect(try Self.body(report, .reportEndpoint) == #"{"asset_key":["a"]\#(rest)}"#)
        #expect(try Self.body(report, .reportEndpoint, saysTime: true) == #"{"asset_key":["a"]\#(rest),\#(Self.time)}"#)
    }

    @Test("has a chosen time once")
    func chosenTime() throws {
        let report = Report(.materialization, of: ["a"], timestamp: Timestamp(microseconds: 0))
        #expect(try Self.body(report, .eventAPI, saysTime: true) == Self.start + #","timestamp":"1970-01-01T00:00:00.000000Z"}"#)
    }

    @Test("keeps the event API from reading a value's type out of an object")
    func typed() throws {
        let metadata = try ReportMetadata(
            json:
                #"{"a":{"type":"url","value":"x"},"b":{"raw_value":1,"type":"int"},"c":{"type":"url"},"d":{"type":1,"value":2,"x":3},"e":"type","f":[{"type":"url","value":"x"}]}"#
        )
        let report = Report(.materialization, of: ["a"], metadata: metadata)
        let rest = #""c":{"type":"url"},"d":{"type":1,"value":2,"x":3},"e":"type","f":[{"type":"url","value":"x"}]}}"#
        #expect(
            try Self.body(report, .eventAPI)
                == Self.start
                + #","metadata":{"a":{"raw_value":{"type":"url","value":"x"},"type":"json"},"b":{"raw_value":{"raw_value":1,"type":"int"},"type":"json"},"#
                + rest)
        #expect(
            try Self.body(report, .reportEndpoint)
                == #"{"asset_key":["a"],"metadata":{"a":{"type":"url","value":"x"},"b":{"raw_value":1,"type":"int"},"# + rest)
    }
}
