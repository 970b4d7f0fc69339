import AssetlogCore
import AssetlogTesting
import Foundation
import Logging
import Testing

@testable import CSVExporter

struct CSVExporterTests {
    private static let subject = ExporterSubject {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).csv"
        return ExporterDestination(
            open: {
                let configuration = try PluginConfiguration(
                    section: "exporters.test", keys: ExporterPlugin.csv.keys, values: ["path": [path]], directory: "/",
                    dataDirectory: "/")
                let setup = try ExporterPlugin.csv.configure(configuration)
                return try await setup.open(PluginContext(name: "test", logger: Logger(label: "test")))
            },
            shown: {
                let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                return rows.compactMap { row in
                    Int64(row.split(separator: ",")[2]).map { ExportedEvent(sequence: $0) }
                }
            },
            tearWrite: {
                guard let handle = FileHandle(forWritingAtPath: path) else { return }
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("5eed0000-0000-4000-8000-000000000001,0,6,0199".utf8))
                try handle.close()
            },
            remove: { try? FileManager.default.removeItem(atPath: path) })
    }

    @Test("keeps the contract of an exporter", arguments: ExporterConformance.cases)
    func conforms(to part: ConformanceCase<ExporterSubject>) async throws {
        if case .skipped(let reason) = try await part.run(on: Self.subject) { try Test.cancel("\(reason)") }
    }
}
