import Foundation
import Testing

/// A directory of a test; it is removed when the last reference goes.
final class Workplace: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
    var data: String { url.appending(path: "data").path }

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func assetlog(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
        try run(ServerProcess.binary.path, arguments + ["--data", data], in: url, environment: environment)
    }
}

/// A token as `assetlog token list --json` shows it.
struct ListedToken: Decodable {
    var id, name, state, source: String
    var allow, assets, deployments, certificates: [String]
    var created, expires, revoked: String?
}

@Suite("assetlog token")
struct TokenCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
    }

    private func create(_ name: String, _ arguments: String...) throws -> String {
        let result = try run(
            ServerProcess.binary.path, ["token", "create", name, "--data", workplace.data] + arguments, in: workplace.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.wholeMatch(of: /al_[0-9A-Za-z]+_[0-9A-Za-z]{43,}\n/) != nil, "\(result.output)")
        return String(result.output.dropLast())
    }

    private func list() throws -> [ListedToken] {
        let result = try workplace.assetlog("token", "list", "--json")
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode([ListedToken].self, from: Data(result.output.utf8))
    }

    @Test("makes, lists, rotates and revokes tokens next to a running server, which follows within a second or so")
    func lifeCycle() throws {
        // Before there is a log.
        let first = try create("spark", "--allow", "report:materialization", "--allow", "read", "--expires", "90d")
        let server = try ServerProcess(["--set", "auth.required=true"], in: workplace.url)
        func status(_ token: String) throws -> Int {
            try AccessTests.status("POST", "/report_asset_materialization/a", on: server, token: token)
        }
        #expect(try status(first) == 200)
        let second = try create("dbt", "--allow", "report:materialization", "--assets", "raw/*", "--assets", "a")
        #expect(try AccessTests.becomes(200) { try status(second) })

        let rotation = try workplace.assetlog("token", "rotate", "spark", "--grace", "1h")
        let third = rotation.output.trimmingCharacters(in: .newlines)
        #expect(third.hasPrefix("al_") && third != first)
        #expect(try AccessTests.becomes(200) { try status(third) })
        #expect(try status(first) == 200)
        // Without grace the old ones end, also the one that had its grace.
        let fourth = try workplace.assetlog("token", "rotate", "spark").output.trimmingCharacters(in: .newlines)
        #expect(try AccessTests.becomes(401) { try status(third) })
        #expect(try AccessTests.becomes(401) { try status(first) })
        #expect(try status(fourth) == 200)

        let revocation = try workplace.assetlog("token", "revoke", "dbt")
        #expect(revocation.status == 0)
        #expect(try AccessTests.becomes(401) { try status(second) })

        let tokens = try list()
        #expect(tokens.map(\.name) == ["spark", "dbt", "spark", "spark"])
        #expect(tokens.map(\.state) == ["revoked", "revoked", "expired", "valid"])
        #expect(tokens[3].allow == ["report:materialization", "read"])
        #expect(tokens[1].assets == ["raw/*", "a"])
        #expect(tokens[1].expires == nil && tokens[1].revoked != nil)
        #expect(tokens[3].expires != nil && tokens[3].expires != tokens[0].expires)
        #expect(tokens.allSatisfy { $0.source == "storage" && $0.created != nil })
        let text = try workplace.assetlog("token", "list").output
        #expect(text.split(separator: "\n").count == 5)

        // By its ID, and what ended before ended.
        #expect(try workplace.assetlog("token", "revoke", tokens[3].id).status == 0)
        #expect(try AccessTests.becomes(401) { try status(fourth) })
        // What has expired may be revoked besides, and what was revoked is said to be.
        #expect(try workplace.assetlog("token", "revoke", "spark").output.contains("is now revoked"))
        let again = try workplace.assetlog("token", "revoke", "spark")
        #expect(again.status == 0 && again.output.contains("was already revoked"), "\(again)")
        #expect(try workplace.assetlog("token", "rotate", "spark").status == 1)
        _ = try create("spark", "--allow", "read")
        #expect(server.stop() == 0)
    }

    @Test("never shows or keeps a secret: not in the file, the list, the messages or the journals")
    func secrets() throws {
        let access = workplace.url.appending(path: "access.log").path
        let audit = workplace.url.appending(path: "audit.log").path
        let inFile = "al_file_" + String(repeating: "F", count: 43)
        let tokensFile = workplace.url.appending(path: "tokens.yaml")
        try "- {name: from-file, token: \(inFile), allow: [read]}\n".write(to: tokensFile, atomically: true, encoding: .utf8)
        let settings = [
            "--set", "auth.required=true", "--set", "log.level=trace", "--set", "log.access=\(access)", "--set",
            "log.audit=\(audit)", "--set", "auth.tokens_file=\(tokensFile.path)",
        ]
        let server = try ServerProcess(settings, in: workplace.url)
        let token = try create("spark", "--allow", "read", "--set", "log.audit=\(audit)")
        let rotated = try workplace.assetlog("token", "rotate", "spark", "--grace", "1h", "--set", "log.audit=\(audit)")
        let secrets = [token, rotated.output.trimmingCharacters(in: .newlines), inFile].map { String($0.suffix(43)) }
        for secret in [token, inFile] {
            for wrong in [secret, secret + "x", String(secret.dropLast())] {
                for header in ["Authorization: Bearer \(wrong)", "Dagster-Cloud-Api-Token: \(wrong)"] {
                    _ = try AccessTests.status("GET", "/api/v1/events", on: server, ["-H", header])
                    _ = try AccessTests.status("POST", "/report_asset_check/a", on: server, ["-H", header])
                }
            }
        }
        // A broken file is reported, and its tokens are not.
        try "- {name: from-file, token: \(inFile), allow: [\(inFile)]}\n".write(to: tokensFile, atomically: true, encoding: .utf8)
        #expect(try AccessTests.becomes(1) { server.said.contains("The tokens can't be read") ? 1 : 0 })
        #expect(server.stop() == 0)

        let broken = try workplace.assetlog("token", "list", "--set", "auth.tokens_file=\(tokensFile.path)")
        #expect(broken.status == 78)
        let listed = try workplace.assetlog("token", "list")
        var texts = [
            "errors": server.said, "list": listed.output + listed.errors, "json": try workplace.assetlog("token", "list", "--json").output,
        ]
        texts["broken"] = broken.output + broken.errors
        texts["rotate"] = rotated.errors
        texts["audit"] = try String(contentsOfFile: audit, encoding: .utf8)
        #expect(texts["audit"]?.contains("token.created") == true && texts["audit"]?.contains("token.rotated") == true)
        for name in try FileManager.default.contentsOfDirectory(atPath: workplace.data) {
            let bytes = try Data(contentsOf: URL(filePath: workplace.data).appending(path: name))
            texts[name] = String(decoding: bytes, as: UTF8.self)
        }
        #expect(texts["tokens.sqlite"] != nil)
        for (name, text) in texts {
            for secret in secrets { #expect(!text.contains(secret), "\(name)") }
        }
        #expect(!listed.output.contains("hash"))
        let mode = try FileManager.default.attributesOfItem(atPath: workplace.data + "/tokens.sqlite")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var arguments: [String]
        var status: Int32
        var sentence: String
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: [String], _ status: Int32, _ sentence: String) {
            (self.arguments, self.status, self.sentence) = (arguments, status, sentence)
        }
    }

    @Test(
        "says in a sentence what is wrong",
        arguments: [
            Mistake(["create", "spark", "--allow", "read"], 1, "there is already a valid token \"spark\""),
            Mistake(
                ["create", "b", "--certificate", "dns:W.example.com"], 1,
                "the certificate DNS:w.example.com already stands for the token \"spark\""),
            Mistake(["create", "b", "--allow", "raed"], 64, "--allow contains \"raed\", which is not a right; did you mean read?"),
            Mistake(["create", "b", "--assets", ""], 64, "--assets contains \"\", which is not a pattern"),
            Mistake(["create", "b", "--deployment", "a b"], 64, "--deployment contains \"a b\""),
            Mistake(["create", "b", "--expires", "soon"], 64, "--expires must be a number with s, m, h, d, w or y, such as 90d, a day"),
            Mistake(["create", "b", "--expires", "6mo"], 64, "--expires must be a number with s, m, h, d, w or y"),
            Mistake(["create", "b", "--expires", "2020-01-01"], 64, "--expires lies at 2020-01-01T00:00:00.000000Z, which is over"),
            Mistake(["create", "b", "--expires", "101y"], 64, "at most a hundred years"),
            Mistake(["create", "b", "--expires", "0s"], 64, "--expires must be longer than nothing"),
            Mistake(["create", "b", "--certificate", "w"], 64, "--certificate contains \"w\""),
            Mistake(["create", ""], 64, "The name of a token must not be empty"),
            Mistake(["create", "a\nb"], 64, "The name of a token must not contain control characters"),
            Mistake(["create", String(repeating: "a", count: 129)], 64, "The name of a token must be 1 to 128 characters, not 129"),
            Mistake(["create"], 64, "Missing expected argument '<name>'"),
            Mistake(["revoke", "sprak"], 1, "there is no token with the name or ID \"sprak\"; did you mean spark?"),
            Mistake(["rotate", "nobody"], 1, "there is no token with the name or ID \"nobody\"; `assetlog token list` lists"),
            Mistake(["rotate", "spark", "--grace", "soon"], 64, "--grace must be a number with s, m, h, d, w or y"),
            Mistake(["list", "--set", "server.lisen=x"], 78, "did you mean server.listen?"),
            Mistake(
                ["create", "b", "--set", "storage.type=memory"], 1,
                "the storage memory keeps no tokens; list them in a file and name it in auth.tokens_file"),
            Mistake(["list", "--set", "storage.type=memory"], 1, "or in the variable ASSETLOG_AUTH_TOKENS"),
        ])
    func mistakes(_ mistake: Mistake) throws {
        _ = try create("spark", "--allow", "read", "--certificate", "DNS:w.example.com")
        let result = try run(ServerProcess.binary.path, ["token"] + mistake.arguments + ["--data", workplace.data])
        #expect(result.status == mistake.status)
        #expect(result.errors.hasPrefix("assetlog: ") && result.errors.contains(mistake.sentence), "\(result.errors)")
        #expect(result.output == "")
        #expect(try list().count == 1)
    }

    @Test("warns of a token that can do nothing")
    func idle() throws {
        let result = try workplace.assetlog("token", "create", "idle", "--assets", "/a")
        #expect(result.errors.contains("The token can do nothing"))
        #expect(result.errors.contains("The pattern /a begins or ends with an empty part"))
        #expect(result.output.hasPrefix("al_"))
    }

    @Test(
        "takes the end of a token as a span, a day, a time, or never",
        arguments: [
            ("2040-01-01", "2040-01-01T00:00:00.000000Z"), ("2040-01-01T12:00:00+01:00", "2040-01-01T11:00:00.000000Z"), ("never", nil),
        ])
    func ends(_ text: String, _ expires: String?) throws {
        _ = try create("spark", "--expires", text)
        #expect(try list().map(\.expires) == [expires])
    }

    @Test("takes the end of a token in years and weeks", arguments: [("1y", 365), ("2w", 14), ("1 Year", 365)])
    func longEnds(_ text: String, _ days: Double) throws {
        let before = Date.now
        _ = try create("spark", "--expires", text)
        let end = try #require(try list().first?.expires).replacing(/\.[0-9]+Z/, with: "Z")
        let date = try Date(end, strategy: .iso8601)
        #expect(abs(date.timeIntervalSince(before) - days * 86_400) < 60)
    }

    @Test("follows a file of tokens and the variable, and keeps what was there when the file breaks")
    func files() throws {
        func text(_ name: String) -> String { "al_\(name)_" + String(repeating: "s", count: 43) }
        let file = workplace.url.appending(path: "tokens.yaml")
        func write(_ content: String) throws { try content.write(to: file, atomically: true, encoding: .utf8) }
        func entry(_ name: String, _ more: String = "allow: [read]") -> String { "- {name: \(name), token: \(text(name)), \(more)}\n" }
        let settings = ["--set", "auth.required=true", "--set", "auth.tokens_file=\(file.path)", "--set", "storage.type=memory"]
        // A broken file keeps the server from starting.
        try write(entry("a", "alow: [read]"))
        let refusal = #expect(throws: ServerProcess.StartFailure.self) { _ = try ServerProcess(settings, in: workplace.url) }
        #expect(refusal?.status == 78)
        #expect(refusal?.said.contains("tokens.yaml:1: alow is not a known key; did you mean allow?") == true, "\(refusal?.said ?? "")")

        try write(entry("a"))
        let inline = "[{name: b, token: \(text("b")), allow: [read]}]"
        let server = try ServerProcess(settings + ["--set", "auth.tokens=\(inline)"], in: workplace.url)
        func status(_ name: String) throws -> Int {
            try AccessTests.status("GET", "/api/v1/events", on: server, token: text(name))
        }
        #expect(try status("a") == 200)
        #expect(try status("b") == 200)
        try write(entry("c") + entry("d", "allow: [read], expires: 2020-01-01T00:00:00Z"))
        #expect(try AccessTests.becomes(200) { try status("c") })
        #expect(try status("a") == 401)
        #expect(try status("d") == 401)
        try write(entry("e", "asets: [x]"))
        #expect(try AccessTests.becomes(1) { server.said.contains("did you mean assets?") ? 1 : 0 })
        #expect(try status("c") == 200)
        #expect(try status("e") == 401)
        try write("[]")
        #expect(try AccessTests.becomes(401) { try status("c") })
        // At once, by the signal.
        try write(entry("f"))
        kill(server.pid, SIGHUP)
        #expect(try AccessTests.becomes(200) { try status("f") })
        #expect(try status("b") == 200)
        #expect(server.stop() == 0)
        #expect(server.said.contains("event=token.added"))

        let listed = try run(
            ServerProcess.binary.path, ["token", "list", "--json"] + settings + ["--set", "auth.tokens=\(inline)"], in: workplace.url)
        let tokens = try JSONDecoder().decode([ListedToken].self, from: Data(listed.output.utf8))
        #expect(tokens.map(\.name) == ["b", "f"])
        #expect(tokens.map(\.source) == ["auth.tokens", "auth.tokens_file"])
        #expect(tokens.allSatisfy { $0.created == nil })
    }

    @Test("says at the start when tokens are asked for and there are none")
    func none() throws {
        let memory = try ServerProcess(["--set", "auth.required=true", "--set", "storage.type=memory"])
        #expect(memory.said.contains("the storage keeps none"), "\(memory.said)")
        let empty = try ServerProcess(["--set", "auth.required=true"])
        #expect(empty.said.contains("there is none yet; `assetlog token create` creates one"), "\(empty.said)")
        for server in [memory, empty] {
            server.stop()
            try FileManager.default.removeItem(at: server.directory)
        }
    }
}
