#if Catalog
import AssetlogCore
import AssetlogSQLite

/// A catalog at one moment: one snapshot of the file, and the layers of memory over it.
///
/// The newest layer may get more events while it is read; an answer then contains some that came after its `as_of`.
struct CatalogSnapshot {
    let rows: CatalogRows
    let memory: CatalogMemory
    let layers: [MemoryLayer]
    let clock: StateClock
    /// The number of the last flush that the snapshot of the file has, and the name of the file's life.
    let flush: Int64
    let catalog: String

    var connection: Connection { rows.connection }

    /// What memory has of an asset, as copies, with the file's number and record for what it does not have; nil: there is no such
    /// asset.
    func view(of name: AssetName) throws -> AssetView? {
        let view: AssetView? = memory.withLock { _ in
            let entries = layers.compactMap { $0.entries[name] }
            return entries.first.map { AssetView(id: $0.id, record: $0.record, levels: entries.map(\.rows)) }
        }
        if let view { return view }
        guard let id = try rows.id(of: name), let record = try rows.record(of: id) else { return nil }
        return AssetView(id: id, record: record, levels: [])
    }

    /// An asset that the scope has and that has an event that counts; nil: there is none.
    func asset(_ key: AssetKey, in scope: CatalogScope) throws -> AssetView? {
        guard scope.covers(key), let view = try view(of: AssetName(key, in: scope.deployment)), view.record.exists else {
            return nil
        }
        return view
    }

    /// The heads of a deployment's assets; nil: they are to be read from rows.
    func heads(of deployment: String) -> [AssetHead]? {
        memory.withLock { $0.heads?.heads(of: ByteText(deployment)) }
    }

    /// Calls `body` with each asset of a deployment of which the file may not have what it names as upstream, under the lock.
    func forEachChangedUpstream(of deployment: String, _ body: (AssetEntry) -> Void) {
        let deployment = ByteText(deployment)
        memory.withLock { _ in
            let names = layers.reduce(into: Set<AssetName>()) { $0.formUnion($1.changedUpstreams) }
            for name in names where name.deployment == deployment {
                if let entry = layers.lazy.compactMap({ $0.entries[name] }).first { body(entry) }
            }
        }
    }

    /// Calls `body` with each asset of a deployment that memory has, under the lock.
    func forEachInMemory(of deployment: String, _ body: (AssetEntry) -> Void) {
        let deployment = ByteText(deployment)
        memory.withLock { _ in
            for (index, layer) in layers.enumerated() {
                for (name, entry) in layer.entries where name.deployment == deployment {
                    if index > 0, layers[0].entries[name] != nil { continue }
                    body(entry)
                }
            }
        }
    }
}

/// The snapshot of the file is older than what memory lies over: another one is to be taken.
private struct StaleSnapshot: Error {}

extension Catalog {
    package var asOf: Int64 { progress.asOf }

    package var status: CatalogStatus { progress.status(memoryBytes: memory.bytes) }

    package func waitFor(sequence: Int64, atMost longest: Duration) async -> Bool {
        await progress.waitFor(sequence: sequence, atMost: longest)
    }

    /// Makes an answer of a snapshot.
    func answer<Value: Sendable>(
        _ body: @escaping @Sendable (CatalogSnapshot, inout Timestamp?) throws -> Value
    ) async throws -> CatalogAnswer<Value> {
        while true {
            let file = try openFile()
            do {
                return try await file.database.read { [self] in try answer($0, file, body) }
            } catch is StaleSnapshot {
                continue
            } catch is DamagedRecord {
                throw CatalogError(.unavailable, "The catalog's file is damaged; rebuild it with `assetlog catalog rebuild`.")
            } catch let error as SQLiteError {
                throw CatalogError(.unavailable, "The catalog can't be read now: \(error)")
            }
        }
    }

    private func answer<Value: Sendable>(
        _ connection: Connection, _ file: CatalogFile, _ body: (CatalogSnapshot, inout Timestamp?) throws -> Value
    ) throws -> CatalogAnswer<Value> {
        let rows = CatalogRows(connection: connection)
        let (flush, asOf) = (try rows.flush(), progress.asOf)
        let (layers, position) = try memory.withLock { state in
            guard state.catalog == file.header.catalog, state.flush <= flush else { throw StaleSnapshot() }
            return (state.layers, state.top.position.sequence)
        }
        let clock = StateClock(now: now(), runningTimeout: settings.runningTimeout)
        var expires: Timestamp?
        let snapshot = CatalogSnapshot(
            rows: rows, memory: memory, layers: layers, clock: clock, flush: flush, catalog: file.header.catalog)
        let value = try body(snapshot, &expires)
        return CatalogAnswer(
            value, asOf: asOf, revision: "\(file.header.catalog)-\(asOf)-\(position)", expires: expires)
    }
}
#endif
