import AssetlogCore
import Foundation
import Testing

@testable import AssetlogResults

/// Files that tools wrote, in Fixtures; the scripts in Tests/Producers make them.
enum Fixture {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let names = [
        "great-expectations/one.json", "great-expectations/object.json", "great-expectations/list.json", "soda/scan.json",
        "soda/broken.json", "soda/contract.json", "dlt/trace.json", "dlt/load_info.json", "dlt/load_failed.json",
        "dlt/extract_failed.json",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// dbt's files of a folder, changed as a test wants it.
    static func dbt(_ name: String, without missing: [DbtFiles.Name] = [], replacing changes: [(String, String)] = []) throws -> DbtFiles {
        var files = DbtFiles()
        for file in DbtFiles.Name.allCases where !missing.contains(file) {
            var text = String(decoding: try bytes("dbt/\(name)/\(file.rawValue).json"), as: UTF8.self)
            for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
            files[file] = Array(text.utf8)
        }
        return files
    }

    /// Reads a file with the reader of its tool.
    static func read(_ name: String, _ bytes: [UInt8], _ options: ResultOptions = .init()) throws -> ResultReading {
        switch name.prefix(while: { $0 != "/" }) {
        case "great-expectations": try GreatExpectationsReader.read(bytes, options)
        case "soda": try SodaReader.read(bytes, options)
        default: try DltReader.read(bytes, options)
        }
    }
}

extension EventItem {
    /// The event as a line of a table: asset, kind or check, state.
    var row: String {
        let key = assetKey.parts.joined(separator: "/")
        if let check {
            return "\(key) check \(check.name) \(check.passed ? "passed" : check.isWarning ? "WARN" : "ERROR")"
        }
        let part = partition.map { " [\($0)]" } ?? ""
        let reason = failure.map { " \(($0.reason ?? .failedToMaterialize).rawValue)" } ?? ""
        return "\(key) \(kind.name)\(part)\(reason)"
    }

    func label(_ name: String) -> Value? { metadata.last { $0.label == name }?.value }
}
