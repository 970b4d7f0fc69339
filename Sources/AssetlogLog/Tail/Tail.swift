package import AssetlogCore
package import Logging
import Synchronization

/// The one reader of the log for all who watch it live: it has no cursor and no lease, and it reads only while somebody watches.
///
/// Commits of this server wake it; those of other servers it finds by looking. State lives in a `Mutex`; one task runs ``run()``.
package final class Tail: Sendable {
    /// How much it keeps and how it reads.
    package struct Limits: Hashable, Sendable {
        /// The most events that a watcher may be behind.
        package var events = 16_384
        /// The most bytes that these take together, for all watchers; a single page may be larger.
        package var bytes = 8 << 20
        /// The most events of one read.
        package var pageEvents = 512
        /// The bytes of columns after which a read ends.
        package var pageBytes = 1 << 20
        /// The shortest time between two reads: under load, watchers are woken no more often than that.
        package var pace = Duration.milliseconds(25)
        /// How often it looks for what other servers have committed.
        package var pollInterval = Duration.milliseconds(500)
        /// How long a sequence may be ahead of what this server sees of a log that it shares.
        package var patience = Duration.seconds(2)

        /// Makes the standard limits.
        package init() {}
    }

    private struct State {
        var window: TailWindow?
        var watchers: [Int: WakeUp] = [:]
        var nextID = 0
        /// Why the tail can't go on; its watchers end.
        var damage: StorageError?
    }

    private let log: any LogReader
    private let changes: @Sendable () -> AsyncStream<Void>
    private let limits: Limits
    private let memory: MemoryHold
    private let clock: ConsumerClock
    private let logger: Logger
    private let bell = WakeUp()
    private let state = Mutex(State())

    /// Makes a tail; ``run()`` lets it read.
    ///
    /// - Parameters:
    ///   - log: What it reads.
    ///   - changes: Makes a stream with an element after every commit of this server: `{ log.changes() }`.
    ///   - limits: How much it keeps and how it reads.
    ///   - memory: What the kept events are counted in.
    ///   - clock: What measures pauses.
    ///   - logger: Logs a storage that can't be read.
    package init(
        log: any LogReader, changes: @escaping @Sendable () -> AsyncStream<Void>, limits: Limits = Limits(),
        memory: MemoryBudget.Share, clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        (self.log, self.changes, self.limits, self.logger) = (log, changes, limits, logger)
        self.memory = MemoryHold(of: memory)
        self.clock = ConsumerClock(clock)
    }

    /// How many watch.
    package var watcherCount: Int { state.withLock { $0.watchers.count } }

    // MARK: Watching

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - filter: What the watcher gets.
    ///   - position: The sequence after which it begins; nil: the end of the log.
    ///   - bell: Rings when there may be more, and when the log has moved past the watcher.
    ///   - pages: Reads the pages of a watcher that starts at an older sequence.
    /// - Throws: ``TailError`` when the log ends before the position; what the storage throws.
    package func watch(
        _ filter: EventFilter, after position: Int64?, bell: WakeUp, pages: @escaping TailWatcher.PageReader
    ) async throws -> TailWatcher {
        let head = try await head(reaching: position ?? 0)
        let id = state.withLock { state in
            if state.window == nil { state.window = TailWindow(after: head, limits: limits) }
            state.nextID += 1
            state.watchers[state.nextID] = bell
            return state.nextID
        }
        self.bell.ring()
        return TailWatcher(id, of: self, filter, after: position ?? head, pages: pages)
    }

    // What another server has committed may not be visible here yet.
    private func head(reaching position: Int64) async throws -> Int64 {
        let start = clock.now()
        while true {
            let head = try await log.head()
            if head >= position { return head }
            guard clock.now() - start < limits.patience else { throw TailError(position: position, head: head) }
            try await clock.sleep(.milliseconds(100))
        }
    }

    /// Forgets a watcher; with the last one the tail stops reading.
    func remove(_ id: Int) {
        state.withLock { state in
            guard state.watchers.removeValue(forKey: id) != nil, state.watchers.isEmpty else { return }
            (state.window, state.damage) = (nil, nil)
            _ = memory.change(to: 0)
        }
    }

    /// What the window holds; nil: nobody watches.
    var bounds: TailWindow.Bounds? { state.withLock { $0.window?.bounds } }

    /// What a watcher does next, and the events of the window that it takes then, at most so many.
    func next(_ watcher: inout WatcherState, atMost count: Int) throws -> TailTurn {
        let turn = state.withLock { [watcher] state -> (TailTurn, WatcherState)? in
            guard let window = state.window else { return nil }
            var watcher = watcher
            let action = watcher.next(in: window.bounds)
            guard case .take(let position) = action else { return (TailTurn(action: action, bounds: window.bounds), watcher) }
            let events = Array(window.events(after: position, atMost: count))
            return (TailTurn(action: action, events: events, bounds: window.bounds), watcher)
        }
        guard let turn else { throw StorageError(.closed, "Nobody watches the log any more.") }
        watcher = turn.1
        return turn.0
    }

    /// - Throws: The error of a damaged event at which the tail has stopped.
    func checkForDamage() throws {
        if let damage = state.withLock({ $0.damage }) { throw damage }
    }

    // MARK: Reading

    /// Reads while somebody watches, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            guard state.withLock({ $0.window != nil }) else {
                await bell.wait()
                continue
            }
            let listener = Task { await listen() }
            await follow()
            listener.cancel()
        }
    }

    // Not for every commit of thousands a second: that would cost them more than it helps.
    private func listen() async {
        for await _ in changes() {
            bell.ring()
            try? await clock.sleep(limits.pace)
        }
    }

    /// Reads until nobody watches.
    private func follow() async {
        var (lastRead, failures) = (clock.now() - limits.pace, 0)
        while !Task.isCancelled, let end = state.withLock({ $0.window?.bounds.end }) {
            let rest = lastRead + limits.pace - clock.now()
            if rest > .zero { try? await clock.sleep(rest) }
            lastRead = clock.now()
            do {
                let isMore = try await read(after: end)
                if failures > 0 { logger.notice("The log can be read again for those who follow it.") }
                failures = 0
                if !isMore { await bell.wait(atMost: limits.pollInterval, clock) }
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                fail(error, isFirst: failures == 1)
                try? await clock.sleep(.seconds(1))
            }
        }
    }

    /// Reads a page for all.
    ///
    /// - Returns: Whether more may follow at once.
    private func read(after position: Int64) async throws -> Bool {
        let page = try await log.page(after: position, limit: limits.pageEvents, maximumBytes: limits.pageBytes)
        // The damaged event was repaired, or removed.
        state.withLock { $0.damage = nil }
        let end = if case .ascending(let sequence)? = page.continuation { sequence } else { position }
        guard end > position else { return false }
        let events = page.events.map(TailEvent.init)
        ring { state in
            // All may have left and others come in the meantime.
            guard state.window?.bounds.end == position else { return }
            state.window?.append(events, end: end)
            memory.change(anywayTo: state.window?.byteCount ?? 0)
        }
        return page.events.count >= limits.pageEvents
            || page.events.reduce(0) { $0 + $1.event.byteCount } >= limits.pageBytes
    }

    private func fail(_ error: any Error, isFirst: Bool) {
        if let error = error as? StorageError, error.code == .damaged { ring { $0.damage = error } }
        guard isFirst else { return }
        logger.warning("The log can't be read for those who follow it; retrying.", metadata: ["error": "\(error)"])
    }

    private func ring(after change: (inout State) -> Void) {
        let bells = state.withLock { state in
            change(&state)
            return Array(state.watchers.values)
        }
        for bell in bells { bell.ring() }
    }
}

/// A look of one watcher at the window.
struct TailTurn: Sendable {
    var action: WatcherState.Action
    var events: [TailEvent] = []
    var bounds: TailWindow.Bounds
}
