import AssetlogCore
import Testing

@Suite struct ConfigurationKeyTests {
    enum Mode: String, CaseIterable { case fast, safe }

    static let name = ConfigurationKey("name", .text, default: "n", "A name.")
    static let token = ConfigurationKey.optional("token", .secret, "A token.")
    static let path = ConfigurationKey("path", .path, default: "data", "A path.")
    static let count = ConfigurationKey("count", .integer(in: -1...5), default: 3, "A count.")
    static let on = ConfigurationKey("on", .boolean, default: false, "A switch.")
    static let size = ConfigurationKey("size", .bytes(in: 1024...1 << 40), default: 8 << 20, "A size.")
    static let wait = ConfigurationKey("wait", .duration, default: .milliseconds(250), "A time.")
    static let mode = ConfigurationKey("mode", .choice(Mode.self), default: .safe, "A mode.")
    static let hosts = ConfigurationKey("hosts", .list, default: ["h", "i"], "Hosts.")
    static let limit = ConfigurationKey.optional("limit", .integer(in: 0...9), "A limit.")
    static let keys: [any DeclaredKey] = [name, token, path, count, on, size, wait, mode, hosts, limit]

    static func configuration(_ values: [String: [String]] = [:], keys: [any DeclaredKey] = keys) throws -> PluginConfiguration {
        try PluginConfiguration(section: "s.p", keys: keys, values: values, directory: "/etc/a", dataDirectory: "/var/a")
    }

    /// A key, what is written for it, and the value of its type that this means.
    struct Reading: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let values: [String: [String]]
        let value: @Sendable (PluginConfiguration) throws -> String
        let expected: String

