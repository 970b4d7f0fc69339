import AssetlogAccess
import AssetlogCore
import AssetlogStandardPlugins
import Foundation
import Logging
import Testing

@testable import AssetlogApp

@Suite("The key of sessions")
struct SessionKeyTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-session-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func signer(_ settings: UISettings = UISettings(), in data: String) async throws -> SessionSigner {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await SessionKeyFile(settings, dataDirectory: data, logger: logger).signer()
    }

    // Signers of one key recognize each other's forms.
    private func haveOneKey(_ one: SessionSigner, _ other: SessionSigner) throws -> Bool {
        other.isFormToken(try one.formToken(for: "a"), for: "a")
    }

    @Test("It is made once in the data directory, for the server's user alone")
    func made() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let data = directory.appending(path: "data").path
        let first = try await signer(in: data)
        let path = "\(data)/session.key"
        #expect(try Data(contentsOf: URL(filePath: path)).count == 32)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: data) == ["session.key"])
        let again = try await signer(in: data)
        #expect(try haveOneKey(first, again))
        let other = try await signer(in: directory.appending(path: "other").path)
        #expect(try !haveOneKey(first, other))
    }

    @Test("Without a location for it, or with one that is too short, it is in memory only")
    func temporary() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "file").path
        try Data().write(to: URL(filePath: file))
        let one = try await signer(in: file)
        let other = try await signer(in: file)
        #expect(try !haveOneKey(one, other))
        let short = directory.appending(path: "session.key")
        try Data(count: 31).write(to: short)
        _ = try await signer(in: directory.path)
        #expect(try Data(contentsOf: short).count == 31)
    }

    @Test("A file that the configuration names must be there, and long enough")
    func configured() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "key").path
        let settings = UISettings(sessionKeyFile: path)
        await #expect(throws: ConfigurationError.self) { try await signer(settings, in: directory.path) }
        try Data("hunter2".utf8).write(to: URL(filePath: path))
        let error = await #expect(throws: ConfigurationError.self) { try await signer(settings, in: directory.path) }
        #expect(error?.description.contains(path) == true && error?.description.contains("hunter2") == false)
        // Also what ends in a line end is the key as it is.
        try Data((0..<31).map { $0 } + [0x0a]).write(to: URL(filePath: path))
        let one = try await signer(settings, in: directory.path)
        let other = try await signer(settings, in: "/nowhere")
        #expect(try haveOneKey(one, other))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key"])
    }

    @Test("check-config looks at it", .enabled(if: BuildFeatures.hasUI, "needs the trait UI"))
    func inspected() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "key").path
        let server = try ConfigurationFixture.resolve(
            flags: ["ui.session_key_file": path, "server.data": directory.path], plugins: .standard
        ).server
        #expect(await FileInspection(server, at: .now()).problems.contains { $0.contains(path) })
    }

    @Test("Pages need the catalog, and are there by default with it", .enabled(if: BuildFeatures.hasUI, "needs the trait UI"))
    func enabled() throws {
        func settings(_ flags: [String: String]) throws -> UISettings? {
            try ConfigurationFixture.resolve(flags: flags, plugins: .standard).server.ui
        }
        #expect(try settings([:]) == UISettings())
        #expect(try settings(["ui.session_key_file": "/k"]) == UISettings(sessionKeyFile: "/k"))
        #expect(try settings(["ui.enabled": "false"]) == nil)
        #expect(try settings(["catalog.enabled": "false"]) == nil)
        let errors = #expect(throws: ConfigurationErrors.self) {
            try settings(["catalog.enabled": "false", "ui.enabled": "true"])
        }
        #expect(errors?.sentences.contains { $0.contains("ui.enabled needs the catalog") } == true)
    }
}
