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
    /// Takes what failed, and whether it is the first failure in a row.
    let onFailure: @Sendable (any Error, _ isFirst: Bool) -> Void

    private static let pageBytes = 4 << 20

    /// What one step leaves for the next one.
    private struct Course {
        var removals: RemovalWatch?
        var unsettled: Set<AssetName> = []
        var nextLook = ContinuousClock.now
        var failures = 0
        /// The number of events of the last page.
        var pageCount = 0
        /// The page after the last one, which is read while that one is folded.
        var ahead: (position: Int64, page: Task<EventPage, any Error>)?
    }

    /// - Throws: Why the file is of no use any more; `CancellationError` at the end. What fails otherwise is tried again, with what is
    ///   in memory, so that answers continue while the log can't be read.
    func run() async throws {
        let fold = LayerFold(memory: memory, file: file)
        let settling = Settling(log: log, memory: memory, fold: fold, threads: threads)
        var course = Course(removals: RemovalWatch(log: log, memory: memory, fold: fold, threads: threads))
        defer { course.ahead?.page.cancel() }
        try await course.removals?.begin()
        var iterator = news.makeAsyncIterator()
        while true {
            try Task.checkCancellation()
            do {
                let isEnd = try await step(&course, fold, settling)
                recovered(&course)
                guard isEnd else { continue }
            } catch  where !CatalogFault.isFinal(error) {
                try Task.checkCancellation()
                course.failures += 1
                onFailure(error, course.failures == 1)
                try await Task.sleep(for: Self.backoff.pause(afterFailures: course.failures))
                continue
            }
            guard await iterator.next() != nil else { throw CancellationError() }
            // Under load, more at once cost less.
            try await Task.sleep(for: settings.gatheringTime * (course.pageCount > Self.busyCount ? 3 : 1))
        }
    }

    private static let busyCount = 200

    private static let backoff = Backoff(first: .milliseconds(200), longest: .seconds(10))

    private func recovered(_ state: inout Course) {
        guard state.failures > 0 else { return }
        state.failures = 0
        progress.update { status in
            if status.phase == .retrying { status.phase = .catchingUp }
            status.failures = 0
            status.lastError = nil
        }
    }

    /// Reads a page, and does what follows from it.
    ///
    /// - Returns: Whether it was the last page for now.
    private func step(_ state: inout Course, _ fold: LayerFold, _ settling: Settling) async throws -> Bool {
        try flusher.checkFault()
        let position = memory.withLock { $0.top.position.sequence }
        let page = try await page(after: position, &state)
        let isEnd = isEnd(page)
        state.pageCount = page.events.count
        try await state.removals?.look(behind: position)
        if !isEnd, let last = page.events.last?.sequence { state.ahead = (last, Task { try await read(after: last) }) }
        if !page.events.isEmpty { state.unsettled.formUnion(try await threads.run { try fold.fold(page.events) }) }
        let mustFlush = mustFlush(isEnd: isEnd)
        if isEnd || mustFlush {
            state.unsettled.formUnion(try await state.removals?.prepare(isEnd: isEnd) ?? [])
            try await settling.settle(state.unsettled)
            state.removals?.finish()
            state.unsettled = []
        }
        if state.unsettled.isEmpty { reached(page, isEnd: isEnd, hasSums: state.removals?.isComplete ?? true) }
        let isStuck = mustFlush && !flusher.begin() && isFull
        if ContinuousClock.now >= state.nextLook {
            try await look()
            state.nextLook = .now + .seconds(1)
        }
        if isStuck { try await waitForFlush() }
        return isEnd
    }

    private func page(after position: Int64, _ state: inout Course) async throws -> EventPage {
        let ahead = state.ahead
        state.ahead = nil
        guard let ahead else { return try await read(after: position) }
        guard ahead.position == position else {
            ahead.page.cancel()
            return try await read(after: position)
        }
        return try await ahead.page.value
    }

    private func read(after position: Int64) async throws -> EventPage {
        try await log.events(
            EventQuery(order: .ascending(after: position), limit: settings.pageEvents, maximumBytes: Self.pageBytes))
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

    private func mustFlush(isEnd: Bool) -> Bool {
        memory.withLock { state in
            let age = state.top.started.map { ContinuousClock.now - $0 } ?? .zero
            // Very many partitions of one asset are read more quickly from the file.
            let hasLarge = isEnd && state.top.mostPartitions >= Self.manyPartitions && age >= Self.shortInterval
            return state.top.events >= settings.flushEvents || state.top.bytes >= settings.flushBytes
                || age >= settings.flushInterval || hasLarge
        }
    }

    private static let manyPartitions = 5000
    private static let shortInterval = Duration.seconds(2)

    private func reached(_ page: EventPage, isEnd: Bool, hasSums: Bool) {
        let isEnd = isEnd && hasSums
        var position = memory.withLock { $0.top.position.sequence }
        // Behind the last event that is left there may be some that were removed.
        if isEnd, case .ascending(let end)? = page.continuation { position = max(position, end) }
        progress.reached(position, hasSums: hasSums, isEnd: isEnd)
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