        init<Value>(_ key: ConfigurationKey<Value>, _ written: [String]? = nil, is expected: Value) {
            testDescription = "\(key.name) \(written ?? [])"
            values = written.map { [key.name: $0] } ?? [:]
            value = { "\(try $0[key])" }
            self.expected = "\(expected)"
        }
    }

    @Test(
        "A value that is not given is the default, or nil",
        arguments: [
            Reading(name, is: "n"), Reading(token, is: nil), Reading(path, is: "/var/a/data"), Reading(count, is: 3),
            Reading(on, is: false), Reading(size, is: 8 << 20), Reading(wait, is: .milliseconds(250)), Reading(mode, is: .safe),
            Reading(hosts, is: ["h", "i"]), Reading(limit, is: nil),
        ])
    func defaults(_ reading: Reading) throws {
        #expect(try reading.value(Self.configuration()) == reading.expected)
    }

    @Test(
        "A given value is of the key's type, and a path starts from the directory of the file",
        arguments: [
            Reading(name, ["x"], is: "x"), Reading(path, ["./x"], is: "/etc/a/x"), Reading(path, ["/x"], is: "/x"),
            Reading(path, ["."], is: "/etc/a"), Reading(count, ["-1"], is: -1), Reading(on, ["Yes"], is: true),
            Reading(on, ["0"], is: false), Reading(size, ["2 k"], is: 2048), Reading(size, ["1024GiB"], is: 1 << 40),
            Reading(wait, ["7d"], is: .seconds(7 * 86_400)), Reading(mode, ["fast"], is: .fast), Reading(mode, ["FAST"], is: .fast),
            Reading(hosts, ["a", "b"], is: ["a", "b"]), Reading(hosts, [], is: []), Reading(limit, ["0"], is: 0),
        ])
    func given(_ reading: Reading) throws {
        #expect(try reading.value(Self.configuration(reading.values)) == reading.expected)
    }

    @Test("A given secret is read, and the line end at its end is not a part of it")
    func givenSecret() throws {
        #expect(try Self.configuration(["token": ["t\r\n"]])[Self.token] == Secret("t"))
    }

    @Test("Secrets may be a list, and one needs no list")
    func givenSecrets() throws {
        let key = ConfigurationKey("tokens", .secretList, default: [], "Tokens.")
        #expect(try Self.configuration(keys: [key])[key] == [])
        #expect(try Self.configuration(["tokens": ["t\n"]], keys: [key])[key] == [Secret("t")])
        #expect(try Self.configuration(["tokens": ["t", "u"]], keys: [key])[key] == [Secret("t"), Secret("u")])
    }

    private static func key<Value>(_ kind: ValueKind<Value>, _ value: Value) -> ConfigurationKey<Value> {
        ConfigurationKey("a", kind, default: value, "")
    }

    @Test(
        "A default is shown as it would be written",
        arguments: [
            (name, "n"), (path, "data"), (count, "3"), (on, "false"), (size, "8MiB"), (wait, "250ms"), (mode, "safe"), (hosts, "h, i"),
            (token, nil), (limit, nil),
            (key(.bytes, 65_535), "65535"), (key(.bytes, 0), "0"), (key(.bytes, 128 << 10), "128KiB"), (key(.bytes, 5 << 30), "5GiB"),
            (key(.duration, .zero), "0s"), (key(.duration, .seconds(75)), "75s"), (key(.duration, .seconds(300)), "5m"),
            (key(.duration, .seconds(86_400 * 365)), "365d"), (key(.duration, .milliseconds(1500)), "1500ms"),
            (key(.list, []), ""), (key(.secret, Secret("x")), "<redacted>"), (key(.secretList, []), ""),
            (key(.secretList, [Secret("x"), Secret("y")]), "<redacted>, <redacted>"),
        ] as [(any DeclaredKey, String?)])
    func shownDefault(key: any DeclaredKey, text: String?) {
        #expect(key.declaration.shownDefault == text)
    }

    @Test(
        "A default that can't be written is refused, and no process stops",
        arguments: [Duration.microseconds(1), .seconds(Int64.max), .seconds(-1)])
    func badDefault(span: Duration) {
        let key = ConfigurationKey("wait", .duration, default: span, "A time.")
        #expect { try Self.configuration(keys: [key]) } throws: { "\($0)".hasPrefix("s.p.wait must be a time span") }
    }

    static let timeout = ConfigurationKey("timeout", .duration(in: .milliseconds(1)...(.seconds(86_400))), default: .seconds(1), "")
    static let pause = ConfigurationKey("pause", .duration(in: .seconds(1)...(.seconds(300))), default: .seconds(1), "")

    /// A number or a time span, and why it is outside the range of its key; nil: it is not.
    struct Bound: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let key: any DeclaredKey
        let written: String
        let problem: String?
        let read: @Sendable (PluginConfiguration) throws -> Void

        init<Value>(_ key: ConfigurationKey<Value>, _ written: String, _ problem: String? = nil) {
            testDescription = "\(key.name) \(written)"
            self.key = key
            self.written = written
            self.problem = problem
            read = { _ = try $0[key] }
        }
    }

    @Test(
        "A value outside the range of its key is refused when it is read",
        arguments: [
            Bound(count, "-1"), Bound(count, "5"), Bound(count, "-2", "must be from -1 to 5, not -2"),
            Bound(count, "6", "must be from -1 to 5, not 6"), Bound(count, "\(Int.max)", "must be from -1 to 5, not \(Int.max)"),
            Bound(limit, "9"), Bound(limit, "10", "must be from 0 to 9, not 10"),
            Bound(size, "1KiB"), Bound(size, "1023", "must be from 1024 to 1099511627776, not 1023"),
            Bound(timeout, "1ms"), Bound(timeout, "1d"), Bound(timeout, "0", "must be positive"),
            Bound(timeout, "25h", "must be at most 1d"),
            Bound(pause, "1s"), Bound(pause, "999ms", "must be from 1s to 5m"), Bound(pause, "301s", "must be from 1s to 5m"),
        ])
    func range(_ bound: Bound) throws {
        let configuration = try Self.configuration([bound.key.name: [bound.written]], keys: [bound.key])
        guard let problem = bound.problem else { return try bound.read(configuration) }
        #expect { try bound.read(configuration) } throws: { "\($0)" == "s.p.\(bound.key.name) \(problem)" }
    }

    @Test("A required key must be given")
    func required() throws {
        let key = ConfigurationKey.required("url", .text, "Where it is.")
        #expect { try Self.configuration(keys: [key]) } throws: { "\($0)" == "s.p.url is required but missing: Where it is." }
        #expect(try Self.configuration(["url": ["u"]], keys: [key])[key] == "u")
    }

    @Test("A key that is read without being declared is an error, whether it has a default or not")
    func undeclared() throws {
        let configuration = try Self.configuration(keys: [Self.name])
        let sentence = "is read without being declared; add it to the keys of the plugin"
        #expect { try configuration[Self.count] } throws: { "\($0)" == "s.p.count \(sentence)" }
        #expect { try configuration[Self.limit] } throws: { "\($0)" == "s.p.limit \(sentence)" }
        let required = ConfigurationKey.required("url", .text, "Where it is.")
        #expect { try configuration[required] } throws: { "\($0)" == "s.p.url \(sentence)" }
    }

    @Test("So is a key of a declared name with another type, default or range")
    func otherDeclaration() throws {
        let configuration = try Self.configuration(keys: [Self.count])
        #expect(throws: ConfigurationError.self) { try configuration[ConfigurationKey("count", .text, default: "3", "A count.")] }
        #expect(throws: ConfigurationError.self) {
            try configuration[ConfigurationKey("count", .integer(in: -1...5), default: 4, "A count.")]
        }
        #expect(throws: ConfigurationError.self) { try configuration[ConfigurationKey("count", .integer, default: 3, "A count.")] }
    }

    @Test("An error about a key has its full name")
    func error() throws {
        let error = try Self.configuration().error(Self.count, "must be even, not 3")
        #expect("\(error)" == "s.p.count must be even, not 3")
    }

    @Test("A secret is never printed")
    func secret() throws {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(ConfigurationValue.secret(secret))"] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(secret.revealed == "hunter2")
        let key = ConfigurationKey("token", .secret, default: secret, "A token.")
        let configuration = try Self.configuration(keys: [key])
        #expect(try configuration[key] == secret)
        #expect(key.declaration.shownDefault == "<redacted>")
    }
}
