#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import AssetlogOpenLineage
import Foundation
import Testing

@testable import AssetlogOpenLineageExporter

struct OpenLineageConfigurationTests {
    @Test("the defaults are those of the documents")
    func defaults() throws {
        let settings = try settings(["url": ["https://lineage.example.com"]])
        guard case .http(let http) = settings.target else { throw CocoaError(.coderInvalidValue) }
        #expect(http.path == "/api/v1/lineage")
        #expect(!http.isBatched)
        #expect(http.isCompressed == OutboundRequest.canCompress)
        #expect(settings.mapping.producer == "urn:assetlog:server")
        #expect(settings.mapping.naming.namespace.description == "dagster")
    }

    @Test(
        "the endpoint is below the path of the URL",
        arguments: [
            (["url": "http://h:1"], "http://h:1/api/v1/lineage"),
            (["url": "http://h:1/"], "http://h:1/api/v1/lineage"),
            (["url": "http://h:1/prefix"], "http://h:1/prefix/api/v1/lineage"),
            (["url": "http://h:1/prefix/", "batch": "true"], "http://h:1/prefix/api/v1/lineage/batch"),
            (["url": "http://h:1/p?x=1", "path": "/in/"], "http://h:1/p/in?x=1"),
            (["url": "http://h:1/in", "path": "/"], "http://h:1/in"),
            (["url": "http://h:1", "path": "/in/batch", "batch": "true"], "http://h:1/in/batch"),
        ])
    func endpoint(values: [String: String], url: String) throws {
        guard case .http(let http) = try settings(values.mapValues { [$0] }).target else { throw CocoaError(.coderInvalidValue) }
        #expect(http.destination.request(path: http.path).url == url)
    }

    @Test(
        "a mistake is refused with the key and what to do",
        arguments: [
            ([:], "lineage.url is missing"),
            (["url": "http://h", "file": "x"], "can't be given together with url"),
            (["url": "lineage.example.com"], "must be a URL of http or https"),
            (["url": "http://h/api/v1/lineage"], "lineage.url ends with /api/v1/lineage"),
            (["url": "http://h/api/v1/lineage/batch/", "batch": "true"], "lineage.url ends with /api/v1/lineage"),
            (["url": "http://h", "path": "api"], "lineage.path must be a path"),
            (["url": "http://h", "path": "/a?b"], "lineage.path must be a path"),
            (["url": "http://h", "batch": "many"], "must be true or false"),
            (["url": "http://h", "compression": "brotli"], "must be one of gzip, none"),
            (["url": "http://h", "namespace": ""], "lineage.namespace is empty"),
            (["url": "http://h", "namespace": "{team}"], "lineage.namespace contains braces"),
            (["url": "http://h", "namespaces": "raw/**"], "contains the rule \"raw/**\", which has no arrow"),
            (["url": "http://h", "producer": "assetlog"], "lineage.producer must be a URI"),
            (["url": "http://h", "producer": "urn:a b"], "lineage.producer must be a URI"),
            (["url": "http://h", "api_key": "a b"], "lineage.api_key is empty, or has a blank"),
            (["url": "http://h", "api_key": "a", "api_key_file": "b"], "can't be given together with api_key"),
            (["url": "http://h", "api_keys": "a"], "did you mean exporters.lineage.api_key?"),
            (["url": "http://h", "ca_file": "ca.pem"], "is of no use with a URL of http"),
            (["url": "http://h", "headers": "Authorization: Basic eA==", "api_key": "a"], "lineage.headers contains Authorization"),
            (["file": "lineage/"], "must name a file"),
            (["file": "x", "api_key": "a"], "lineage.api_key is of no use with file"),
            (["file": "x", "batch": "true"], "lineage.batch is of no use with file"),
        ])
    func refuses(values: [String: String], message: String) throws {
        #expect {
            _ = try settings(values.mapValues { [$0] })
        } throws: { "\($0)".contains(message) }
    }

    @Test("another way to authorize than by a key is a header")
    func otherCredentials() throws {
        guard case .http(let http) = try settings(["url": ["http://h"], "headers": ["Authorization: Basic eA=="]]).target else {
            throw CocoaError(.coderInvalidValue)
        }
        #expect(http.destination.request().headers.map(\.value.revealed) == ["Basic eA=="])
    }

    @Test("files that can't be used are found without opening the exporter")
    func inspectsFiles() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        func problems(_ values: [String: String]) async throws -> [String] {
            try await ExporterPlugin.openLineage.configure(configuration(values.mapValues { [$0] })).inspectFiles?() ?? []
        }
        #expect(try await problems(["url": "http://h", "api_key_file": directory.file]).count == 1)
        try directory.append("two words\n")
        #expect(try await problems(["url": "http://h", "api_key_file": directory.file]).first?.contains("holds no key") == true)
        try directory.hideFile(true)
        #expect(try await problems(["file": directory.file]).first?.contains("is a directory") == true)
        #expect(try await problems(["file": "\(directory.path)/new"]).isEmpty)
    }

    // MARK: Documents

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    private func document(_ name: String) throws -> String {
        try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8)
    }

    @Test("the sample is what the declared keys say")
    func sample() throws {
        let sample = try document("sample.yaml")
        #expect(try document("README.md").contains(sample))
        for key in ExporterPlugin.openLineage.keys {
            #expect(sample.contains("## \(key.summary)\n"))
            let value = key.defaultTexts.map { $0.isEmpty ? " []\n" : " \($0[0])\n" } ?? "\n"
            // A build without gzip has another default of `compression`.
            #expect(["url", "compression"].contains(key.name) || sample.contains("    # \(key.name):\(value)"))
        }
    }

    @Test("the README names the labels in their order")
    func labels() throws {
        let readme = try document("README.md")
        let lists = [
            MeasureLabels.rowCount, MeasureLabels.byteCount, MeasureLabels.fileCount, MeasureLabels.lastUpdated, MeasureLabels.schema,
            MeasureLabels.column, MeasureLabels.expected, MeasureLabels.actual,
        ]
        for labels in lists {
            #expect(readme.contains("\n| " + labels.map { "`\($0)`" }.joined(separator: " ") + " |"))
        }
    }

    @Test("every example of the README can be used")
    func examples() throws {
        let examples = try document("README.md").components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(examples.count == 3)
        for example in examples { _ = try settings(Self.values(example)) }
    }

    // The keys of the only exporter of an example, which has no YAML but keys, texts and lists of texts.
    private static func values(_ yaml: String) -> [String: [String]] {
        var values: [String: [String]] = [:]
        var key = ""
        for line in yaml.split(separator: "\n") {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("#") || !line.hasPrefix("    ") { continue }
            if text.hasPrefix("- ") {
                values[key, default: []].append(String(text.dropFirst(2)))
            } else if let colon = text.range(of: ":") {
                key = String(text[..<colon.lowerBound])
                let value = text[colon.upperBound...].trimmingCharacters(in: .whitespaces)
                values[key] = value.isEmpty ? [] : [value]
            }
        }
        values["type"] = nil
        return values
    }
}
#endif
