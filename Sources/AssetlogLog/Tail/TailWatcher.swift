package import AssetlogCore
import Synchronization

/// One who follows the log: what comes after a sequence and passes a filter. One task uses it; its state lives in a `Mutex`.
package final class TailWatcher: Sendable {
    /// Reads a page for one watcher that starts at an older sequence.
    package typealias PageReader = @Sendable (EventQuery) async throws -> EventPage

    /// What came of asking.
    package enum Step: Sendable {
        /// So many events were looked at that these pass; there may be none, and more may follow.
        case events([TailEvent])
        /// Everything was seen; the bell rings when there is more.
        case wait
        /// The log has moved on too far: the watcher gets no more, and can go on from its position with a new one.
        case dropped
    }

    // A page of a watcher's own: what is written to its client at once.
    private static let pageEvents = 256
    private static let pageBytes = 64 << 10

    private let tail: Tail
    private let filter: EventFilter
    private let pages: PageReader
    private let id: Int
    private let state: Mutex<WatcherState>

    init(_ id: Int, of tail: Tail, _ filter: EventFilter, after position: Int64, pages: @escaping PageReader) {
        (self.id, self.tail, self.filter, self.pages) = (id, tail, filter, pages)
        state = Mutex(WatcherState(after: position))
    }

    deinit { leave() }

    /// Stops watching. A second call does nothing.
    package func leave() { tail.remove(id) }

    /// The last sequence that was looked at: where another watcher would go on.
    package var position: Int64 { state.withLock { $0.position } }

    /// Whether the log has moved on too far.
    package var isDropped: Bool {
        guard let bounds = tail.bounds else { return false }
        return state.withLock { $0.isDropped(by: bounds) }
    }

    /// Gets the next events, without waiting for new ones.
    ///
    /// - Throws: What the storage throws.
    package func next() async throws -> Step {
        let turn = try state.withLock { state in try tail.next(&state, atMost: Self.pageEvents) }
        switch turn.action {
        case .wait:
            try tail.checkForDamage()
            return .wait
        case .drop: return .dropped
        case .take: return .events(filtered(turn.events, end: turn.bounds.end))
        case .readPage(let position): return .events(try await readPage(after: position, turn.bounds))
        }
    }

    private func filtered(_ events: [TailEvent], end: Int64) -> [TailEvent] {
        var (matching, bytes, last) = ([TailEvent](), 0, end)
        for event in events {
            if filter.matches(event.logged.event) {
                matching.append(event)
                bytes += event.byteCount
            }
            last = event.sequence
            if bytes >= Self.pageBytes { break }
        }
        state.withLock { $0.looked(upTo: last) }
        return matching
    }

    private func readPage(after position: Int64, _ bounds: TailWindow.Bounds) async throws -> [TailEvent] {
        let query = EventQuery(
            order: .ascending(after: position), limit: Self.pageEvents, filter: filter, maximumBytes: Self.pageBytes)
        let page = try await pages(query)
        let continuation: Int64? = if case .ascending(let sequence)? = page.continuation { sequence } else { nil }
        state.withLock { $0.pageRead(continuation: continuation, in: bounds) }
        return page.events.map(TailEvent.init)
    }
}
