#if Catalog
import AssetlogCore
import AssetlogSQLite
import Logging

/// Follows the log with one open file: reads, folds, settles and flushes until it is cancelled or the file is of no use.
struct CatalogFollower: Sendable {
    let settings: CatalogSettings
    let log: any LogReader
    let file: CatalogFile
    let memory: CatalogMemory
    let progress: CatalogProgress
    let flusher: Flusher
    let threads: BlockingPool
    /// An element when there may be something new.
    let news: AsyncStream<Void>

    private static let pageBytes = 4 << 20

    func run() async throws {
        let fold = LayerFold(memory: memory, file: file)
        let settling = Settling(log: log, memory: memory, fold: fold, threads: threads)
        var removals = RemovalWatch(log: log, memory: memory, fold: fold, threads: threads)
        try await removals?.begin()
        var unsettled: Set<AssetName> = []
        var iterator = news.makeAsyncIterator()
        var nextLook = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            try flusher.checkFault()
            let position = memory.withLock { $0.top.position.sequence }
            let page = try await log.events(
                EventQuery(order: .ascending(after: position), limit: settings.pageEvents, maximumBytes: Self.pageBytes))
            try await removals?.look(behind: position)
            if !page.events.isEmpty { unsettled.formUnion(try await threads.run { try fold.fold(page.events) }) }
            let isEnd = isEnd(page)
            let mustFlush = mustFlush
            if isEnd || mustFlush {
                unsettled.formUnion(try await removals?.prepare(isEnd: isEnd) ?? [])
                try await settling.settle(unsettled)
                removals?.finish()
                unsettled = []
            }
            if unsettled.isEmpty { reached(page, isEnd: isEnd && removals?.isComplete ?? true) }
            let isStuck = mustFlush && !flusher.begin() && isFull
            if ContinuousClock.now >= nextLook {
                try await look()
                nextLook = .now + .seconds(1)
            }
            if isStuck { try await waitForFlush() }
            guard isEnd else { continue }
            guard await iterator.next() != nil else { throw CancellationError() }
            try await Task.sleep(for: settings.gatheringTime)
        }
    }

    // The next page would be empty, or nearly so.
    private func isEnd(_ page: EventPage) -> Bool {
        page.events.count < settings.pageEvents && page.events.reduce(0) { $0 + $1.event.byteCount } < Self.pageBytes
    }

    // Nothing more is read then, so that memory is bounded.
    private func waitForFlush() async throws {
        while memory.withLock({ $0.frozen != nil }) {
            try flusher.checkFault()
            progress.update { status in
                if status.failures > 0 { status.phase = .retrying }
            }
            try await Task.sleep(for: .milliseconds(50))
            if let head = try? await log.statistics().head { progress.update { $0.head = head } }
        }
    }

    private var isFull: Bool {
        memory.withLock { $0.top.events >= settings.flushEvents || $0.top.bytes >= settings.flushBytes }
    }

    private var mustFlush: Bool {
        memory.withLock { state in
            state.top.events >= settings.flushEvents || state.top.bytes >= settings.flushBytes
                || (state.top.started.map { ContinuousClock.now - $0 >= settings.flushInterval } ?? false)
        }
    }

    private func reached(_ page: EventPage, isEnd: Bool) {
        var position = memory.withLock { $0.top.position.sequence }
        // Behind the last event that is left there may be some that were removed.
        if isEnd, case .ascending(let end)? = page.continuation { position = max(position, end) }
        progress.reached(position, isEnd: isEnd)
        progress.update { status in
            if isEnd { status.phase = .following }
        }
    }

    /// Looks whether the file and the log are still the same.
    private func look() async throws {
        let (head, position) = (try await log.statistics().head, memory.withLock { $0.top.position.sequence })
        guard head >= position else { throw UnfitFile("the log ends at \(head), and the catalog contains \(position)") }
        progress.update { $0.head = head }
        if try await threads.run({ [file] in file.hasMoved }) { throw UnfitFile("it was deleted or renamed") }
    }
}
#endif
