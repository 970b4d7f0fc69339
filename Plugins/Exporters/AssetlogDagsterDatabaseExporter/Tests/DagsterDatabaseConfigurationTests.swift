#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres
import Foundation
import Testing

@testable import AssetlogDagsterDatabaseExporter

struct DagsterDatabaseConfigurationTests {
    @Test(
        "the url of dagster.yaml is taken as it stands there",
        arguments: ["postgresql+psycopg2://d:p@db:5432/dagster", "postgresql://d:p@db:5432/dagster", "postgres://d:p@db:5432/dagster"])
    func url(_ url: String) throws {
        let settings = try DagsterStorage.settings(["url": url])
        #expect(settings.connection.url.revealed == "postgresql://d:p@db:5432/dagster")
        #expect(settings.schema == SchemaName("public"))
    }

    @Test(
        "a mistake is refused with the key and what to do",
        arguments: [
            ([:], "exporters.ui.url is required but missing"),
            (["url": "mysql://db/dagster"], "the exporter dagster"),
            (["url": "sqlite:///x"], "must be postgresql://"),
            (["url": "postgresql://d:p@ss@db/dagster"], "escape special characters"),
            (["url": "postgresql://db/d", "schema": ""], "must be 1 to 63 characters"),
            (["url": "postgresql://db/d", "schema": "a\"b"], "must be 1 to 63 characters"),
            (["url": "postgresql://db/d", "schema": "1a"], "must be 1 to 63 characters"),
            (["url": "postgresql://db/d", "passwordfile": "x"], "did you mean exporters.ui.password_file?"),
        ])
    func refuses(values: [String: String], message: String) {
        #expect {
            _ = try DagsterStorage.settings(values)
        } throws: { "\($0)".contains(message) }
    }

    @Test("a password file that can't be read is found without a connection")
    func passwordFile() async throws {
        let configuration = try PluginConfiguration(
            section: "exporters.ui", keys: ExporterPlugin.dagsterDatabase.keys,
            values: ["url": ["postgresql://db/dagster"], "password_file": ["/nowhere/password"]], directory: "/etc", dataDirectory: "/data")
        let problems = await (try ExporterPlugin.dagsterDatabase.configure(configuration)).inspectFiles?()
        #expect(problems?.count == 1)
        #expect(problems?.first?.contains("/nowhere/password") == true)
    }

    @Test("the sample is what the declared keys say")
    func sample() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let sample = try String(contentsOf: directory.appending(path: "sample.yaml"), encoding: .utf8)
        let readme = try String(contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains(sample))
        for key in ExporterPlugin.dagsterDatabase.keys {
            #expect(sample.contains("## \(key.summary)"))
            #expect(sample.contains(key.isRequired ? "    \(key.name): " : "    # \(key.name):"))
        }
        for revision in SchemaCheck.knownRevisions { #expect(readme.contains("`\(revision)`")) }
    }
}
#endif
