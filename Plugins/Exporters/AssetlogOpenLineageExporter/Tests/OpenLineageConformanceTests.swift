#if OpenLineage
import AssetlogTesting
import Foundation
import Testing

struct OpenLineageConformanceTests {
    private static let delivery = ExporterSubject.Delivery.atLeastOnce(
        reason: "OpenLineage has no way to ask a backend what it has; the run of an event that comes again is the same run.")

    @Test("keeps the contract of an exporter over HTTP", arguments: ExporterConformance.cases, ["true", "false"])
    func conformsOverHTTP(_ part: ConformanceCase<ExporterSubject>, batch: String) async throws {
        let subject = ExporterSubject(delivery: Self.delivery) {
            let receiver = try LineageReceiver()
            return ExporterDestination(
                open: { try await open(["url": [receiver.url], "batch": [batch], "compression": ["none"]]) },
                shown: { try receiver.events.map { ExportedEvent(sequence: try sequence(of: $0)) } },
                setFailing: { isFailing in receiver.answer { _ in LineageReceiver.Answer(status: isFailing ? 503 : 201) } },
                remove: { receiver.close() })
        }
        try await run(part, on: subject)
    }

    @Test("keeps the contract of an exporter with a file", arguments: ExporterConformance.cases)
    func conformsWithFile(_ part: ConformanceCase<ExporterSubject>) async throws {
        let subject = ExporterSubject(delivery: Self.delivery) {
            let directory = try TemporaryDirectory()
            return ExporterDestination(
                open: { try await open(["file": [directory.file]]) },
                shown: { try directory.lines().map { ExportedEvent(sequence: try sequence(of: Data($0.utf8))) } },
                tearWrite: { try directory.append(#"{"eventTime":"2026-11-18T11:06:40.000"#) },
                setFailing: { try directory.hideFile($0) },
                remove: { directory.remove() })
        }
        try await run(part, on: subject)
    }

    private func run(_ part: ConformanceCase<ExporterSubject>, on subject: ExporterSubject) async throws {
        switch try await part.run(on: subject) {
        case .passed: break
        case .skipped(let reason): #expect(reason.contains("twice") || reason.contains("torn"))
        }
    }
}

/// A directory with one file of events.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/assetlog-lineage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    var file: String { "\(path)/lineage.jsonl" }

    func text() throws -> String {
        guard FileManager.default.fileExists(atPath: file) else { return "" }
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    func lines() throws -> [Substring] {
        try text().split(separator: "\n")
    }

    func append(_ text: String) throws {
        try Data((try self.text() + text).utf8).write(to: URL(filePath: file))
    }

    /// Puts a directory where the file was, which can't be written to; or the file where it was.
    func hideFile(_ isHidden: Bool) throws {
        if isHidden {
            try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        } else {
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
#endif
