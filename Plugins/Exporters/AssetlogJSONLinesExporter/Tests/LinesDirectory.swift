#if JSONLines
import AssetlogCore
import AssetlogGzip
import AssetlogTesting
import Foundation
import Logging
import Synchronization

@testable import AssetlogJSONLinesExporter

/// A directory with the files of one exporter, and what is needed to look at them from outside.
final class LinesDirectory: Sendable {
    let path: String
    /// Whether every change of the file system fails, in the middle of a write where there is one.
    let isFailing = Mutex(false)

    init(parent: String = FileManager.default.temporaryDirectory.path) throws {
        path = "\(parent)/assetlog-lines-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Takes a directory that another process made.
    init(existing path: String) {
        self.path = path
    }

    /// In memory where there is such a file system: for tests of order, which don't need a disk.
    static func inMemory() throws -> LinesDirectory {
        try LinesDirectory(parent: FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp")
    }

    var active: String { "\(path)/events.jsonl" }

    func settings(rotateBytes: Int = 64 << 20) -> JSONLinesSettings {
        var settings = JSONLinesSettings(path: active)
        settings.rotateBytes = rotateBytes
        settings.compress = Compression.isAvailable
        return settings
    }

    func open(rotateBytes: Int = 64 << 20, fileSystem: FileSystem = FileSystem()) async throws -> any Exporter {
        try await JSONLinesExporter.open(
            settings(rotateBytes: rotateBytes), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            fileSystem: fileSystem)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    // MARK: What a reader sees

    /// The files for readers, in the order of their names; of a doubled one the compressed form.
    func readable() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        return names.filter { !names.contains($0 + ".gz") }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    func lines() throws -> [String] {
        var lines: [String] = []
        for name in try readable() {
            let data = try name.hasSuffix(".gz") ? unpacked(name) : Data(contentsOf: URL(filePath: "\(path)/\(name)"))
            let text = String(decoding: data, as: UTF8.self)
            guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
                throw ConformanceFailure("\(name) ends with a torn line")
            }
            lines += text.split(separator: "\n").map(String.init)
        }
        return lines
    }

    func sequences() throws -> [Int64] {
        try shown().map(\.sequence)
    }

    func shown() throws -> [ExportedEvent] {
        try lines().map { line in
            guard let sequence = LineTail.sequence(ofLine: Array(line.utf8)[...]) else {
                throw ConformanceFailure("This line is no event: \(line.prefix(200))")
            }
            return ExportedEvent(sequence: sequence, json: line)
        }
    }

    private func unpacked(_ name: String) throws -> Data {
        let packed = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        let decoder = try ContentDecoder(
            contentEncoding: "gzip", limits: GzipLimits(maximumBytes: 1 << 30, maximumRatio: 10_000))
        var output: [UInt8] = []
        try packed.withUnsafeBytes { try decoder?.decode($0, into: &output) }
        try decoder?.finish()
        return Data(output)
    }

    // MARK: As a destination of the conformance suite

    func destination(rotateBytes: Int) -> ExporterDestination {
        let fileSystem = FileSystem(beforeStep: { [self] step in
            guard isFailing.withLock({ $0 }) else { return }
            if step.operation == .write { throw TornWrite(count: step.count / 2) }
            throw ExportError("\(step.path): no space left on the device")
        })
        return ExporterDestination(
            open: { try await self.open(rotateBytes: rotateBytes, fileSystem: fileSystem) },
            shown: { try self.shown() },
            tearWrite: {
                // The active file may just have been rotated; then the crash came before its first line was whole.
                let torn = Data(#"{"sequence":6,"event_id":"01"#.utf8)
                if let handle = FileHandle(forWritingAtPath: self.active) {
                    try handle.seekToEnd()
                    try handle.write(contentsOf: torn)
                    try handle.close()
                } else {
                    try torn.write(to: URL(filePath: self.active))
                }
            },
            setFailing: { failing in self.isFailing.withLock { $0 = failing } },
            remove: { self.remove() })
    }
}

extension LogID {
    static let test = LogID(high: 1, low: 1)
}

extension LoggedEvent {
    static func numbered(_ sequence: Int64) -> LoggedEvent {
        let time = Timestamp(microseconds: 1_790_000_000_000_000 + sequence)
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 0x0199_0000_0000_7000, low: 1 << 63 | UInt64(sequence)), kind: .materialization,
                assetKey: AssetKey(["orders"]), timestamp: time, receivedAt: time,
                details: Array(#"{"metadata":{"n":{"type":"int","value":\#(sequence)}}}"#.utf8)))
    }
}

extension Exporter {
    func deliver(_ sequences: ClosedRange<Int64>, of log: LogID = .test, generation: Int64 = 0) async throws {
        try await deliver(ExportBatch(log: log, generation: generation, events: sequences.map { .numbered($0) }))
    }
}
#endif
