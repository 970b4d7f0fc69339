import AssetlogCore
import Synchronization

/// The log in an array.
///
/// Appending happens on the writer's thread while tasks read, so all state is in one value behind one lock. That is
/// enough for a storage in memory; one that does input and output must not do it on the threads of Swift's tasks.
final class MemoryStorage: Storage {
    struct State {
        /// The events that are in the log, by ascending sequence.
        var events: [LoggedEvent] = []
        /// The last sequence that was given.
        var head: Int64 = 0
        var sequences: [EventIdentity: Int64] = [:]
        var timeKeys = SortedTimeKeys()
        var removals = MemoryRemovals()
        var cursors: [String: ConsumerCursor] = [:]
        var deadLetters: [String: [Int64: DeadLetter]] = [:]
        var pauses: [String: String] = [:]
        var isClosed = false

        func event(_ id: EventID, in deployment: String) -> LoggedEvent? {
            sequences[EventIdentity(id, in: deployment)].flatMap { event(at: $0) }
        }

        func event(at sequence: Int64) -> LoggedEvent? {
            let index = firstIndex(after: sequence - 1)
            return index < events.count && events[index].sequence == sequence ? events[index] : nil
        }

        /// The index of the first event behind a sequence.
        func firstIndex(after sequence: Int64) -> Int {
            var (low, high) = (0, events.count)
            while low < high {
                let middle = (low + high) / 2
                if events[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
            }
            return low
        }

        func match(_ columns: borrowing EventColumns) -> IdentityMatch {
            let identity = EventIdentity(columns.id, in: String(decoding: columns.deployment, as: UTF8.self))
            if let logged = event(identity.id, in: identity.deployment) { return columns.match(logged) }
            return columns.match(removed: removals.identities[identity]?.identity)
        }

        mutating func add(_ event: Event) {
            head += 1
            sequences[EventIdentity(event.id, in: event.deployment)] = head
            let logged = LoggedEvent(sequence: head, event: event)
            events.append(logged)
            timeKeys.append(logged.timeKey)
        }
    }

    private let maximumEvents: Int
    // A log of its own at each opening, for nothing of the one before is left.
    private let log = LogID.random()
    private let state = Mutex(State())

    init(maximumEvents: Int) {
        self.maximumEvents = maximumEvents
    }

    // MARK: The log

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        try withOpenState { state in
            // All or nothing: whatever can fail comes before the first change.
            guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.", outcome: .notRecorded) }
            let plan = batch.plan { state.match($0) }
            guard state.events.count + plan.insertionCount <= maximumEvents else {
                throw StorageError(
                    .full,
                    "The log in memory is full: it holds \(state.events.count) of at most \(maximumEvents) events."
                        + " Raise storage.memory.maximum_events, or use the sqlite storage.", outcome: .notRecorded)
            }
            let last = state.head
            for index in plan.insertions.joined() { state.add(batch.withColumns(at: index) { $0.event }) }
            return plan.outcome(after: last)
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        try withOpenState { state in
            switch query.order {
            case .ascending(let after):
                return page(query, of: state.events, at: state.firstIndex(after: after)..<state.events.count)
            case .descending(let before):
                let end = before.map { $0 < 1 ? 0 : state.firstIndex(after: $0 - 1) } ?? state.events.count
                return page(query, of: state.events, at: (0..<end).reversed())
            case .latest(let before):
                // Lazily: a page needs the indices of its own events, not of all in the log.
                let (keys, unchanged) = (state.timeKeys.before(before), state)
                return page(query, of: state.events, at: keys.reversed().lazy.map { unchanged.firstIndex(after: $0.sequence - 1) })
            }
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try withOpenState { $0.event(id, in: deployment) }
    }

    func logID() async throws -> LogID { try withOpenState { _ in log } }

    func statistics() async throws -> StorageStatistics {
        try withOpenState { state in
            StorageStatistics(events: Int64(state.events.count), head: state.head)
        }
    }

    private func page(
        _ query: EventQuery, of events: [LoggedEvent], at indices: some Sequence<Int>
    ) -> EventPage {
        var collector = PageCollector(query)
        for index in indices {
            if !collector.takes(events[index]) { break }
        }
        return collector.page
    }

    // MARK: The consumers

    func cursors() async throws -> [ConsumerCursor] {
        try withOpenState { state in state.cursors.values.sorted { $0.consumer < $1.consumer } }
    }

    func cursor(of consumer: String) async throws -> ConsumerCursor {
        try withOpenState { state in
            let cursor = state.cursors[consumer] ?? ConsumerCursor(consumer: consumer)
            state.cursors[consumer] = cursor
            return cursor
        }
    }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        try withOpenState { state in
            // The generation tells a consumer's old work from work after a replay.
            guard state.cursors[cursor.consumer]?.generation == cursor.generation else { return false }
            state.cursors[cursor.consumer] = cursor
            return true
        }
    }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try withOpenState { state in
            let generation = (state.cursors[consumer]?.generation ?? 0) + 1
            let cursor = ConsumerCursor(consumer: consumer, generation: generation, position: position)
            state.cursors[consumer] = cursor
            return cursor
        }
    }

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try withOpenState { state in
            let letters = (state.deadLetters[consumer] ?? [:]).values.filter { $0.sequence > sequence }
            return Array(letters.sorted { $0.sequence < $1.sequence }.prefix(limit))
        }
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try withOpenState { state in
            let letters = (state.deadLetters[consumer] ?? [:]).values.filter(\.isReplayRequested)
            return Array(letters.sorted { $0.sequence < $1.sequence }.prefix(limit))
        }
    }

    func deadLetterCount(of consumer: String) async throws -> Int {
        try withOpenState { $0.deadLetters[consumer]?.count ?? 0 }
    }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try withOpenState { state in
            for letter in letters { state.deadLetters[consumer, default: [:]][letter.sequence] = letter }
        }
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try withOpenState { state in
            let count = state.deadLetters[consumer]?.count ?? 0
            guard let sequences else {
                state.deadLetters[consumer] = nil
                return count
            }
            for sequence in sequences { state.deadLetters[consumer]?[sequence] = nil }
            return count - (state.deadLetters[consumer]?.count ?? 0)
        }
    }

    func setPause(of consumer: String, _ reason: String?) async throws {
        try withOpenState { $0.pauses[consumer] = reason }
    }

    func pause(of consumer: String) async throws -> String? {
        try withOpenState { $0.pauses[consumer] }
    }

    // MARK: Life cycle

    // No background work: the default `run()`, which waits for its cancellation, is right.

    func close() async {
        state.withLock { state in
            // Idempotent, and it frees the memory.
            state = State(isClosed: true)
        }
    }

    func withOpenState<Result>(_ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw StorageError(.closed, "The log in memory was closed.", outcome: .notRecorded) }
            return try body(&state)
        }
    }
}

/// Collects the events of a page that are looked at one after the other, up to its bounds.
private struct PageCollector {
    private(set) var page = EventPage()
    private let query: EventQuery
    private var bytes = 0

    init(_ query: EventQuery) {
        self.query = query
    }

    /// Looks at an event, and takes it if it passes the filter; false: the page ends with it.
    mutating func takes(_ event: LoggedEvent) -> Bool {
        page.continuation = query.order.after(event.timeKey)
        guard query.matches(event.event) else {
            page.skipped += 1
            return page.skipped < query.maximumSkipped
        }
        page.events.append(event)
        bytes += event.event.byteCount
        return page.events.count < query.limit && bytes < query.maximumBytes
    }
}
