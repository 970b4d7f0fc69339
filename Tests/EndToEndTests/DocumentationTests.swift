import Foundation
import Testing

/// Keeps the documents true: every block that is marked as executable is run, in order, against a server of its own.
@Suite("The documents")
struct DocumentationTests {
    @Test(
        "show commands that work as typed",
        arguments: ["README.md", "Docs/API.md", "Docs/Operations.md"])
    func commandsWork(document: String) throws {
        let blocks = try Self.blocks(of: document, marked: "run")
        #expect(!blocks.isEmpty)
        let server = try ServerProcess()
        defer {
            #expect(server.stop() == 0)
            try? FileManager.default.removeItem(at: server.folder)
        }
        let script = server.folder.appending(path: "block.sh")
        for block in blocks {
            let text = block.replacing("localhost:3000", with: "localhost:\(server.url.port ?? 0)")
            try "set -euo pipefail\n\(text)\n".write(to: script, atomically: true, encoding: .utf8)
            let result = try run(
                "bash", [script.path], in: server.folder,
                environment: [
                    "PATH": "\(ServerProcess.binary.deletingLastPathComponent().path):/usr/bin:/bin",
                    "ASSETLOG_SERVER_DATA": server.folder.appending(path: "data").path,
                ])
            #expect(result.status == 0, "\(document):\n\(block)\n\(result.errors)")
            #expect(!result.output.contains(#""error""#), "\(document):\n\(block)\n\(result.output)")
        }
    }

    @Test("hold every declared key: the reference is what the program prints")
    func referenceIsComplete() throws {
        let sample = try assetlog("config", "sample")
        #expect(sample.status == 0)
        let written = try Self.blocks(of: "Docs/Configuration.md", marked: "config sample")
        #expect(written == [sample.output.trimmingCharacters(in: .newlines)])
    }

    @Test("hold configurations that are good", arguments: ["Docs/Configuration.md", "docker/assetlog.yaml"])
    func configurationsAreGood(document: String) throws {
        let url = ServerProcess.root.appending(path: document)
        var texts = [try String(contentsOf: url, encoding: .utf8)]
        if document.hasSuffix(".md") { texts = Self.fences(in: texts[0]).filter { $0.language == "yaml" }.map(\.text) }
        #expect(!texts.isEmpty)
        for text in texts {
            let file = FileManager.default.temporaryDirectory.appending(path: "documented-\(UUID().uuidString).yaml")
            try text.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            let result = try assetlog("check-config", "--config", file.path)
            #expect(result.status == 0, "\(document):\n\(text)\n\(result.errors)")
        }
    }

    @Test("of each plugin show a configuration that is good")
    func samplesAreGood() throws {
        for kind in ["Storage", "Exporters"] {
            let folder = ServerProcess.root.appending(path: "Plugins/\(kind)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.isEmpty)
            for name in names {
                let sample = folder.appending(path: "\(name)/sample.yaml")
                let result = try assetlog("check-config", "--config", sample.path)
                #expect(result.status == 0, "\(name): \(result.errors)")
            }
        }
    }

    @Test("name files that exist", arguments: ["README.md", "Docs/Operations.md", "Docs/Compatibility.md", "Docs/Decisions/README.md"])
    func linksLead(document: String) throws {
        let url = ServerProcess.root.appending(path: document)
        let text = try String(contentsOf: url, encoding: .utf8)
        let links = text.matches(of: /\]\(([^):#]+)\)/).map { String($0.output.1) }
        #expect(!links.isEmpty)
        for link in links {
            let target = url.deletingLastPathComponent().appending(path: link)
            #expect(FileManager.default.fileExists(atPath: target.path), "\(document) links to \(link)")
        }
    }

    private struct Fence {
        var mark: String
        var language: String
        var text: String
    }

    private static func blocks(of document: String, marked mark: String) throws -> [String] {
        let url = ServerProcess.root.appending(path: document)
        return fences(in: try String(contentsOf: url, encoding: .utf8)).filter { $0.mark == mark }.map(\.text)
    }

    /// The fenced blocks of a document, each with the comment that stands on the line above it.
    private static func fences(in text: String) -> [Fence] {
        var fences: [Fence] = []
        var open: Fence?
        var previous = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if var fence = open {
                if line.hasPrefix("```") {
                    fence.text = String(fence.text.dropLast())
                    fences.append(fence)
                    open = nil
                } else {
                    fence.text += line + "\n"
                    open = fence
                }
            } else if line.hasPrefix("```") {
                let mark = previous.hasPrefix("<!-- ") && previous.hasSuffix(" -->") ? String(previous.dropFirst(5).dropLast(4)) : ""
                open = Fence(mark: mark, language: String(line.dropFirst(3)), text: "")
            }
            previous = line
        }
        return fences
    }
}
