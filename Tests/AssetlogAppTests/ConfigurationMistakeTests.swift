import AssetlogCore
import Testing

@testable import AssetlogApp

@Suite("Mistakes in a configuration file")
struct ConfigurationMistakeTests {
    struct Mistake: CustomTestStringConvertible, Sendable {
        var yaml: String
        var sentence: String
        var testDescription: String { sentence }

        init(_ yaml: String, _ sentence: String) {
            self.yaml = yaml
            self.sentence = sentence
        }
    }

    @Test(
        "A misspelt or misplaced key is refused with its line and the nearest right one",
        arguments: [
            Mistake(
                "server:\n  lisen: a", "assetlog.yaml:2: server.lisen is not a known key; did you mean server.listen?"),
            Mistake(
                "sever:\n  listen: a", "assetlog.yaml:2: sever.listen is not a known key; did you mean server.listen?"),
            Mistake("servre: 5", "assetlog.yaml:1: servre is not a known key; did you mean server?"),
            Mistake(
                "server:\n  tls:\n    cert: a",
                "assetlog.yaml:3: server.tls.cert is not a known key; did you mean server.tls.certificate?"),
            Mistake("listen: a", "assetlog.yaml:1: listen is not a known key; did you mean server.listen?"),
            Mistake("server:\n  port: 80", "assetlog.yaml:2: server.port is not a known key; did you mean server.listen?"),
            Mistake("server:\n  shutdown: 1s", "assetlog.yaml:2: server.shutdown is not a known key; did you mean server.shutdown_delay?"),
            Mistake(
                "server:\n  body_bytes: 1", "assetlog.yaml:2: server.body_bytes is not a known key; did you mean server.limits.body_bytes?"),
            Mistake("storage:\n  path: a", "assetlog.yaml:2: storage.path is not a known key; did you mean storage.sqlite.path?"),
            Mistake("tls:\n  key: a", "assetlog.yaml:2: tls.key is not a known key; did you mean server.tls.key?"),
            Mistake("log_level: a", "assetlog.yaml:1: log_level is not a known key; did you mean log.level?"),
            Mistake(
                "storage:\n  sqlite:\n    pagse: 4000",
                "assetlog.yaml:3: storage.sqlite.pagse is not a known key; did you mean storage.sqlite.pages?"),
            Mistake(
                "storage:\n  type: sqlite\n  remote:\n    ulr: x",
                "assetlog.yaml:4: storage.remote.ulr is not a known key; did you mean storage.remote.url?"),
            Mistake(
                "exporters:\n  a:\n    type: lines\n    pth: x",
                "assetlog.yaml:4: exporters.a.pth is not a known key; did you mean exporters.a.path?"),
            Mistake(
                "server.listen: a",
                "assetlog.yaml:1: server.listen contains a dot; write it as nested sections, indented"),
            Mistake("zzzzzzzz: 1", "assetlog.yaml:1: zzzzzzzz is not a known key"),
        ])
    func misspelt(_ mistake: Mistake) {
        #expect(ConfigurationFixture.mistakes(mistake.yaml) == [mistake.sentence])
    }

