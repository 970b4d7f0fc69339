#if OpenLineage
import AssetlogCore
import AssetlogOpenLineage

/// Appends events to a file, one a line. It has a thread of its own, because disks block.
actor OpenLineageFileExporter: Exporter {
    private let thread: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private nonisolated let mapping: LineageMapping
    private nonisolated let file: LineageFile
    private var isClosed = false

    init(_ mapping: LineageMapping, path: String) throws {
        thread = try ThreadExecutor("openlineage")
        self.mapping = mapping
        file = LineageFile(path: path)
    }

    func deliver(_ batch: ExportBatch) throws -> [DeliveryResult] {
        guard !isClosed else { throw ExportError("The exporter to \(file.path) was closed.", isRetriable: false) }
        try file.append(try lines(batch))
        return batch.events.map { DeliveryResult.skipped(from: $0.kind) ?? .delivered }
    }

    func test(with event: LoggedEvent) throws -> String {
        if let problem = LineageFile.problem(of: file.path) { throw ExportError(problem) }
        return "\(file.path) can be written to."
    }

    nonisolated func preview(_ batch: ExportBatch) async throws -> String? {
        String(decoding: try lines(batch), as: UTF8.self)
    }

    func close() {
        isClosed = true
    }

    private nonisolated func lines(_ batch: ExportBatch) throws -> [UInt8] {
        var lines: [UInt8] = []
        for event in batch.events {
            if let lineage = try mapping.event(for: event) { lines += lineage.json + [UInt8(ascii: "\n")] }
        }
        return lines
    }
}
#endif
