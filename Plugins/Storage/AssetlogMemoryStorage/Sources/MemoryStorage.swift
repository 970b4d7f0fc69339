import AssetlogCore
import Synchronization

/// The log in an array.
///
/// Appending happens on the writer's thread while tasks read, so all state is in one value behind one lock. That is
/// enough for a storage in memory; one that does input and output must not do it on the threads of Swift's tasks.
final class MemoryStorage: Storage {
    private struct State {
        var events: [LoggedEvent] = []
        var places: [EventIdentity: Int] = [:]
        var moments = SortedMoments()
        var cursors: [String: ConsumerCursor] = [:]
        var deadLetters: [String: [Int64: DeadLetter]] = [:]
        var pauses: [String: String] = [:]
        var isClosed = false

        func event(_ id: EventID, in deployment: String) -> LoggedEvent? {
            places[EventIdentity(id, in: deployment)].map { events[$0] }
        }

        mutating func add(_ event: Event) {
            places[EventIdentity(event.id, in: event.deployment)] = events.count
            let logged = LoggedEvent(sequence: Int64(events.count) + 1, event: event)
            events.append(logged)
            moments.append(logged.timeKey)
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

    func append(_ batch: EventBatch) throws -> AppendOutcome {
        try withOpenState { state in
            // All or nothing: whatever can fail comes before the first change.
            guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.", outcome: .notRecorded) }
            let plan = batch.plan { $0.match(state.event($0.id, in: String(decoding: $0.deployment, as: UTF8.self))) }
            guard state.events.count + plan.insertionCount <= maximumEvents else {
                throw StorageError(
                    .full,
                    "The log in memory is full: it holds \(state.events.count) of at most \(maximumEvents) events."
                        + " Raise storage.memory.maximum_events, or use the sqlite storage.", outcome: .notRecorded)
            }
            let last = Int64(state.events.count)
            for index in plan.insertions.joined() { state.add(batch.withColumns(at: index) { $0.event }) }
            return plan.outcome(after: last)
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        try withOpenState { state in
            // The event of sequence n is at index n - 1.
            let count = state.events.count
            switch query.order {
            case .ascending(let after):
                let start = Int(clamping: max(0, after))
                return page(query, of: state.events, at: start..<max(start, count), from: after)
            case .descending(let before):
                let end = min(Int(clamping: max(1, before ?? Int64.max)) - 1, count)
                return page(query, of: state.events, at: (0..<end).reversed(), from: before ?? 0)
            case .latest(let before):
                let places = state.moments.before(before).reversed().lazy.map { Int($0.sequence) - 1 }
                return pageByTime(query, of: state.events, at: places)
            }
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try withOpenState { $0.event(id, in: deployment) }
    }

    func logID() async throws -> LogID { try withOpenState { _ in log } }

    func statistics() async throws -> StorageStatistics {
        try withOpenState { state in
            StorageStatistics(events: Int64(state.events.count), head: Int64(state.events.count))
        }
    }

    private func page(
        _ query: EventQuery, of events: [LoggedEvent], at places: some Sequence<Int>, from start: Int64
    ) -> EventPage {
        var collector = PageCollector(query, from: start)
        for place in places {
            collector.page.next = events[place].sequence
            if !collector.takes(events[place]) { break }
        }
        return collector.page
    }

    private func pageByTime(
        _ query: EventQuery, of events: [LoggedEvent], at places: some Sequence<Int>
    ) -> EventPage {
        var collector = PageCollector(query, from: query.order.start)
        for place in places {
            collector.page.next = events[place].sequence
            collector.page.timeKey = events[place].timeKey
            if !collector.takes(events[place]) { break }
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

    private func withOpenState<Result>(_ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw StorageError(.closed, "The log in memory was closed.", outcome: .notRecorded) }
            return try body(&state)
        }
    }
}

/// Collects the events of a page that are looked at one after the other, up to its bounds.
private struct PageCollector {
    var page: EventPage
    private let query: EventQuery
    private var bytes = 0

    init(_ query: EventQuery, from start: Int64) {
        self.query = query
        page = EventPage(events: [], next: start)
    }

    /// Takes the event if it passes the filter; false: the page ends with it.
    mutating func takes(_ event: LoggedEvent) -> Bool {
        guard query.matches(event.event) else {
            page.skipped += 1
            return page.skipped < query.maximumSkipped
        }
        page.events.append(event)
        bytes += event.event.byteCount
        return page.events.count < query.limit && bytes < query.maximumBytes
    }
}
