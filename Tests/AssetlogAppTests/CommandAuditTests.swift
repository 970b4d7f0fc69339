import AssetlogCore
import AssetlogObservation
import Foundation
import Logging
import Testing

@testable import AssetlogApp

@Suite("What commands write to the audit log")
struct CommandAuditTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)").path

    private func audit(_ file: String?) {
        let settings = LogSettings(level: .info, format: .text, accessFile: nil, auditFile: file)
        CommandContext(plugins: PluginList(), environment: [:], workingDirectory: "/")
            .audit(AuditEvent(.tokenCreated, [LogField("token", "etl")]), in: settings)
    }

    @Test("is a line with the user who ran it")
    func line() throws {
        audit(path)
        audit(path)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.contains(" event=token.created token=etl by="))
            #expect(!line.hasSuffix("by=\"\""))
        }
        try FileManager.default.removeItem(atPath: path)
    }

    @Test("is nothing without a file, and a file that can't be written fails no command")
    func nowhere() {
        audit(nil)
        audit(path + "/nowhere")
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
