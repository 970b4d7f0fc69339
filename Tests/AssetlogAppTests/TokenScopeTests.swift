import AssetlogCore
import Testing

@testable import AssetlogApp

@Suite("What operators write about a token")
struct TokenScopeTests {
    @Test(
        "Time spans are numbers with units",
        arguments: [
            ("0s", 0), ("1s", 1), ("90m", 5400), ("36h", 129_600), ("90d", 7_776_000), ("36525d", 3_155_760_000), ("007s", 7),
            ("1w", 604_800),
            ("1y", 31_536_000), ("1 d", 86_400), ("1D", 86_400), ("1h30m", 5400), ("0", 0),
        ] as [(String, Int64)])
    func spans(_ text: String, _ seconds: Int64) throws {
        #expect(try TokenScope.span(text) == seconds * 1_000_000)
    }

    @Test(
        "Other time spans are refused",
        arguments: [
            "", "d", "1", "1mo", "1.5h", "-1d", "+1d", "36526d", "101y", "99999999999999999999d", "9223372036854775807w", "٣d", "0x1s",
        ])
    func badSpans(_ text: String) {
        #expect(throws: TokenScope.Problem.self) { try TokenScope.span(text) }
    }

    @Test("Times stay within their range")
    func saturating() {
        #expect(Timestamp(microseconds: .max).advanced(by: 1).microseconds == .max)
        #expect(Timestamp(microseconds: .min).advanced(by: -1).microseconds == .min)
        #expect(Timestamp(microseconds: .max).since(Timestamp(microseconds: -1)) == .max)
        #expect(Timestamp(microseconds: .min).since(Timestamp(microseconds: 1)) == .min)
        #expect(Timestamp(microseconds: 5).since(Timestamp(microseconds: 7)) == -2)
    }

    @Test(
        "Rights are separated by commas, and all is every one",
        arguments: [
            (["read"], .read), (["read,admin"], [.read, .admin]), (["read", " admin "], [.read, .admin]), (["all"], .all),
            (["read,all"], .all), ([], []),
        ] as [([String], AccessRights)])
    func rights(_ lists: [String], _ rights: AccessRights) throws {
        #expect(try TokenScope.rights(commaSeparated: lists) == rights)
    }

    @Test("Other rights are refused", arguments: ["", "read,", ",", "Read", "report", "*", "read admin"])
    func badRights(_ list: String) {
        #expect(throws: TokenScope.Problem.self) { try TokenScope.rights(commaSeparated: [list]) }
    }

    @Test(
        "Names in certificates get the form in which certificates show them",
        arguments: [
            ("DNS:a.example.com", "DNS:a.example.com"), ("dns:A.Example.com", "DNS:a.example.com"),
            ("URI:spiffe://a/B", "URI:spiffe://a/B"), ("Email:Ops@a.com", "email:Ops@a.com"), ("ip:10.0.0.7", "IP:10.0.0.7"),
            ("IP:FD00:0:0::7", "IP:fd00::7"),
        ])
    func certificates(_ text: String, _ name: String) throws {
        #expect(try TokenScope.certificateName(text) == name)
    }

    @Test("Other names are refused", arguments: ["", "a.example.com", "DNS:", "DNS", "IP:10.0.0", "dirName:x", "DNS:a b", "DNS:é"])
    func badCertificates(_ text: String) {
        #expect(throws: TokenScope.Problem.self) { try TokenScope.certificateName(text) }
    }
}

@Suite("Where the health is asked for")
struct HealthTargetTests {
    @Test(
        "A URL gives the server, and the route follows its path",
        arguments: [
            ("http://localhost:3000", "http://localhost:3000/livez"), ("https://a.example.com", "https://a.example.com:443/livez"),
            ("http://[::1]:8080/", "http://[::1]:8080/livez"), ("https://10.0.0.7:1/dagster/", "https://10.0.0.7:1/dagster/livez"),
            ("http://a", "http://a:80/livez"),
        ])
    func urls(_ url: String, _ target: String) {
        #expect(HealthTarget(url: url, path: "/livez")?.description == target)
    }

    @Test(
        "What is no URL is none",
        arguments: ["", "localhost:3000", "ftp://a", "http://", "http:///x", "http://a b", "http://u@h", "http://a:99999", "http://a/b c"])
    func none(_ url: String) {
        #expect(HealthTarget(url: url, path: "/livez") == nil)
    }

    @Test(
        "Every address is asked on loopback",
        arguments: [
            ("0.0.0.0:3000", "http://127.0.0.1:3000/livez"), ("[::]:3000", "http://[::1]:3000/livez"),
            ("10.0.0.7:1", "http://10.0.0.7:1/livez"),
        ])
    func configured(_ listen: String, _ target: String) throws {
        let server = try ConfigurationFixture.resolve(flags: ["server.listen": listen]).server
        #expect(HealthTarget(server, path: "/livez").description == target)
    }
}
