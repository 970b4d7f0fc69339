#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Foundation

/// What the other files of a directory know of its log: by it a log is found out that has lost its end, or its beginning.
struct LossEvidence {
    /// What a file knows.
    private struct Witness {
        let file: String
        /// The log of which it knows it; nil: it does not say.
        let log: LogID?
        /// It knows events up to this one.
        let last: Int64
        /// It knows events from this one on.
        var first: Int64 = .max
    }

    private let witnesses: [Witness]

    /// Asks the index and the cursors; what can't be read knows nothing.
    init(directory: String) {
        witnesses = [Self.index("\(directory)/index.sqlite"), Self.cursors("\(directory)/consumers.sqlite")].compactMap { $0 }
    }

    /// What is gone when the file of the log is missing; nil: nothing is known of a log.
    var lossOfAll: Loss? {
        guard let witness = witnesses.max(by: { $0.last < $1.last }), witness.last > 0 else { return nil }
        return Loss(ranges: [1...witness.last], witness: "\(witness.file) knows events up to \(witness.last)")
    }

    /// Which events are gone.
    ///
    /// - Parameters:
    ///   - extent: The log.
    ///   - head: Its last event.
    ///   - isNew: Whether the file was missing, so that whatever is known must be of a log that is gone.
    func loss(from extent: LogExtent, head: Int64, isNew: Bool) -> Loss? {
        if isNew { return lossOfAll }
        let ours = witnesses.filter { $0.log == extent.id }
        var loss = Loss(ranges: [], witness: "")
        if let witness = ours.max(by: { $0.last < $1.last }), witness.last > head {
            loss = Loss(ranges: [head + 1...witness.last], witness: "\(witness.file) knows events up to \(witness.last)")
        }
        if let witness = ours.min(by: { $0.first < $1.first }), witness.first < extent.first,
            !extent.gaps.contains(where: { $0.contains(witness.first) })
        {
            loss.ranges.insert(witness.first...extent.first - 1, at: 0)
            if loss.witness.isEmpty { loss.witness = "\(witness.file) knows events from \(witness.first) on" }
        }
        return loss.ranges.isEmpty ? nil : loss
    }

    private static func index(_ path: String) -> Witness? {
        read(path) { database in
            let row = try database.statement("SELECT log, watermark FROM progress")
            guard try row.step() else { return nil }
            defer { row.reset() }
            let first = try IndexReader(database).first()
            return Witness(
                file: path, log: LogID(bytes: row.bytes(0)), last: row.integer(1), first: first ?? .max)
        }
    }

    private static func cursors(_ path: String) -> Witness? {
        read(path) { database in
            let cursors = try ConsumerFile.cursors(database)
            // A position without an event was set by an operator, or left by an older release.
            let last = cursors.filter { $0.event != nil }.max { $0.position < $1.position }
            if let last { return Witness(file: path, log: last.log, last: last.position) }
            return cursors.map(\.position).max().map { Witness(file: path, log: nil, last: $0) }
        }
    }

    private static func read(_ path: String, _ body: (Connection) throws -> Witness?) -> Witness? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let options = ConnectionOptions(mode: UnwritableFile(path).mode)
        guard let database = try? Connection(path, options) else { return nil }
        defer { database.close() }
        return try? database.snapshot { try body(database) }
    }
}
#endif
