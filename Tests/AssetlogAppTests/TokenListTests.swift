import AssetlogAccess
import AssetlogCore
import Foundation
import Logging
import Testing

@testable import AssetlogApp

@Suite("A list of tokens in YAML")
struct TokenListTests {
    private static let secret = String(repeating: "s", count: 43)
    private static let token = "al_abc_\(secret)"

    private func mistakes(_ yaml: String) -> [String] {
        TokenListReader.check(yaml, file: "tokens.yaml").problems.map(\.description)
    }

    @Test("gives each token what it says")
    func whole() throws {
        let hash = try TokenText.hash(of: Secret(Self.token))
        let digits = hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16).uppercased() }.joined()
        let records = try TokenListReader.read(
            """
            - name: spark (EU)
              token: \(Self.token)
              allow: [report:materialization, "report:check"]
              assets: ["warehouse/**", raw_*]
              deployments: [prod, acme/*]
              expires: 2027-01-31T00:00:00+01:00
              certificates: ["dns:Spark.example.com", "IP:FD00:0::7"]
            - {name: dbt, id: xyz, hash: "sha256:\(digits)", allow: [all]}
            - {name: "idle", id: "007", hash: "sha256:\(digits)"}
            """, file: "tokens.yaml")
        #expect(records.map(\.grant.name) == ["spark (EU)", "dbt", "idle"])
        #expect(records.map(\.id) == ["abc", "xyz", "007"])
        #expect(records.allSatisfy { $0.hash == hash && $0.revokedAt == nil })
        #expect(records[0].grant.rights == [.reportMaterialization, .reportCheck])
        #expect(records[0].grant.assets.map(\.description) == ["warehouse/**", "raw_*"])
        #expect(records[0].grant.deployments.map(\.description) == ["prod", "acme/*"])
        #expect(records[0].expiresAt == Timestamp("2027-01-30T23:00:00Z"))
        #expect(records[0].certificateNames == ["DNS:spark.example.com", "IP:fd00::7"])
        #expect(records[1].grant.rights == .all)
        #expect(records[1].expiresAt == nil)
        #expect(records[2].grant.rights == [])
    }

    @Test("may be empty, if it says so")
    func empty() throws {
        #expect(try TokenListReader.read("[]", file: "x").isEmpty)
        #expect(try TokenListReader.read("--- []\n", file: "x").isEmpty)
        for text in ["", "\n", "# nothing", "~", "---"] {
            #expect(mistakes(text) == ["tokens.yaml: the token list is empty; write [] for no tokens"], "\(text)")
        }
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var yaml: String
        var sentence: String
        var testDescription: String { sentence }

        init(_ yaml: String, _ sentence: String) {
            (self.yaml, self.sentence) = (yaml, sentence)
        }
    }

    private static func entry(_ keys: String) -> String { "- name: a\n  token: \(token)\n  \(keys)" }

    @Test(
        "is refused with the line and a sentence",
        arguments: [
            Mistake("a: b", "tokens.yaml:1: the token list must be a list, `- name: …` for each token, not a section"),
            Mistake("- a", "tokens.yaml:1: the token list contains a plain value where a token with its keys is expected"),
            Mistake("- [", "tokens.yaml:2: the token list is not YAML: did not find expected node content"),
            Mistake(entry("asset: [a]"), "tokens.yaml:3: asset is not a known key; did you mean assets?"),
            Mistake(entry("assets: a"), "tokens.yaml:3: assets takes a list: [...]"),
            Mistake(entry("assets:"), "tokens.yaml:3: assets has no value; give it one, or remove it"),
            Mistake(entry("assets: []"), "tokens.yaml:3: assets is an empty list; remove it to allow everything"),
            Mistake(entry("deployments: []"), "tokens.yaml:3: deployments is an empty list; remove it to allow everything"),
            Mistake(
                entry("assets:\n  - a\n  - ''"),
                "tokens.yaml:5: assets contains \"\", which is not a pattern; write warehouse/**, raw_* or a/*/orders, of at most 62 parts and 2048 bytes"
            ),
            Mistake(
                entry("deployments: [a b]"),
                "tokens.yaml:3: deployments contains \"a b\", which no deployment's name can match; write prod, stage_* or, with organizations, acme/*"
            ),
            Mistake(
                entry("allow: [raed]"),
                "tokens.yaml:3: allow contains \"raed\", which is not a right; did you mean read? Available: report:materialization, report:check, report:observation, read, admin, all"
            ),
            Mistake(entry("allow: read"), "tokens.yaml:3: allow takes a list: [...]"),
            Mistake(entry("allow: [[read]]"), "tokens.yaml:3: allow takes plain values in its list, not a list"),
            Mistake(entry("allow: [~]"), "tokens.yaml:3: allow takes plain values in its list, not nothing"),
            Mistake(
                entry("expires: tomorrow"),
                "tokens.yaml:3: expires must be a time such as 2027-01-31T00:00:00Z, or a day such as 2027-01-31"),
            Mistake(
                entry("expires: 2027-02-29"),
                "tokens.yaml:3: expires must be a time such as 2027-01-31T00:00:00Z, or a day such as 2027-01-31"),
            Mistake(
                entry("certificates: [worker]"),
                "tokens.yaml:3: certificates contains \"worker\", which is not a subject alternative name; write DNS:worker.example.com, URI:spiffe://example.com/worker, email:ops@example.com or IP:10.0.0.7"
            ),
            Mistake(entry("token: x"), "tokens.yaml:2: token is given twice in one section"),
            Mistake(
                entry("id: x"), "tokens.yaml:1: token is required, or id and hash instead of it, but not both"),
            Mistake("- name: a", "tokens.yaml:1: token is required, or id and hash instead of it, but not both"),
            Mistake("- {name: a, id: x}", "tokens.yaml:1: token is required, or id and hash instead of it, but not both"),
            Mistake(
                "- {name: a, token: secret}",
                "tokens.yaml:1: token must be al_ID_SECRET of letters and digits, with at least 43 in the secret; `assetlog token create` prints one"
            ),
            Mistake("- {name: a, id: x_y, hash: 'sha256:'}", "tokens.yaml:1: id must be 1 to 64 letters and digits"),
            Mistake(
                "- {name: a, id: x, hash: 'sha256:\(String(repeating: "g", count: 64))'}",
                "tokens.yaml:1: hash must be sha256: and 64 hexadecimal digits"),
            Mistake(
                "- {name: a, id: x, hash: '\(String(repeating: "0", count: 71))'}",
                "tokens.yaml:1: hash must be sha256: and 64 hexadecimal digits"),
            Mistake("- token: \(token)", "tokens.yaml:1: name is missing; each token needs one"),
            Mistake("- name: [a]\n  token: \(token)", "tokens.yaml:1: name takes a plain value, not a list"),
            Mistake("- name: \"a\\nb\"\n  token: \(token)", "tokens.yaml:1: name must not contain control characters"),
            Mistake("- &x\n  name: a\n  token: \(token)", "tokens.yaml:1: the token list has an anchor (&); write the value out"),
        ])
    func mistake(_ mistake: Mistake) {
        #expect(mistakes(mistake.yaml).first.map { $0.prefix { $0 != "&" } } == mistake.sentence.prefix { $0 != "&" })
        #expect(mistakes(mistake.yaml).count == 1)
    }

    @Test("is refused where a name, an ID or a certificate stands twice, and says where the other one is")
    func doubled() {
        func entry(_ name: String, _ id: String, _ certificate: String) -> String {
            "- {name: \(name), token: al_\(id)_\(Self.secret), certificates: [\"DNS:\(certificate)\"]}\n"
        }
        let first = entry("a", "x", "c")
        #expect(mistakes(first + entry("b", "y", "d")).isEmpty)
        #expect(
            mistakes(first + entry("a", "y", "d"))
                == ["tokens.yaml:2: name gives \"a\" to two tokens; the other one is at tokens.yaml:1"])
        #expect(mistakes(first + entry("b", "x", "d")).first?.hasPrefix("tokens.yaml:2: id gives \"x\"") == true)
        #expect(mistakes(first + entry("b", "y", "C")).first?.hasPrefix("tokens.yaml:2: certificates gives \"DNS:c\"") == true)
    }

    @Test("tells every mistake at once, and keeps what is right")
    func several() {
        let list = TokenListReader.check(
            "- {name: a, token: x, allow: [y]}\n- {name: b, token: \(Self.token)}\n- {nam: c}\n", file: "t")
        #expect(list.records.map(\.grant.name) == ["b"])
        #expect(list.problems.map { $0.location } == ["t:1", "t:1", "t:3", "t:3", "t:3"])
    }

    @Test(
        "never shows a token in what it says",
        arguments: [
            "- TOKEN", "TOKEN", "TOKEN: x", "- {TOKEN: x}", "- {name: a, TOKEN: x, TOKEN: y}", "- {name: TOKEN, id: TOKEN}",
            "- {name: a, token: TOKEN!}", "- {name: a, allow: [TOKEN]}", "- {name: a, allow: TOKEN}",
            "- {name: a, assets: [\"\"], deployments: [TOKEN_], certificates: [TOKEN]}", "- {name: a, expires: TOKEN}",
            "- {name: a, hash: TOKEN, id: b}", "- name: a\n  token: \"TOKEN",
            "- {name: TOKEN, token: TOKEN}\n- {name: TOKEN, token: TOKEN}",
            "- {name: a, TOKEN: }", "? [TOKEN]\n: x",
        ])
    func silent(_ yaml: String) {
        let sentences = mistakes(yaml.replacing("TOKEN", with: Self.token))
        #expect(!sentences.isEmpty)
        for sentence in sentences { #expect(!sentence.contains(Self.secret), "\(sentence)") }
    }

    @Test("stands in auth.tokens too, is checked with the configuration, and is not printed")
    func inline() throws {
        let yaml = "[{name: a, token: \(Self.token), allow: [read]}]"
        let resolved = try ConfigurationFixture.resolve(environment: ["ASSETLOG_AUTH_TOKENS": yaml])
        #expect(resolved.server.auth.tokens?.map(\.grant.name) == ["a"])
        #expect(!ConfigurationPrinter.text(resolved).contains(Self.secret))
        #expect(try ConfigurationFixture.resolve().server.auth.tokens == nil)
        let wrong = yaml.replacing("read", with: "raed")
        let mistakes = ConfigurationFixture.mistakes(environment: ["ASSETLOG_AUTH_TOKENS": wrong])
        #expect(mistakes.count == 1 && mistakes[0].hasPrefix("auth.tokens:1: allow contains \"raed\""), "\(mistakes)")
    }
}

