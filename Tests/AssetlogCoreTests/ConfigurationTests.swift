import AssetlogCore
import Testing

@Suite struct ConfigurationTests {
    @Test(
        "The nearest key is named when it is near enough",
        arguments: [
            ("lisen", "listen"), ("litsen", "listen"), ("Listen", "listen"), ("path_prefx", "path_prefix"), ("read-only", "read_only"),
            ("xyz", nil), ("certificate", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(word: String, expected: String?) {
        let known = ["listen", "path_prefix", "read_only", "storage"]
        #expect(ConfigurationError.nearest(to: word, among: known) == expected)
    }

    @Test("An error says where, what and the nearest key")
    func description() {
        #expect(
            ConfigurationError.unknownKey("server.lisen", among: ["server.listen"], at: "a.yaml:12").description
                == "a.yaml:12: server.lisen is not a known key; did you mean server.listen?")
        #expect(ConfigurationError.unknownKey("zzz", among: []).description == "zzz is not a known key")
    }

    @Test(
        "A value that does not fit is refused by its full name",
        arguments: [
            ("count", ["x"], "s.p.count must be a whole number, not \"x\""),
            ("on", ["maybe"], "s.p.on must be true or false, not \"maybe\""),
            ("size", ["8 MB!"], "s.p.size must be a number of bytes such as 8MiB, not \"8 MB!\""),
            ("size", ["9223372036854775807k"], "s.p.size must be a number of bytes such as 8MiB, not \"9223372036854775807k\""),
            ("wait", ["10"], "s.p.wait must be a time span such as 250ms, 10s, 5m, 1h, 7d or 2w, of at most 100y, not \"10\""),
            ("mode", ["slow"], "s.p.mode must be one of fast, safe, not \"slow\""),
            ("mode", ["saef"], "s.p.mode must be one of fast, safe, not \"saef\"; did you mean safe?"),
            ("name", ["a", "b"], "s.p.name takes one value, not a list"),
            ("path", [""], "s.p.path must be a path, not empty"), ("token", ["a", "b"], "s.p.token takes one value, not a list"),
            ("nam", ["a"], "s.p.nam is not a known key; did you mean s.p.name?"),
        ] as [(String, [String], String)])
    func refused(key: String, value: [String], message: String) {
        #expect { try ConfigurationKeyTests.configuration([key: value]) } throws: { "\($0)" == message }
    }

    @Test(
        "A time span is numbers with units, in the words that people use",
        arguments: [
            ("250ms", 0.25), ("10s", 10), ("5m", 300), ("5 min", 300), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600),
            ("1y", 31_536_000),
            ("1h30m", 5400), ("1h 30m", 5400), ("90 Seconds", 90), ("0", 0), ("100y", 3_153_600_000), ("3155760000000ms", 3_155_760_000),
        ])
    func timeSpan(text: String, seconds: Double) throws {
        let configuration = try ConfigurationKeyTests.configuration(["wait": [text]])
        #expect(try configuration[ConfigurationKeyTests.wait] == .milliseconds(Int64(seconds * 1000)))
    }

    @Test(
        "Other texts are no time span, and none overflows",
        arguments: [
            "", "s", "10", "-5s", "1.5h", "1mo", "1 month", "10x", "5s5", "101y", "36526d", "9223372036854775807s", "9223372036854775807y",
            "99999999999999999999d", "5m-3s", "٣d",
        ])
    func noTimeSpan(text: String) {
        #expect(throws: ConfigurationError.self) { try ConfigurationKeyTests.configuration(["wait": [text]]) }
    }
}
