#if Catalog
package import AssetlogCore
import AssetlogSQLite
package import Logging
import Synchronization

/// What is known about every asset: a projection of the log, kept in an SQLite file and in memory over it.
///
/// ``run()`` follows the log. The file is made again from the log whenever it is not there, can't be read or belongs to another
/// log, so that nothing about it keeps a server from taking reports. The open file is kept in a `Mutex`.
package final class Catalog: Sendable {
    let settings: CatalogSettings
    let log: any LogReader
    let memory = CatalogMemory()
    let progress = CatalogProgress()
    let hourSums = HourSums()
    let now: @Sendable () -> Timestamp
    private let changes: @Sendable () -> AsyncStream<Void>
    private let logger: Logger
    private let file = Mutex<CatalogFile?>(nil)
    private static let backoff = Backoff(first: .milliseconds(200), longest: .seconds(30))
    /// It gives way to what answers reports.
    private static let niceness = 5

    /// Makes a catalog, which knows nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - log: The log that it follows.
    ///   - changes: A new stream with an element after every commit of this server.
    ///   - now: The time by which something ceases to run.
    package init(
        settings: CatalogSettings, log: any LogReader, changes: @escaping @Sendable () -> AsyncStream<Void>,
        now: @escaping @Sendable () -> Timestamp = { .now() }, logger: Logger
    ) {
        self.settings = settings
        self.log = log
        self.changes = changes
        self.now = now
        self.logger = logger
    }

    /// The open file.
    ///
    /// - Throws: ``CatalogError`` while there is none.
    func openFile() throws -> CatalogFile {
        guard let file = file.withLock({ $0 }) else {
            throw CatalogError(.unavailable, "The catalog is being opened or made again; ask again in a moment.")
        }
        return file
    }

    /// Follows the log until it is cancelled. Whatever fails is logged and tried again.
    package func run() async {
        let threads = BlockingPool("catalog", threads: 2, niceness: Self.niceness)
        let writing = BlockingPool("catalog.write", niceness: Self.niceness)
        let (news, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [changes, settings] in
                // Not for every commit of thousands a second: that would cost them more than it helps.
                for await _ in changes() {
                    ring.yield()
                    try? await Task.sleep(for: settings.gatheringTime)
                }
            }
            group.addTask { [settings] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: settings.pollInterval)
                    ring.yield()
                }
                ring.finish()
            }
            await keepFollowing(threads, writing, news)
            group.cancelAll()
        }
        progress.update { $0.phase = .ended }
    }

    private func keepFollowing(_ threads: BlockingPool, _ writing: BlockingPool, _ news: AsyncStream<Void>) async {
        var failures = 0
        while !Task.isCancelled {
            let before = progress.asOf
            do {
                try await followOnce(threads, writing, news)
                // A file was set aside. Where that happens again at the same event, a new file does not help at once.
                failures = progress.asOf == before ? failures + 1 : 0
            } catch {
                guard !Task.isCancelled else { return }
                failures = progress.asOf == before ? failures + 1 : 1
                failed(error, isFirst: failures == 1)
            }
            if failures > 0 { try? await Task.sleep(for: Self.backoff.pause(afterFailures: failures)) }
        }
    }

    private func failed(_ error: any Error, isFirst: Bool) {
        progress.update { status in
            status.phase = .retrying
            status.failures += 1
            status.lastError = "\(error)"
        }
        guard isFirst else { return }
        logger.error(
            "The catalog stopped following the log; it is tried again.",
            metadata: ["catalog.path": "\(settings.path)", "error": "\(error)"])
    }

    // One life of an open file.
    private func followOnce(_ threads: BlockingPool, _ writing: BlockingPool, _ news: AsyncStream<Void>) async throws {
        let (opened, logID) = try await open(threads)
        let flusher = Flusher(
            memory: memory, file: opened, log: logID, progress: progress, threads: writing, logger: logger)
        let follower = CatalogFollower(
            settings: settings, log: log, file: opened, memory: memory, progress: progress, flusher: flusher, threads: threads,
            news: news, onFailure: { [self] in failed($0, isFirst: $1) })
        var failure: (any Error)?
        do { try await follower.run() } catch { failure = error }
        if Task.isCancelled { await flusher.finish() } else { await flusher.stop() }
        file.withLock { $0 = nil }
        try? await threads.run { opened.close() }
        if let failure, CatalogFault.isFinal(failure) {
            await setAside(because: failure, threads)
        } else if let failure {
            throw failure
        }
    }

    // MARK: Opening

    private func open(_ threads: BlockingPool) async throws -> (CatalogFile, LogID) {
        let logID = try await log.logID()
        let head = try await log.statistics().head
        let opened: CatalogFile
        do {
            opened = try await openFile(of: logID, head, threads)
        } catch  where CatalogFault.isFinal(error) {
            await setAside(because: error, threads)
            opened = try await openFile(of: logID, head, threads)
        }
        let nextID = try await threads.run { [memory, settings] in
            let (lastID, heads) = try opened.lookups.access { connection in
                let rows = CatalogRows(connection: connection)
                return (try rows.lastID(), try rows.heads(limit: settings.mostHeads))
            }
            memory.reset(
                flush: opened.header.flush, position: opened.header.position, removals: opened.header.removals, nextID: lastID + 1,
                catalog: opened.header.catalog, heads: heads)
            return lastID + 1
        }
        if nextID == 1, head > 0 {
            logger.notice("The catalog is made from the log.", metadata: ["catalog.path": "\(settings.path)", "log.head": "\(head)"])
        }
        let position = opened.header.position.sequence
        progress.restart(at: position, hasSums: opened.header.removals.isComplete, head: head)
        progress.update { $0.flushed = position }
        file.withLock { $0 = opened }
        return (opened, logID)
    }

    private func openFile(of logID: LogID, _ head: Int64, _ threads: BlockingPool) async throws -> CatalogFile {
        let opened = try await threads.run { [settings] in try CatalogFile(settings.path) }
        do {
            try await check(opened.header, logID, head)
            return opened
        } catch {
            try? await threads.run { opened.close() }
            throw error
        }
    }

    private func check(_ header: CatalogFile.Header, _ logID: LogID, _ head: Int64) async throws {
        guard let known = header.log else { return }
        guard known == logID else { throw UnfitFile("it was made from another log") }
        let position = header.position
        guard position.sequence <= head else {
            throw UnfitFile("it contains the log up to \(position.sequence), and the log ends at \(head)")
        }
        guard let event = position.event else { return }
        let page = try await log.events(EventQuery(order: .ascending(after: position.sequence - 1), limit: 1))
        guard let found = page.events.first, found.sequence == position.sequence else { return }
        guard found.event.id == event else { throw UnfitFile("the log has another event at \(position.sequence)") }
    }

    private func setAside(because reason: any Error, _ threads: BlockingPool) async {
        let aside = try? await threads.run { [settings] in CatalogFile.setAside(settings.path) }
        guard let aside = aside ?? nil else {
            logger.notice(
                "The catalog's file is gone; the catalog is made again from the log.",
                metadata: ["catalog.path": "\(settings.path)"])
            return
        }
        logger.error(
            "The catalog's file can't be used; it is set aside, and the catalog is made again from the log.",
            metadata: ["catalog.path": "\(settings.path)", "reason": "\(reason)", "set aside as": "\(aside)"])
    }
}
#endif