@Suite("A file of tokens")
struct TokensFileTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID().uuidString).yaml").path

    private func write(_ names: String...) throws {
        let lines = names.map { "- {name: \($0), token: al_\($0)_\(String(repeating: "s", count: 43))}\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test("changes its version with every change, also of the same size within a moment")
    func versions() async throws {
        let file = TokensFile(path)
        try write("a")
        let directory = TokenRegistry()
        let watcher = TokenWatcher([file], registry: directory, logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await watcher.load()
        let running = Task { await watcher.run() }
        let verifier = try TokenVerifier(directory)
        func isIn(_ name: String) -> Bool {
            Array("al_\(name)_\(String(repeating: "s", count: 43))".utf8).withUnsafeBytes {
                verifier.grant(ofToken: $0, at: .now()) != nil
            }
        }
        #expect(isIn("a"))
        // Each one right after the one before was read.
        for (next, before) in [("b", "a"), ("c", "b"), ("d", "c")] {
            try write(next)
            try await eventually { isIn(next) }
            #expect(!isIn(before))
        }
        // A broken version keeps what was there, and so does none.
        try Data("- {name: e, tok".utf8).write(to: URL(fileURLWithPath: path))
        try await Task.sleep(for: .seconds(1.5))
        #expect(isIn("d"))
        try FileManager.default.removeItem(atPath: path)
        try await Task.sleep(for: .seconds(1.5))
        #expect(isIn("d"))
        try write("f")
        try await eventually { isIn("f") && !isIn("d") }
        running.cancel()
        await running.value
        try FileManager.default.removeItem(atPath: path)
    }

    @Test("is named with the reason when it can't be read")
    func unreadable() async throws {
        let file = TokensFile(path)
        for call in [{ _ = try await file.version() }, { _ = try await file.tokens() }] as [() async throws -> Void] {
            let error = await #expect(throws: ConfigurationError.self) { try await call() }
            #expect(error?.description.hasPrefix("\(path): the token list can't be ") == true)
            #expect(error?.description.contains("No such file") == true)
        }
        try Data([0xff, 0xfe]).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: ConfigurationError.self) { _ = try await file.tokens() }
        #expect(error?.description == "\(path): the token list is UTF-16 text; save it as UTF-8")
        try FileManager.default.removeItem(atPath: path)
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(180)
        while ContinuousClock.now < end {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the condition did not come true within three minutes")
    }
}
