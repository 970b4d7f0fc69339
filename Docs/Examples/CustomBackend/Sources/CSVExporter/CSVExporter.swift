import AssetlogCore
import Foundation

/// Appends rows to a file. The last row says how far it got, so an event that is delivered again is skipped.
///
/// An actor is the simplest way to be `Sendable`. It waits for the disk on a thread of Swift's tasks, which is good
/// enough for a small exporter.
actor CSVExporter: Exporter {
    private let path: String
    private var handle: FileHandle?
    /// Where the last whole row ends.
    private var length: UInt64
    private var generation: Int64?
    private var sequence: Int64 = 0

    init(path: String) throws {
        self.path = path
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw ExportError("\(path) can't be opened: \(String(cString: strerror(errno))).", isRetriable: false)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let data = try handle.readToEnd() ?? Data()
        // A row without a line feed was cut off by a crash.
        let rows = data.lastIndex(of: 0x0a).map { data[...$0] } ?? Data()
        length = UInt64(rows.count)
        try handle.truncate(atOffset: length)
        self.handle = handle
        if let last = String(decoding: rows, as: UTF8.self).split(separator: "\n").last {
            let columns = last.split(separator: ",", maxSplits: 2).compactMap { Int64($0) }
            if columns.count == 2 { (generation, sequence) = (columns[0], columns[1]) }
        }
    }

    func deliver(_ batch: ExportBatch) throws {
        guard let handle else { throw ExportError("The exporter to \(path) was closed.", isRetriable: false) }
        // A replay is a new generation: its events are written even if they were written before.
        let position = batch.generation == generation ? sequence : 0
        let new = batch.events.filter { $0.sequence > position }
        guard let last = new.last else { return }
        let rows = Data(new.map { row(of: $0, generation: batch.generation) }.joined().utf8)
        // Overwrites what a failed write left after the last row.
        try handle.truncate(atOffset: length)
        try handle.write(contentsOf: rows)
        try handle.synchronize()
        length += UInt64(rows.count)
        (generation, sequence) = (batch.generation, last.sequence)
    }

    func close() {
        handle = nil
    }

    private func row(of event: LoggedEvent, generation: Int64) -> String {
        let columns = [event.assetKey.canonical, quoted(event.partition ?? ""), event.timestamp.description]
            .map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        return "\(generation),\(event.sequence),\(event.id),\(event.kind.name),\(columns.joined(separator: ","))\n"
    }

    // As JSON, so that no text can hold a line feed.
    private func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