    @Test(
        "A value of the wrong shape is refused with its line",
        arguments: [
            Mistake("server: 5", "assetlog.yaml:1: server is a section; its keys go below it, indented"),
            Mistake("storage: sqlite", "assetlog.yaml:1: storage is a section; its keys go below it, indented: `type: sqlite`"),
            Mistake(
                "storage:\n  - type: sqlite", "assetlog.yaml:1: storage is a section; its keys go below it, indented and without dashes"),
            Mistake(
                "exporters:\n  - type: lines\n    path: a",
                "assetlog.yaml:1: exporters takes names, and no list: below it a name of your choice such as `audit:`, and below that"
                    + " `type: jsonlines` and the other keys"),
            Mistake(
                "exporters: [lines]",
                "assetlog.yaml:1: exporters takes names, and no list: below it a name of your choice such as `audit:`, and below that"
                    + " `type: jsonlines` and the other keys"),
            Mistake(
                "exporters: lines",
                "assetlog.yaml:1: exporters takes names, and no list: below it a name of your choice such as `audit:`, and below that"
                    + " `type: jsonlines` and the other keys"),
            Mistake("server:\n  - listen", "assetlog.yaml:1: server is a section; its keys go below it, indented"),
            Mistake("server:\n  listen:", "assetlog.yaml:2: server.listen has no value; give it one, or remove it"),
            Mistake("server:\n  listen: ~", "assetlog.yaml:2: server.listen has no value; give it one, or remove it"),
            Mistake("server:\n  listen: [a]", "assetlog.yaml:2: server.listen takes one value, not a list"),
            Mistake("server:\n  listen:\n    host: a", "assetlog.yaml:3: server.listen takes a value, not a section"),
            Mistake("deployments:\n  declared: prod", "assetlog.yaml:2: deployments.declared takes a list: [prod]"),
            Mistake(
                "deployments:\n  declared:\n    - a: b",
                "assetlog.yaml:3: deployments.declared takes plain values in its list, not a section"),
            Mistake(
                "- server",
                "assetlog.yaml:1: the configuration must be sections with keys, such as `server:`, not a list"),
            Mistake(
                "hello",
                "assetlog.yaml:1: the configuration must be sections with keys, such as `server:`, not a plain value"),
            Mistake("", "assetlog.yaml: the configuration is empty; `assetlog config sample` prints one to start from"),
            Mistake(
                " \n\t\n",
                "assetlog.yaml: the configuration is empty; `assetlog config sample` prints one to start from"),
        ])
    func shape(_ mistake: Mistake) {
        #expect(ConfigurationFixture.mistakes(mistake.yaml) == [mistake.sentence])
    }

    @Test(
        "What YAML allows and a configuration does not need is refused with its line",
        arguments: [
            ("server:\n  listen: a\n  listen: b", "is given twice in one section"),
            ("server: &s\n  listen: 127.0.0.1:1\nlog: *s", "has an anchor (&)"),
            ("server:\n  listen: &a 127.0.0.1:1", "has an anchor (&)"),
            ("server:\n\tlisten: a", "is not YAML"),
            ("server: {listen: a", "is not YAML"),
            ("server:\n  listen: *nobody", "is not YAML"),
            ("log:\n  level: info\n---\nlog:\n  level: info", "is not YAML"),
            ("? [a, b]\n: c", "has a name that is not plain text"),
            (String(repeating: "{a: ", count: 20) + "b" + String(repeating: "}", count: 20), "is nested too deeply"),
        ])
    func dialect(_ yaml: String, _ fragment: String) throws {
        let mistakes = ConfigurationFixture.mistakes(yaml)
        #expect(mistakes.count == 1)
        let sentence = try #require(mistakes.first)
        #expect(sentence.hasPrefix("assetlog.yaml:"))
        #expect(sentence.contains(fragment), "\(sentence)")
    }

