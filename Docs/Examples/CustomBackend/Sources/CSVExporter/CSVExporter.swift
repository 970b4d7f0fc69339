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
    /// What the last row says.
    private var last: DeliveredPosition?

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
        last = String(decoding: rows, as: UTF8.self).split(separator: "\n").last.flatMap { Self.position(of: $0) }
    }

    private static func position(of row: Substring) -> DeliveredPosition? {
        let columns = row.split(separator: ",", maxSplits: 4).map(String.init)
        guard columns.count == 5, let log = LogID(columns[0]), let generation = Int64(columns[1]),
            let sequence = Int64(columns[2]), let event = EventID(columns[3])
        else { return nil }
        return DeliveredPosition(log: log, generation: generation, sequence: sequence, event: event)
    }

    func deliver(_ batch: ExportBatch) throws -> [DeliveryResult] {
        guard let handle else { throw ExportError("The exporter to \(path) was closed.", isRetriable: false) }
        // In another log, sequences mean other events. A replay is a new generation, whose events are written again.
        let isSame = last?.log == batch.log && last?.generation == batch.generation
        let position = isSame ? last?.sequence ?? 0 : 0
        let new = batch.events.filter { $0.sequence > position }
        guard let end = new.last else { return batch.results(.delivered) }
        let rows = Data(new.map { row(of: $0, in: batch) }.joined().utf8)
        // Overwrites what a failed write left after the last row.
        try handle.truncate(atOffset: length)
        try handle.write(contentsOf: rows)
        try handle.synchronize()
        length += UInt64(rows.count)
        last = DeliveredPosition(
            log: batch.log, generation: batch.generation, sequence: end.sequence, event: end.id)
        return batch.results(.delivered)
    }

    // The server compares this with the log, which may have been restored from a backup.
    func position() -> DeliveredPosition? { last }

    func close() {
        handle = nil
    }

    private func row(of event: LoggedEvent, in batch: ExportBatch) -> String {
        let columns = [event.assetKey.canonical, quoted(event.partition ?? ""), event.timestamp.description]
            .map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        let position = "\(batch.log),\(batch.generation),\(event.sequence),\(event.id)"
        return "\(position),\(event.kind.name),\(columns.joined(separator: ","))\n"
    }

    // As JSON, so that no text can hold a line feed.
    private func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
