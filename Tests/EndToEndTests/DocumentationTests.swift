import Foundation
import Testing

/// What the documents say is what happens: every block that follows `<!-- run -->` is run against a real server.
@Suite("The documents")
struct DocumentationTests {
    private static let documents = [
        "README.md", "Docs/API.md", "Docs/Catalog.md", "Docs/Operations.md", "Docs/Deployments.md", "Docs/Reporting.md", "Docs/Tokens.md",
    ]

    private static func text(_ document: String) throws -> String {
        try String(contentsOf: ServerProcess.root.appending(path: document), encoding: .utf8)
    }

    /// The shell blocks of a document that are marked to be run, in order.
    private static func blocks(_ document: String) throws -> [String] {
        try text(document).components(separatedBy: "<!-- run -->\n```bash\n").dropFirst().map { rest in
            rest.components(separatedBy: "\n```")[0]
        }
    }

    @Test("hold examples that work as they are typed", arguments: documents)
    func examples(_ document: String) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // The sample for servers is an example too.
        let configuration = directory.appending(path: "assetlog.yaml")
        try FileManager.default.copyItem(at: ServerProcess.root.appending(path: "docker/assetlog.yaml"), to: configuration)
        let server = try ServerProcess(
            ["--config", configuration.path, "--set", "deployments.declared=prod,staging"], in: directory)
        let blocks = try Self.blocks(document)
        #expect(!blocks.isEmpty)
        for block in blocks {
            let script = block.replacing("localhost:3000", with: "127.0.0.1:\(server.url.port ?? 0)")
            let path = "\(ServerProcess.binary.deletingLastPathComponent().path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let result = try run(
                "bash", ["-euo", "pipefail", "-c", script], in: directory,
                environment: [
                    "PATH": path, "DATA": directory.appending(path: "data").path, "ASSETLOG_URL": server.url.absoluteString,
                    "ASSETLOG_SPOOL": directory.appending(path: "spool").path,
                ])
            #expect(result.status == 0, "\(document):\n\(block)\n\(result.output)\(result.errors)")
            // A refused report is answered, so curl alone would not notice.
            #expect(!result.output.contains(#""error""#), "\(document):\n\(block)\n\(result.output)")
        }
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(at: directory)
    }

    @Test("show the configuration of this build")
    func configuration() throws {
        let sample = try assetlog("config", "sample")
        #expect(sample.status == 0)
        #expect(try Self.text("Docs/Configuration.md").contains("```yaml\n\(sample.output)```"))
    }

    @Test("hold samples of plugins that this build accepts")
    func samples() throws {
        let plugins = ServerProcess.root.appending(path: "Plugins")
        let files = try #require(FileManager.default.enumerator(at: plugins, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.lastPathComponent == "sample.yaml" }
        #expect(files.count >= 8)
        for file in files {
            let result = try assetlog("check-config", "--config", file.path)
            #expect(result.status == 0, "\(file.path): \(result.errors)")
        }
    }

    @Test("show configurations of exporters and receivers that this build accepts")
    func exporters() throws {
        let starts = ["Docs/Exporters.md", "Plugins/Exporters/", "Docs/Receivers.md", "Plugins/Receivers/"]
        let pages = Self.pages.filter { page in starts.contains { page.hasPrefix($0) } }
        var count = 0
        for page in pages {
            for block in try Self.text(page).components(separatedBy: "```yaml\n").dropFirst() {
                let text = block.components(separatedBy: "```")[0]
                let file = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString).yaml")
                defer { try? FileManager.default.removeItem(at: file) }
                try text.write(to: file, atomically: true, encoding: .utf8)
                let result = try assetlog("check-config", "--config", file.path)
                #expect(result.status == 0, "\(page):\n\(text)\n\(result.errors)")
                count += 1
            }
        }
        #expect(count >= 12)
    }

    @Test("name every top-level folder, and no other")
    func directories() throws {
        let directories = try FileManager.default.contentsOfDirectory(
            at: ServerProcess.root, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles
        ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).filter { $0 != "assetlog-data" }
        let rows = try Self.text("README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first }
        #expect(Set(rows.map(String.init)) == Set(directories))
    }

    @Test("hold Swift that compiles against this build's modules")
    func swiftSnippets() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let snippets = try Self.text("Docs/Reporting.md").components(separatedBy: "```swift\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }
        #expect(snippets.count == 1)
        let modules = ServerProcess.binary.deletingLastPathComponent().appending(path: "Modules").path
        let sources = ServerProcess.root.appending(path: "Sources").path
        let maps = try FileManager.default.contentsOfDirectory(atPath: sources).map { "\(sources)/\($0)/module.modulemap" }
            .filter { FileManager.default.fileExists(atPath: $0) }.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
        for snippet in snippets {
            let file = directory.appending(path: "main.swift")
            try snippet.write(to: file, atomically: true, encoding: .utf8)
            let result = try run("swiftc", ["-typecheck", "-swift-version", "6", "-I", modules] + maps + [file.path])
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    /// Every page of the repository that people read.
    private static let pages: [String] = {
        let directories = ["Docs", "Docs/Decisions", "Docs/Examples/CustomBackend"]
        let pages = directories.flatMap { directory in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: ServerProcess.root.appending(path: directory).path)) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { "\(directory)/\($0)" }
        }
        let plugins = ["Storage", "Exporters", "Receivers"].flatMap { kind in
            let directory = ServerProcess.root.appending(path: "Plugins/\(kind)").path
            return ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).map { "Plugins/\(kind)/\($0)/README.md" }
        }
        return (["README.md"] + pages + plugins).sorted()
    }()

    /// The names by which a page's headings are linked to: lower case, punctuation left out, hyphens for spaces.
    private static func anchors(_ page: String) -> Set<String> {
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" || $0 == " " } }
        return Set(
            headings.map { heading in
                String(heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.replacing(" ", with: "-"))
            })
    }

    @Test("link to files and headings that exist", arguments: pages)
    func links(_ document: String) throws {
        let text = try Self.text(document)
        let directory = ServerProcess.root.appending(path: document).deletingLastPathComponent()
        for match in text.matches(of: /\]\(([^)#:]*)(?:#([^)]+))?\)/) where !match.0.contains("://") {
            let file = match.1.isEmpty ? ServerProcess.root.appending(path: document) : directory.appending(path: String(match.1))
            #expect(FileManager.default.fileExists(atPath: file.path), "\(document) links to \(match.1)")
            guard let anchor = match.2 else { continue }
            let target = try String(contentsOf: file, encoding: .utf8)
            #expect(Self.anchors(target).contains(String(anchor)), "\(document) links to \(match.1)#\(anchor)")
        }
    }

    @Test("are all listed in the README, but for what a page there lists")
    func index() throws {
        let readme = try Self.text("README.md")
        for page in Self.pages where page.hasPrefix("Docs/") && page.split(separator: "/").count == 2 {
            #expect(readme.contains("(\(page))"), "\(page)")
        }
    }
}
