#if Catalog
import AssetlogCore
import AssetlogSQLite

/// Folds events of the log into memory. Its calls block.
struct LayerFold: Sendable {
    let memory: CatalogMemory
    let file: CatalogFile

    /// Readers wait for so many events at most.
    private static let chunk = 256

    /// Folds events that follow those that memory contains; what it contains already is passed over.
    ///
    /// - Returns: The assets with something to be found in the log before it is shown.
    /// - Throws: What reading the file throws. The events before are folded then.
    func fold(_ events: [LoggedEvent]) throws -> Set<AssetName> {
        var unsettled: Set<AssetName> = []
        try file.lookups.access { connection in
            let rows = CatalogRows(connection: connection)
            var start = 0
            while start < events.count {
                let end = min(start + Self.chunk, events.count)
                try memory.withLock { state in
                    // One snapshot for all of them costs less than one for each lookup. It is taken under the lock, so that no layer
                    // that it lacks is dropped.
                    try connection.snapshot {
                        for event in events[start..<end] where event.sequence > state.top.position.sequence {
                            if let name = try Self.fold(event, &state, rows) { unsettled.insert(name) }
                        }
                    }
                }
                start = end
            }
        }
        return unsettled
    }

    private static func fold(
        _ event: LoggedEvent, _ state: inout CatalogMemory.State, _ rows: CatalogRows
    ) throws -> AssetName? {
        let entry = try entry(AssetName(event.event.assetKey, in: event.event.deployment), &state, rows)
        if event.event.kind.isReportable {
            let hadOtherUpstream = entry.hasOtherUpstream
            let added = try EventFacts.with(event) { try entry.fold($0, onto: StoredRows(entry: entry, rows: rows)) }
            state.top.bytes += added
            // Once for each asset, not for each of its events.
            if entry.hasOtherUpstream, !hadOtherUpstream { state.top.changedUpstreams.insert(entry.name) }
            state.top.mostPartitions = max(state.top.mostPartitions, entry.rows.partitions.count)
            state.updateHead(of: entry)
        } else {
            entry.mustRefold = true
        }
        state.top.events += 1
        state.top.started = state.top.started ?? .now
        state.top.position = LogPosition(sequence: event.sequence, event: event.event.id)
        return entry.mustRefold || !entry.repairs.isEmpty ? entry.name : nil
    }

    private static func entry(
        _ name: AssetName, _ state: inout CatalogMemory.State, _ rows: CatalogRows
    ) throws -> AssetEntry {
        if let entry = state.top.entries[name] { return entry }
        let entry: AssetEntry
        if let below = state.frozen?.entries[name] {
            entry = AssetEntry(name, id: below.id, record: below.record, rows: AssetRows())
            entry.frozen = below
        } else if let known = state.cache.take(name) {
            entry = AssetEntry(name, id: known.id, record: known.record, rows: AssetRows())
        } else if let id = try rows.id(of: name), let record = try rows.record(of: id) {
            entry = AssetEntry(name, id: id, record: record, rows: AssetRows())
        } else {
            entry = AssetEntry(name, id: state.nextID)
            state.nextID += 1
        }
        state.top.entries[name] = entry
        state.top.bytes += RowSize.asset + name.key.text.utf8.count + entry.record.textBytes
        return entry
    }

    /// Adds sums of removed events to what is known of their assets.
    ///
    /// - Returns: The assets to which they were not added, because voids or wipes may cover them: those are to be folded again.
    /// - Throws: What reading the file throws, and ``DamagedRecord`` for a sum that this version can't read.
    func add(_ sums: [RemovedEvents]) throws -> Set<AssetName> {
        var stale: Set<AssetName> = []
        try file.lookups.access { connection in
            let rows = CatalogRows(connection: connection)
            for sum in sums {
                let added = try RemovedSum(sum.payload)
                try memory.withLock { state in
                    let entry = try Self.entry(AssetName(of: sum), &state, rows)
                    guard !entry.mustRefold, !entry.record.hasCorrections else {
                        stale.insert(entry.name)
                        return
                    }
                    state.top.bytes += try entry.add(added, onto: StoredRows(entry: entry, rows: rows))
                    state.updateHead(of: entry)
                    state.top.events += 1
                    state.top.started = state.top.started ?? .now
                }
            }
        }
        return stale
    }

    /// Lets assets be folded again.
    func markStale(_ names: Set<AssetName>) throws {
        try file.lookups.access { connection in
            let rows = CatalogRows(connection: connection)
            try memory.withLock { state in
                for name in names { try Self.entry(name, &state, rows).mustRefold = true }
                state.top.events += 1
                state.top.started = state.top.started ?? .now
            }
        }
    }

    /// Puts an asset that was folded again in the place of what memory and file have of it.
    func replace(with entry: AssetEntry, bytes: Int) {
        memory.withLock { state in
            state.top.entries[entry.name] = entry
            state.top.changedUpstreams.insert(entry.name)
            state.top.bytes += bytes
            state.updateHead(of: entry)
            state.top.started = state.top.started ?? .now
        }
    }
}
#endif
