#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite
internal import Logging
internal import Synchronization

extension SQLiteStorage: RetainingStorage {
    func remove(_ removal: EventRemoval) async throws -> Bool {
        guard removal.isValid else { throw StorageError.invalidRemoval }
        let step = unindexedStep.load(ordering: .acquiring)
        let isDone = try await change { [appendedEvents] writer in
            // What is removed must not be indexed after it was taken out of the index.
            appendedEvents.removeAll()
            return try writer.remove(removal, unindexedStep: step)
        }
        guard isDone else { return false }
        // Not before the next removal may the index be behind, so that what reads pass over stays little.
        if let index = index.withLock({ $0.index }) {
            do {
                try await prune(index)
            } catch {
                if EventIndex.isDamage(error) { discard(index, error) }
                logger.warning(
                    "Removed events could not be taken out of the index; reads pass over them until they are.",
                    metadata: ["error": "\(StorageError.from(error, file: index.path))"])
            }
        }
        return true
    }

    /// Takes out of the index what was removed from the log.
    func prune(_ index: EventIndex) async throws {
        let step = try await IndexPruner(log: readers, path: file.path, index: index).prune()
        // Another call may have come further.
        _ = unindexedStep.max(step, ordering: .acquiringAndReleasing)
    }

    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int {
        try await change { try $0.forgetIdentities(before: time, limit: limit) }
    }

    func sequenceOfRemoved(_ id: EventID, deployment: String) async throws -> Int64? {
        try await readRemovals { try RemovalTables.sequence($0, of: id, in: deployment) }
    }

    func removals() async throws -> RemovalStatistics { try await readRemovals { try RemovalTables.statistics($0) } }

    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try await readRemovals { try RemovalTables.sums($0, after: number, limit: limit) }
    }

    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try await readRemovals { try RemovalTables.sums($0, of: assetKey, in: deployment) }
    }

    private func readRemovals<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await read { log, _ in try body(log) }
    }

    /// Changes the log on the writer's connection, on a thread; appends wait in the meantime.
    private func change<Result: Sendable>(_ body: @escaping @Sendable (LogWriter) throws -> Result) async throws -> Result {
        guard !isClosed.load(ordering: .acquiring) else { throw closedError }
        do {
            return try await onThread {
                if let problem = self.guardian.freshProblem { throw StorageError(.unavailable, problem, outcome: .notRecorded) }
                return try self.writer.withLock { writer in
                    guard let writer else { throw self.closedError }
                    let result = try body(writer)
                    self.removedCount.store(try writer.removals().events, ordering: .releasing)
                    writer.help(finishing: self.isRestShort.exchange(false, ordering: .relaxed))
                    self.walPages.store(writer.walPages, ordering: .relaxed)
                    self.wakeCheckpointer()
                    return result
                }
            }
        } catch {
            throw StorageError.from(error, file: file.path)
        }
    }
}
#endif
