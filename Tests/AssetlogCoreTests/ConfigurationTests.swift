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

    static let keys = [
        ConfigurationKey("name", .text, default: "n", "A name."), ConfigurationKey("token", .secret, "A token."),
        ConfigurationKey("path", .path, default: "data", "A path."), ConfigurationKey("count", .integer, default: "3", "A count."),
        ConfigurationKey("on", .boolean, default: "no", "A switch."), ConfigurationKey("size", .bytes, default: "8MiB", "A size."),
        ConfigurationKey("wait", .duration, default: "250ms", "A time."),
        ConfigurationKey("mode", .choice(["fast", "safe"]), default: "safe", "A mode."), ConfigurationKey("hosts", .list, "Hosts."),
    ]

    static func configuration(_ values: [String: [String]] = [:], keys: [ConfigurationKey] = keys) throws -> PluginConfiguration {
        try PluginConfiguration(section: "s.p", keys: keys, values: values, folder: "/etc/a", dataFolder: "/var/a")
    }

    @Test("Values that are not given have their default")
    func defaults() throws {
        let configuration = try Self.configuration()
        #expect(configuration.string("name") == "n")
        #expect(configuration.secret("token") == nil)
        #expect(configuration.string("path") == "/var/a/data")
        #expect(configuration.integer("count") == 3)
        #expect(configuration.boolean("on") == false)
        #expect(configuration.integer("size") == 8 << 20)
        #expect(configuration.duration("wait") == .milliseconds(250))
        #expect(configuration.string("mode") == "safe")
        #expect(configuration.list("hosts") == [])
    }

    @Test("Given values are read by their kind, paths from the folder of the file")
    func given() throws {
        let configuration = try Self.configuration([
            "token": ["t"], "path": ["./x"], "count": ["-1"], "on": ["Yes"], "size": ["2 k"], "wait": ["7d"], "mode": ["fast"],
            "hosts": ["a", "b"],
        ])
        #expect(configuration.secret("token") == Secret("t"))
        #expect(configuration.string("path") == "/etc/a/x")
        #expect(configuration.integer("count") == -1)
        #expect(configuration.boolean("on"))
        #expect(configuration.integer("size") == 2048)
        #expect(configuration.duration("wait") == .seconds(7 * 86_400))
        #expect(configuration.string("mode") == "fast")
        #expect(configuration.list("hosts") == ["a", "b"])
        #expect(try Self.configuration(["path": ["/x"]]).string("path") == "/x")
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
            ("path", [""], "s.p.path must be a path, not empty"), ("nam", ["a"], "s.p.nam is not a known key; did you mean s.p.name?"),
        ] as [(String, [String], String)])
    func refused(key: String, value: [String], message: String) {
        #expect { try Self.configuration([key: value]) } throws: { "\($0)" == message }
    }

    @Test(
        "A time span is numbers with units, in the words that people use",
        arguments: [
            ("250ms", 0.25), ("10s", 10), ("5m", 300), ("5 min", 300), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600),
            ("1y", 31_536_000),
            ("1h30m", 5400), ("1h 30m", 5400), ("90 Seconds", 90), ("0", 0), ("100y", 3_153_600_000), ("3155760000000ms", 3_155_760_000),
        ])
    func timeSpan(text: String, seconds: Double) throws {
        #expect(try Self.configuration(["wait": [text]]).duration("wait") == .milliseconds(Int64(seconds * 1000)))
    }

    @Test(
        "Other texts are no time span, and none overflows",
        arguments: [
            "", "s", "10", "-5s", "1.5h", "1mo", "1 month", "10x", "5s5", "101y", "36526d", "9223372036854775807s", "9223372036854775807y",
            "99999999999999999999d", "5m-3s", "٣d",
        ])
    func noTimeSpan(text: String) {
        #expect(throws: ConfigurationError.self) { try Self.configuration(["wait": [text]]) }
    }

    @Test("A choice is taken in capitals too", arguments: ["SAFE", "Safe", "safe"])
    func choice(text: String) throws {
        #expect(try Self.configuration(["mode": [text]]).string("mode") == "safe")
    }

    @Test(
        "A number is checked against a range",
        arguments: [(0, false), (1, true), (5, true), (6, false), (Int.max, false), (Int.min, false)])
    func range(number: Int, isGood: Bool) throws {
        let configuration = try Self.configuration(["count": ["\(number)"]])
        if isGood { return #expect(try configuration.integer("count", in: 1...5) == number) }
        #expect { try configuration.integer("count", in: 1...5) } throws: { "\($0)" == "s.p.count must be from 1 to 5, not \(number)" }
    }

    @Test("A required key must be given")
    func required() {
        let keys = [ConfigurationKey("url", .text, required: true, "Where it is.")]
        #expect { try Self.configuration(keys: keys) } throws: { "\($0)" == "s.p.url is required but missing: Where it is." }
    }

    @Test("A secret is never printed")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(ConfigurationValue.secret(secret))"] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(secret.revealed == "hunter2")
    }
}
