import AssetlogCore

/// The layers of memory over the file: one that is folded into, and one below it while that is written to the file.
///
/// State lives in a `Monitor`. A reader takes copies of what it needs under the lock; dictionaries are copied when the fold
/// changes them, not before.
final class CatalogMemory: Sendable {
    struct State: Sendable {
        var top = MemoryLayer()
        var frozen: MemoryLayer?
        var cache = RecordCache()
        /// The heads of all assets; nil: there are too many, or nobody asks for them.
        var heads: AssetHeads?
        /// Partitions that the file has.
        var grids = PartitionGrids()
        /// The number of the last flush whose layer was dropped: the file has it.
        var flush: Int64 = 0
        /// The next number of an asset.
        var nextID: Int64 = 1
        /// The name of the file that it lies over; empty: there is none yet.
        var catalog = ""
    }

    private let state = Monitor(State())

    func withLock<Result: ~Copyable>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try state.withLock(body)
    }

    /// About how many bytes of memory the layers take.
    var bytes: Int {
        state.withLock { $0.top.bytes + ($0.frozen?.bytes ?? 0) + ($0.heads?.bytes ?? 0) }
    }

    /// Forgets everything, for a file that is so.
    func reset(
        flush: Int64, position: LogPosition, removals: RemovalMark = RemovalMark(), nextID: Int64, catalog: String, heads: AssetHeads? = nil
    ) {
        state.withLock { state in
            state = State()
            state.top.position = position
            state.top.removals = removals
            state.flush = flush
            state.catalog = catalog
            state.nextID = nextID
            state.heads = heads
        }
    }

    /// Makes the layer that is folded into the one that is written, and begins another one.
    ///
    /// - Returns: The layer; nil: another one is being written, or there is nothing to write.
    func freeze() -> MemoryLayer? {
        state.withLock { state in
            guard state.frozen == nil, !state.top.isEmpty else { return nil }
            let layer = state.top
            state.frozen = layer
            state.top = MemoryLayer()
            state.top.position = layer.position
            state.top.removals = layer.removals
            return layer
        }
    }

    /// Drops the layer that was written, because the file has it now.
    func dropFrozen(flush: Int64) {
        state.withLock { state in
            guard let layer = state.frozen else { return }
            for (name, entry) in layer.entries {
                state.cache.put(name, RecordCache.Known(id: entry.id, record: entry.record))
                if entry.rows.isWhole || !entry.rows.partitions.isEmpty { state.grids.remove(entry.id) }
            }
            state.frozen = nil
            state.flush = flush
        }
    }
}

extension CatalogMemory.State {
    /// The layers that have something, the newest first.
    var layers: [MemoryLayer] { frozen.map { [top, $0] } ?? [top] }
}

/// What is known of an asset at one moment: its record, and the rows that memory has over those of the file.
struct AssetView: Sendable {
    let id: Int64
    let record: AssetRecord
    /// The newest first.
    let levels: [AssetRows]

    /// Whether the file has no row that counts.
    var isWhole: Bool { levels.contains { $0.isWhole } }

    /// The rows of memory, of all levels together.
    func merged<Name: Hashable, Row>(_ rows: KeyPath<AssetRows, [Name: Row]>) -> [Name: Row] {
        var merged: [Name: Row] = [:]
        for level in levels {
            if merged.isEmpty { merged = level[keyPath: rows] } else { merged.merge(level[keyPath: rows]) { newer, _ in newer } }
            if level.isWhole { break }
        }
        return merged
    }
}
