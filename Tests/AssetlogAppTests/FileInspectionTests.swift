import AssetlogCore
import AssetlogStandardPlugins
import Foundation
import Testing

@testable import AssetlogApp

@Suite("What check-config finds in files")
struct FileInspectionTests {
    private func inspect(_ flags: [String: String]) async throws -> FileInspection {
        let server = try ConfigurationFixture.resolve(flags: flags, plugins: .standard).server
        return await FileInspection(server, at: .now())
    }

    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-inspection-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    @Test("Files that are not there yet are no problem where they can be made, and nothing is made")
    func fresh() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let found = try await inspect([
            "server.data": directory.appending(path: "deep/data").path, "log.access": directory.appending(path: "access.log").path,
            "exporters.a.type": "jsonlines", "exporters.a.path": directory.appending(path: "deep/er/events.jsonl").path,
        ])
        #expect(found.problems == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }

    @Test("A path that leads nowhere is named, once for each")
    func nowhere() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "file").path
        try Data().write(to: URL(filePath: file))
        let tokens = directory.appending(path: "tokens.yaml").path
        let found = try await inspect([
            "server.data": "\(file)/data", "log.access": directory.appending(path: "missing/access.log").path, "log.audit": directory.path,
            "auth.tokens_file": tokens, "exporters.a.type": "jsonlines", "exporters.a.path": "\(file)/x/events.jsonl",
            "exporters.b.type": "jsonlines", "exporters.b.path": "/dev/null/events.jsonl",
        ])
        let problems = found.problems.joined(separator: "\n")
        #expect(found.problems.count == 6, "\(problems)")
        for words in [
            "\(file)/data", "missing/access.log can't be made", "\(directory.path) is a directory", tokens, "\(file)/x", "/dev/null",
        ] {
            #expect(problems.contains(words), "\(words): \(problems)")
        }
    }

    @Test("Tokens are read as the server reads them")
    func tokens() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "tokens.yaml")
        let secret = String(repeating: "s", count: 43)
        let data = directory.appending(path: "data").path
        // With the mark that some editors put first.
        try "\u{FEFF}- {name: a, token: al_a_\(secret), expires: 2020-01-31}".write(to: file, atomically: true, encoding: .utf8)
        let good = try await inspect(["server.data": data, "auth.tokens_file": file.path])
        #expect(good.problems == [])
        #expect(good.warnings.contains("The token a in \(file.path) has expired; remove it"))
        try "- {name: a, tokn: x}\n- {nam: b}".write(to: file, atomically: true, encoding: .utf8)
        let bad = try await inspect(["server.data": data, "auth.tokens_file": file.path])
        #expect(bad.problems.contains { $0.contains("tokens.yaml:1: tokn is not a known key; did you mean token?") }, "\(bad.problems)")
        #expect(bad.problems.contains { $0.contains("tokens.yaml:2") })
        #expect(!bad.problems.joined().contains(secret))
        try Data([0xff, 0xfe, 0x2d, 0x00]).write(to: file)
        #expect(try await inspect(["server.data": data, "auth.tokens_file": file.path]).problems.first?.contains("is UTF-16") == true)
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test(
        "Certificates must fit their keys and be valid", .enabled(if: BuildFeatures.hasTLS, "needs the trait TLS"),
        arguments: [
            (30, [] as [String], 0, 0, ""), (5, [], 0, 1, "expires soon"), (-1, [], 1, 0, "expired on"),
            (30, ["missing"], 1, 0, "does not exist"), (30, ["mismatch"], 1, 0, "does not belong to the certificate"),
        ])
    func certificates(_ days: Int, _ faults: [String], _ problems: Int, _ warnings: Int, _ words: String) async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        func make(_ name: String) throws {
            let (key, file) = (directory.appending(path: "\(name).key").path, directory.appending(path: "\(name).pem").path)
            let names = ["-addext", "subjectAltName=DNS:localhost", "-subj", "/CN=localhost"]
            let request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key] + names
            guard days < 0 else { return try openssl(request + ["-x509", "-days", "\(days)", "-out", file]) }
            // A span below zero is refused, so it is signed with dates of its own.
            let settings = """
                [ca]
                default_ca = this
                [this]
                database = \(directory.path)/index.txt
                new_certs_dir = \(directory.path)
                default_md = sha256
                rand_serial = yes
                policy = any
                copy_extensions = copy
                [any]
                commonName = supplied
                """
            try settings.write(to: directory.appending(path: "ca.conf"), atomically: true, encoding: .utf8)
            try Data().write(to: directory.appending(path: "index.txt"))
            try openssl(request + ["-out", "\(file).csr"])
            try openssl([
                "ca", "-batch", "-config", "\(directory.path)/ca.conf", "-selfsign", "-keyfile", key, "-in", "\(file).csr", "-out", file,
                "-startdate", "20200101000000Z", "-enddate", "20200102000000Z", "-notext",
            ])
        }
        try make("a")
        if faults == ["mismatch"] { try make("b") }
        let key = faults == ["missing"] ? "c" : faults == ["mismatch"] ? "b" : "a"
        let found = try await inspect([
            "server.data": directory.appending(path: "data").path, "server.tls.certificate": directory.appending(path: "a.pem").path,
            "server.tls.key": directory.appending(path: "\(key).key").path,
        ])
        let others = found.warnings.filter { !$0.contains("rights of root") }
        #expect(found.problems.count == problems && others.count == warnings, "\(found.problems) \(others)")
        #expect(words.isEmpty || (found.problems + others).joined().contains(words), "\(found.problems) \(others)")
    }
}
