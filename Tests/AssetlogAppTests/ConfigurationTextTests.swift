import AssetlogCore
import AssetlogStandardPlugins
import Testing

@testable import AssetlogApp

struct PluginCase: CustomTestStringConvertible, Sendable {
    var name: String
    var plugins: PluginList
    var testDescription: String { name }

    static let all = [
        PluginCase(name: "the standard plugins", plugins: .standard),
        PluginCase(name: "plugins with a key of every kind", plugins: ConfigurationFixture.plugins),
    ].filter { given in
        // A build without the trait SQLite has no storage for the default of storage.type.
        given.plugins.storages.contains { $0.name == "sqlite" }
    }
}

@Suite("Configuration as text")
struct ConfigurationTextTests {
    // The values that a text gives, with absolute paths; the file lies in the working directory.
    private func values(_ text: String?, _ plugins: PluginList) throws -> [String: [String]] {
        var input = ConfigurationInput(workingDirectory: "/work")
        input.file = text.map { ConfigurationInput.File(name: "sample.yaml", directory: "/work", text: $0) }
        let resolved = try ConfigurationResolver.resolve(input, plugins: plugins)
        return Dictionary(resolved.values.compactMap { value in value.texts.map { (value.path, $0) } }) { first, _ in
            first
        }
    }

    @Test("The sample is the defaults", arguments: PluginCase.all)
    func sampleIsDefaults(_ given: PluginCase) throws {
        let sample = ConfigurationSample.text(plugins: given.plugins)
        #expect(try values(sample, given.plugins) == values(nil, given.plugins))
    }

    @Test("Every default of the sample can be uncommented, and changes nothing", arguments: PluginCase.all)
    func uncommented(_ given: PluginCase) throws {
        let sample = ConfigurationSample.text(plugins: given.plugins, isCommented: false)
        #expect(sample.split(separator: "\n").contains("  listen: 127.0.0.1:3000"))
        // What has no default stands there with an example.
        let examples: Set = ["storage.postgres.url", "storage.remote.url"]
        let given = (written: try values(sample, given.plugins), defaults: try values(nil, given.plugins))
        #expect(given.written.filter { !examples.contains($0.key) } == given.defaults)
    }

    @Test("The exporters of the sample can be uncommented", arguments: PluginCase.all)
    func exporters(_ given: PluginCase) throws {
        let lines = ConfigurationSample.text(plugins: given.plugins).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "# exporters:"))
        let example = lines[start...].prefix { !$0.isEmpty }
        let yaml = example.map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0 }.joined(separator: "\n")
        let resolved = try ConfigurationFixture.resolve(yaml, plugins: given.plugins)
        #expect(resolved.server.exporters.map(\.type) == given.plugins.exporters.map(\.name).sorted())
    }

    @Test("Every declared key and its summary are in the sample", arguments: PluginCase.all)
    func complete(_ given: PluginCase) {
        let sample = ConfigurationSample.text(plugins: given.plugins)
        let exporters = given.plugins.exporters.map { (name: "my_\($0.name)", plugin: Optional($0)) }
        for entry in ConfigurationSchema(plugins: given.plugins, exporters: exporters).entries {
            let name = entry.path.split(separator: ".").last ?? ""
            #expect(sample.contains(" \(name):"), "\(entry.path)")
            #expect(entry.key == ServerKeys.exporterType.declaration || sample.contains("## \(entry.key.summary)"), "\(entry.path)")
        }
    }

    @Test("What is printed is in effect again, but for secrets, and says where each value came from")
    func printed() throws {
        let resolved = try ConfigurationFixture.resolve(
            "storage:\n  type: remote\n  remote: {url: \"postgresql://a:hunter2@b\"}\nexporters:\n  a: {type: lines, path: /x, kinds: [p, \"q, r\"]}",
            flags: ["server.path_prefix": "/dagster"])
        let text = ConfigurationPrinter.text(resolved)
        #expect(!text.contains("hunter2"))
        #expect(text.contains("    url: \"<redacted>\"  # assetlog.yaml:3\n"))
        #expect(text.contains("  path_prefix: /dagster  # --set\n"))
        #expect(text.contains("    kinds: [p, \"q, r\"]  # assetlog.yaml:5\n"))
        let again = try ConfigurationFixture.resolve(text)
        let (first, second) = (resolved, again)
        for (left, right) in zip(first.values, second.values) where left.kind != .secret {
            #expect(left.texts == right.texts || right.texts == nil, "\(left.path)")
        }
    }

    @Test("Secrets stay secret however an error or a value is printed")
    func secrets() {
        let mistakes = ConfigurationFixture.mistakes("storage:\n  type: remote\n  remote: {url: [\"hunter2\", b]}")
        #expect(mistakes == ["assetlog.yaml:3: storage.remote.url takes one value, not a list"])
    }

    @Test(
        "Text survives YAML",
        arguments: [
            "", "a", "a b", "true", "null", "- x", "a: b", "#x", "\"q\"", "\\", "ä\u{1}\n", "[x]", "0x10", "~", "*a",
        ])
    func scalars(_ text: String) throws {
        let yaml = "server:\n  path_prefix: \(YAMLText.scalar(text))"
        #expect(try YAMLReader.read(yaml, name: "x", directory: "/")["server.path_prefix"]?.texts == [text])
    }
}
