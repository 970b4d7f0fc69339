import AssetlogAccess
import AssetlogCore
import Foundation
import HTTPTypes
import Testing

@testable import AssetlogAPI

@Suite("The page for browsers")
struct PageTests {
    @Test("shows how many events there are and the last ten, newest first")
    func events() async throws {
        let server = try await Server()
        #expect(try await server.get("/").text.contains("Nothing has been reported yet"))
        try server.record((1...1234).map { .sample(key: ["asset", "n\($0)"]) })
        let answer = try await server.get("/")
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(answer.text.contains("1,234 events"))
        let shown = answer.text.matches(of: /<bdi>n(\d+)<\/bdi>/).map { String($0.output.1) }
        #expect(shown == (1225...1234).reversed().map(String.init))
    }

    @Test(
        "shows the result of a check",
        arguments: [
            (#"{"check_name":"fresh","passed":true,"severity":"ERROR"}"#, ">passed<"),
            (#"{"check_name":"fresh","passed":false,"severity":"ERROR"}"#, ">failed<"),
            (#"{"check_name":"fresh","passed":false,"severity":"WARN"}"#, ">failed (warning)<"),
            (#"{"metadata":{"passed":{"type":"bool","value":true}},"check_name":"fresh","passed":false}"#, ">failed<"),
        ])
    func checks(_ details: String, result: String) async throws {
        let server = try await Server()
        try server.record([.sample(.check, details: details)])
        let page = try await server.get("/").text
        #expect(page.contains(result))
        #expect(page.contains("<bdi>fresh</bdi>"))
    }

    private static let attacks = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "</title></style><svg/onload=x>",
        "&lt;b&gt;", "\u{0}\u{1b}[31m<i>", "javascript:alert(1)", "<!--", "\u{202e}<u>",
    ]

    @Test("escapes every value that came from a report", arguments: attacks)
    func escapes(_ attack: String) async throws {
        var name: [UInt8] = []
        CanonicalJSON.appendString(attack.utf8, to: &name)
        let details = #"{"check_name":\#(String(decoding: name, as: UTF8.self)),"passed":false,"severity":"ERROR"}"#
        let server = try await Server(deployments: [attack])
        let empty = try await server.get("/").text
        try server.record([
            .sample(.check, key: [attack, "x"], partition: attack, deployment: attack, details: details)
        ])
        let page = try await server.get("/").text
        let body = try #require(page.firstMatch(of: /<ol class="events">.*?<\/ol>/.dotMatchesNewlines())?.output)
        for tag in ["<script", "<img", "<svg", "<i>", "<u>", "<b>", "<!--", "</title>", "</style>"] {
            #expect(!body.contains(tag), "\(tag)")
        }
        #expect(!page.unicodeScalars.contains("\u{0}"))
        // Attributes of the page are in double quotes, and none was added.
        let attributes = body.matches(of: /<[a-z]+(?: [a-z]+="[^"<>]*")*>/).count
        #expect(attributes == body.matches(of: /<[a-z!]/).count)
        #expect(!body.contains("href=\"javascript"))
        #expect(page.count > empty.count)
    }

    @Test("allows no script, nothing from elsewhere and only its own style")
    func policy() async throws {
        let server = try await Server()
        let answer = try await server.get("/")
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none';"))
        #expect(!policy.contains("script-src"))
        #expect(!policy.contains("unsafe"))
        let nonce = try #require(policy.firstMatch(of: /'nonce-([0-9a-f-]{36})'/)?.output.1)
        #expect(answer.text.contains("<style nonce=\"\(nonce)\">"))
        #expect(!answer.text.contains("<script"))
        #expect(answer.text.matches(of: /(src|href)="https?:/).isEmpty)
        #expect(try await server.get("/").headers[.contentSecurityPolicy] != policy)
    }

    @Test(
        "shows commands with the address that the browser used",
        arguments: [
            ("http", "localhost:3000", "", "http://localhost:3000/report_asset_materialization/"),
            (
                "https", "assets.example.com", "/dagster",
                "https://assets.example.com/dagster/report_asset_materialization/"
            ),
            ("https", "[::1]:8443", "", "https://[::1]:8443/report"),
            ("http", "x; rm -rf ~", "", "http://localhost:3000/report"),
            ("http", "$(reboot)", "", "http://localhost:3000/report"),
            ("http", "\"><script>", "", "http://localhost:3000/report"),
            (nil, nil, "", "http://localhost:3000/report"),
        ] as [(String?, String?, String, String)])
    func address(_ scheme: String?, authority: String?, prefix: String, command: String) async throws {
        let server = try await Server(prefix: prefix)
        let page = try await server.ask(.get, prefix + "/", authority: authority, scheme: scheme).text
        #expect(page.contains("curl -X POST \(command)"), "\(page)")
        #expect(page.contains("href=\"\(prefix)/api/v1/events\""))
        #expect(page.contains("href=\"\(prefix)/server_info\""))
    }

    @Test("takes the scheme from a trusted proxy that ends TLS, and from nobody else")
    func proxy() async throws {
        let server = try await Server()
        let forwarded = try #require(HTTPField.Name("X-Forwarded-Proto"))
        var admission = RequestIdentity()
        admission.isForwardedSecurely = true
        #expect(try await server.get("/", admission).text.contains("curl -X POST https://localhost:3000/"))
        #expect(
            try await server.get("/", headers: [forwarded: "https"]).text.contains(
                "curl -X POST http://localhost:3000/"))
    }

    @Test("tries no report where the server is read-only")
    func readOnly() async throws {
        let server = try await Server(isReadOnly: true)
        let page = try await server.get("/").text
        #expect(page.contains("read-only"))
        #expect(!page.contains("curl -X POST"))
    }

    @Test("stays small whatever the events hold")
    func size() async throws {
        let server = try await Server()
        let long = String(repeating: "ü<", count: 500)
        try server.record(
            (0..<10).map { _ in
                .sample(
                    .check, key: Array(repeating: long, count: 20), partition: long,
                    details:
                        #"{"metadata":{"x":"\#(String(repeating: "y", count: 200_000))"},"check_name":"c","passed":true}"#
                )
            })
        let answer = try await server.get("/")
        #expect(answer.status == 200)
        #expect(answer.body.count < 100_000)
    }

    @Test(
        "finds a member of the details, and nothing in what is not an object",
        arguments: [
            (#"{"a":"x\"}","b":[1,{"c":2}],"c":true}"#, "c", "true"), (#"{"a":{"c":1},"b":2}"#, "c", nil),
            (#"{"a":"\\","b":5}"#, "b", "5"), ("{}", "a", nil), ("", "a", nil), ("{\"a\"", "a", nil),
            ("{\"a\":", "a", nil),
            ("{\"a\":\"x", "a", nil), ("{\"a\":[", "a", nil), ("[1]", "a", nil), ("{\"a\\", "a", nil),
        ] as [(String, String, String?)])
    func members(_ details: String, name: String, value: String?) {
        let found = DetailMembers.value(of: name, in: Array(details.utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == value)
    }
}