    @Test(
        "A value that does not fit is refused with its line",
        arguments: [
            Mistake(
                "server:\n  read_only: maybe", "assetlog.yaml:2: server.read_only must be true or false, not \"maybe\""),
            Mistake(
                "server:\n  limits:\n    body_bytes: 8 MB/s",
                "assetlog.yaml:3: server.limits.body_bytes must be a number of bytes such as 8MiB, not \"8 MB/s\""),
            Mistake(
                "server:\n  limits:\n    connections: 0",
                "assetlog.yaml:3: server.limits.connections must be from 1 to 2147483647, not 0"),
            Mistake("server:\n  event_loops: 20000", "assetlog.yaml:2: server.event_loops must be from 0 to 256, not 20000"),
            Mistake("server:\n  shutdown_delay: 366d", "assetlog.yaml:2: server.shutdown_delay must be at most 365d"),
            Mistake("server:\n  limits:\n    body_timeout: 2y", "assetlog.yaml:3: server.limits.body_timeout must be at most 365d"),
            Mistake(
                "log:\n  level: inof",
                "assetlog.yaml:2: log.level must be one of trace, debug, info, notice, warning, error, critical, not \"inof\";"
                    + " did you mean info?"),
            Mistake(
                "server:\n  limits:\n    idle_timeout: 0s",
                "assetlog.yaml:3: server.limits.idle_timeout must be positive"),
            Mistake(
                "server:\n  proxy_protocol: true",
                "assetlog.yaml:2: server.proxy_protocol needs server.trusted_proxies; list the addresses of the proxies that send"
                    + " the header"),
            Mistake(
                "log:\n  level: loud",
                "assetlog.yaml:2: log.level must be one of trace, debug, info, notice, warning, error, critical, not \"loud\""
            ),
            Mistake(
                "server:\n  tls:\n    certificate: a.pem",
                "server.tls.key is missing; a certificate needs its private key"),
            Mistake(
                "server:\n  tls:\n    key: a.pem",
                "server.tls.certificate is missing; a private key needs its certificate"),
            Mistake("storage:\n  sqlite:\n    pages: 5", "assetlog.yaml:3: storage.sqlite.pages must be at least 100"),
            Mistake(
                "storage:\n  remote:\n    tls:\n      mode: half",
                "assetlog.yaml:4: storage.remote.tls.mode must be one of off, full, not \"half\""),
            Mistake("storage:\n  type: remote", "storage.remote.url is required but missing: Where it is."),
            Mistake("exporters:\n  a:\n    type: lines", "exporters.a.path is required but missing: The file."),
            Mistake(
                "exporters:\n  a:\n    path: x", "assetlog.yaml:3: exporters.a.type is missing; this build has: lines"),
            Mistake(
                "exporters:\n  a b:\n    type: lines",
                "assetlog.yaml:3: exporters.a b must be named by 1 to 64 letters, digits, - and _"),
            Mistake(
                "deployments:\n  declared: [prod, prod]",
                "assetlog.yaml:2: deployments.declared names a deployment twice"),
        ])
    func value(_ mistake: Mistake) {
        #expect(ConfigurationFixture.mistakes(mistake.yaml) == [mistake.sentence])
    }

    @Test(
        "An unknown plugin is refused with what this build has",
        arguments: [
            ("storage:\n  type: sqlit", "storage.type", "sqlite, remote"),
            ("exporters:\n  a:\n    type: line", "exporters.a.type", "lines"),
        ])
    func unknownPlugin(_ yaml: String, _ key: String, _ names: String) throws {
        let sentence = try #require(ConfigurationFixture.mistakes(yaml).first)
        #expect(sentence.hasPrefix("assetlog.yaml:"))
        #expect(sentence.contains(key))
        #expect(sentence.contains("available: \(names)."))
        #expect(sentence.contains("Did you mean"))
    }

    @Test("All mistakes of a kind are reported at once, in the order of their lines")
    func everything() {
        let mistakes = ConfigurationFixture.mistakes(
            "log:\n  levle: info\nserver:\n  lisen: a\n  redonly: b\n  x:\n  y:\n  z:\n  data: [a]\n  listen:")
        #expect(
            mistakes.map { $0.prefix { $0 != " " } }
                == (["2", "4", "5", "6", "7", "8", "9", "10"].map { "assetlog.yaml:\($0):" })[...].map { $0[...] })
    }

    @Test(
        "Addresses, prefixes and deployments are checked",
        arguments: [
            (
                "server.listen",
                [
                    "3000", "localhost", "localhost:", ":3000", "127.0.0.1:65536", "::1:3000", "[::1]", "[a]:1",
                    "a b:1", "http://a:1", "127.0.0.1:+1", "*", "**:1", "*.a:1", ".:1",
                ]
            ),
            ("server.path_prefix", ["dagster", "/", "/dagster/", "//a", "/a//b", "/a b", "/a?b", "/..", "/é"]),
            (
                "deployments.declared",
                ["api", "livez", "readyz", "metrics", "server_info", "report_x", "a/b", "a b", ".."]
            ),
            ("server.hosts", ["http://a", "*.example.com", "a b", ".", "a..", ":3000", "bücher.example", "a/b"]),
            ("deployments.organization_domain", ["http://a", "*.example.com", ".example.com", "example.com:3000", "a b"]),
        ])
    func refused(_ key: String, _ values: [String]) {
        for value in values {
            let mistakes = ConfigurationFixture.mistakes(flags: [key: value])
            #expect(mistakes.count == 1 && mistakes.first?.hasPrefix("--set: \(key) ") == true, "\(value): \(mistakes)")
        }
    }
}
