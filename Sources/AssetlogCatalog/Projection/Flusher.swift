#if Catalog
import AssetlogCore
import AssetlogSQLite
import Logging
import Synchronization

/// Writes layers of memory to the file, one at a time, on a thread of its own. What was not written because of the disk is
/// tried again. State lives in a `Mutex`.
final class Flusher: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var flush: Int64
        /// Why the file can't be used any more; nil: it can.
        var fault: (any Error)?
    }

    private let memory: CatalogMemory
    private let file: CatalogFile
    private let log: LogID
    private let progress: CatalogProgress
    private let threads: BlockingPool
    private let logger: Logger
    private let state: Mutex<State>
    private static let backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))

    init(
        memory: CatalogMemory, file: CatalogFile, log: LogID, progress: CatalogProgress, threads: BlockingPool, logger: Logger
    ) {
        self.memory = memory
        self.file = file
        self.log = log
        self.progress = progress
        self.threads = threads
        self.logger = logger
        state = Mutex(State(flush: file.header.flush))
    }

    /// - Throws: Why the file can't be used any more.
    func checkFault() throws {
        if let fault = state.withLock({ $0.fault }) { throw fault }
    }

    /// Begins to write what is in memory, unless another layer is being written.
    ///
    /// - Returns: Whether nothing hinders it.
    func begin() -> Bool {
        guard !memory.withLock({ $0.frozen != nil }) else { return false }
        guard let layer = memory.freeze() else { return true }
        let task = Task { await write(layer) }
        state.withLock { $0.task = task }
        return true
    }

    /// Returns when nothing is being written.
    ///
    /// - Throws: Why the file can't be used any more.
    func end() async throws {
        await state.withLock { $0.task }?.value
        try checkFault()
    }

    /// Ends attempts that fail, and returns when nothing is being written.
    func stop() async {
        let task = state.withLock { $0.task }
        task?.cancel()
        await task?.value
    }

    /// Writes what is in memory at the end of the catalog: once, without a second attempt.
    func finish() async {
        await stop()
        guard (try? checkFault()) != nil else { return }
        if let layer = memory.withLock({ $0.frozen }), !(await attempt(layer)) { return }
        if let layer = memory.freeze() { _ = await attempt(layer) }
    }

    private func write(_ layer: MemoryLayer) async {
        var failures = 0
        while !(await attempt(layer)) {
            failures += 1
            guard !Task.isCancelled, state.withLock({ $0.fault == nil }) else { return }
            try? await Task.sleep(for: Self.backoff.pause(afterFailures: failures))
            guard !Task.isCancelled else { return }
        }
    }

    /// - Returns: Whether the file has the layer.
    private func attempt(_ layer: MemoryLayer) async -> Bool {
        let flush = state.withLock { $0.flush } + 1
        let header = CatalogFile.Header(
            flush: flush, position: layer.position, removals: layer.removals, log: log, catalog: file.header.catalog)
        do {
            try await threads.run { [file] in
                if file.hasMoved { throw UnfitFile("it was deleted or renamed") }
                try file.database.write { try LayerWriter($0).write(layer, header) }
            }
        } catch {
            failed(error)
            return false
        }
        memory.dropFrozen(flush: flush)
        state.withLock { $0.flush = flush }
        progress.update { status in
            status.flushed = layer.position.sequence
            status.flushes += 1
            status.failures = 0
            status.lastError = nil
        }
        return true
    }

    private func failed(_ error: any Error) {
        if CatalogFault.isFinal(error) { state.withLock { $0.fault = error } }
        var isFirst = false
        progress.update { status in
            isFirst = status.failures == 0
            status.failures += 1
            status.lastError = "\(error)"
        }
        guard isFirst else { return }
        logger.error(
            "The catalog can't write to its file; it is tried again, and answers stay right as long as memory suffices.",
            metadata: ["catalog.path": "\(file.path)", "error": "\(error)"])
    }
}

/// Which failures mean that a file is of no use any more.
enum CatalogFault {
    static func isFinal(_ error: any Error) -> Bool {
        if error is UnfitFile || error is DamagedRecord { return true }
        guard let error = error as? SQLiteError else { return false }
        switch error.code.primary {
        // What SQL can't do with these tables, it does not do later either.
        case .corrupt, .notADatabase, .error, .constraint: return true
        default: return false
        }
    }
}
#endif
