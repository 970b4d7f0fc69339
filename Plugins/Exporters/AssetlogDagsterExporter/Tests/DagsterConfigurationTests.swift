#if Dagster
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogDagsterExporter

struct DagsterConfigurationTests {
    private func settings(_ values: [String: [String]]) throws -> DagsterSettings {
        try DagsterSettings(
            PluginConfiguration(
                section: "exporters.dagster", keys: ExporterPlugin.dagster.keys, values: values, directory: "/etc",
                dataDirectory: "/data"))
    }

    @Test(
        "a mistake is refused with the key and what to do, without printing a secret",
        arguments: [
            ([:], "exporters.dagster.url is required but missing"),
            (["url": ["dagster:3000"]], "exporters.dagster.url must be a URL"),
            (["url": ["https://d/report_asset_check/"]], "must end before /report_asset_"),
            (["url": ["https://d"], "token": ["se cret secret"]], "exporters.dagster.token must be one word"),
            (["url": ["https://d"], "token": [""]], "exporters.dagster.token must be one word"),
            (["url": ["https://d"], "token": ["secret"], "token_file": ["f"]], "exclude each other"),
            (["url": ["https://d"], "deployments": ["prod"]], "write name=path"),
            (["url": ["https://d"], "deployments": ["=x"]], "write name=path"),
            (["url": ["https://d"], "deployments": ["prod=a b"]], "may have letters"),
            (["url": ["https://d"], "deployments": ["prod=../x"]], "may have letters"),
            (["url": ["https://d"], "deployments": ["prod=a", "prod=b"]], "two entries for prod"),
            (["url": ["http://d"], "ca_file": ["x"]], "exporters.dagster.ca_file is of no use"),
        ])
    func refuses(values: [String: [String]], message: String) {
        #expect {
            _ = try settings(values)
        } throws: { "\($0)".contains(message) && !"\($0)".contains("secret") }
    }

    @Test(
        "deployments are the paths behind the URL",
        arguments: [
            ([], "prod", ""), (["prod=production"], "prod", "/production"), (["prod=/a/b/"], "prod", "/a/b"),
            (["prod="], "prod", ""), (["acme/prod=x"], "acme/prod", "/x"), (["prod=x"], "default", nil),
        ])
    func deployments(list: [String], deployment: String, path: String?) throws {
        #expect(try settings(["url": ["https://d"], "deployments": list]).deployments[deployment] == path)
    }

    @Test("a token file that can't be used is named, and what it holds is not")
    func tokenFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "dagster-token-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = try settings(["url": ["https://d"], "token_file": [file.path]])
        #expect(settings.problemsOfFiles().first?.contains("can't be read") == true)
        for text in ["", "two words", "ümlaut"] {
            try Data(text.utf8).write(to: file)
            #expect(settings.problemsOfFiles() == ["The token file \(file.path) must contain a token, and nothing else."])
            await #expect(throws: ExportError.self) { try await settings.token.load() }
        }
        try Data(" user:x\n".utf8).write(to: file)
        #expect(settings.problemsOfFiles().isEmpty)
        #expect(try await settings.token.load()?.revealed == "user:x")
    }

    @Test("every example of the README is a valid configuration")
    func examples() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
        #expect(blocks.count == 4)
        for block in blocks {
            // The keys of the exporter are indented by four blanks; all but `type` are the plugin's.
            let lines = block.prefix { $0 != "`" }.split(separator: "\n").filter { $0.hasPrefix("    ") && !$0.contains("#") }
            var values = Dictionary(uniqueKeysWithValues: lines.compactMap(Self.entry))
            #expect(values.removeValue(forKey: "type") == ["dagster"])
            _ = try settings(values)
        }
    }

    private static func entry(_ line: Substring) -> (String, [String])? {
        guard let colon = line.firstRange(of: ": ") else { return nil }
        let value = line[colon.upperBound...]
        let elements = value.hasPrefix("[") ? value.dropFirst().dropLast().split(separator: ",") : [value]
        return (line[..<colon.lowerBound].trimmingCharacters(in: .whitespaces), elements.map { $0.trimmingCharacters(in: .whitespaces) })
    }

    @Test("the sample is what the declared keys say, and stands in the README")
    func sample() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let sample = try String(contentsOf: directory.appending(path: "sample.yaml"), encoding: .utf8)
        let readme = try String(contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains(sample))
        for key in ExporterPlugin.dagster.keys {
            #expect(sample.contains("## \(key.summary)"))
            #expect(sample.contains(key.isRequired ? "    \(key.name):" : "    # \(key.name):"))
        }
    }
}
#endif
