import AssetlogCore
import Foundation
import Synchronization

/// The log in one append-only file, and in memory for reading.
///
/// One record of the file is one batch, so that a batch is in the log as a whole or not at all. A record of sixteen bytes, which
/// is too short for a batch, holds the log's identity.
final class FlatFileStorage: Storage {
    private struct State {
        var events: [LoggedEvent] = []
        var indices: [EventIdentity: Int] = [:]
        var cursors: [String: ConsumerCursor] = [:]
        var undelivered = UndeliveredEvents()
        var isClosed = false

        func event(_ id: EventID, in deployment: String) -> LoggedEvent? {
            indices[EventIdentity(id, in: deployment)].map { events[$0] }
        }

        mutating func add(_ event: LoggedEvent) {
            indices[EventIdentity(event.id, in: event.deployment)] = events.count
            events.append(event)
        }
    }

    private let maximumEvents: Int
    private let log: LogID
    private let cursorFile: SmallFile<[CursorEntry]>
    private let undeliveredFile: SmallFile<UndeliveredEvents>
    private let state: Mutex<State>
    // Beside the state, so that readers don't wait for the disk. Nil when closed.
    private let file: Mutex<RecordFile?>
    private let thread = BlockingPool("flatfile")

    init(directory: String, maximumEvents: Int) throws {
        self.maximumEvents = maximumEvents
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        var state = State()
        var log: LogID?
        let file = try RecordFile(path: "\(directory)/events.log") { record in
            if let id = LogID(bytes: record) { return log = id }
            var reader = BatchReader(record)
            while !reader.isAtEnd {
                guard let event = reader.event() else {
                    throw StorageError(.damaged, "\(directory)/events.log has a record that is not a batch of events.")
                }
                state.add(event)
            }
        }
        // In the log's own file, so that a new log can't have the identity of an old one.
        if let log {
            self.log = log
        } else {
            self.log = LogID.random()
            try file.append(self.log.bytes)
        }
        cursorFile = SmallFile(path: "\(directory)/cursors.json", loss: "all consumers start from the beginning")
        for entry in try cursorFile.read() ?? [] { state.cursors[entry.cursor.consumer] = entry.cursor }
        undeliveredFile = SmallFile(
            path: "\(directory)/undelivered.json", loss: "all dead letters are gone, and paused consumers go on")
        state.undelivered = try undeliveredFile.read() ?? UndeliveredEvents()
        self.state = Mutex(state)
        self.file = Mutex(file)
    }

    // MARK: The log

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        guard !batch.isEmpty else { throw StorageError(.unavailable, "An empty batch can't be appended.", outcome: .notRecorded) }
        return try file.withLock { file in
            guard let file else { throw Self.closed }
            let (plan, last, count) = state.withLock { state in
                let plan = batch.plan { columns in
                    columns.match(state.event(columns.id, in: String(decoding: columns.deployment, as: UTF8.self)))
                }
                return (plan, state.events.last?.sequence ?? 0, state.events.count)
            }
            guard count + plan.insertionCount <= maximumEvents else {
                throw StorageError(.full, "The log holds \(count) of at most \(maximumEvents) events.", outcome: .notRecorded)
            }
            var events: [LoggedEvent] = []
            var writer = BatchWriter()
            for (sequence, index) in zip((last + 1)..., plan.insertions.joined()) {
                let event = LoggedEvent(sequence: sequence, event: batch.withColumns(at: index) { $0.event })
                writer.append(event)
                events.append(event)
            }
            guard !events.isEmpty else { return plan.outcome(after: last) }
            // First durable, then visible.
            try file.append(writer.bytes)
            state.withLock { state in
                for event in events { state.add(event) }
            }
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
                return page(query, of: state.events, at: start..<max(start, count))
            case .descending(let before):
                let end = min(Int(clamping: max(1, before ?? .max)) - 1, count)
                return page(query, of: state.events, at: (0..<end).reversed())
            case .latest(let before):
                // Sorted for each page: short, and slow in a large log. A storage of your own has an index for it.
                let indices = state.events.indices
                    .filter { index in
                        query.matches(state.events[index].event) && before.map { state.events[index].timeKey < $0 } ?? true
                    }
                    .sorted { state.events[$0].timeKey > state.events[$1].timeKey }
                return page(query, of: state.events, at: indices)
            }
        }
    }

    private func page(
        _ query: EventQuery, of events: [LoggedEvent], at indices: some Sequence<Int>
    ) -> EventPage {
        // Of no events: nothing follows.
        var page = EventPage()
        var bytes = 0
        for index in indices {
            page.continuation = query.order.after(events[index].timeKey)
            // Every filter there is, also one of a later release.
            guard query.matches(events[index].event) else {
                page.skipped += 1
                if page.skipped >= query.maximumSkipped { break }
                continue
            }
            page.events.append(events[index])
            bytes += events[index].event.byteCount
            if page.events.count >= query.limit || bytes >= query.maximumBytes { break }
        }
        return page
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try withOpenState { $0.event(id, in: deployment) }
    }

    func logID() async throws -> LogID { try withOpenState { _ in log } }

    func statistics() async throws -> StorageStatistics {
        try withOpenState { StorageStatistics(events: Int64($0.events.count), head: $0.events.last?.sequence ?? 0) }
    }

    // MARK: The consumers

    func cursors() async throws -> [ConsumerCursor] {
        try withOpenState { $0.cursors.values.sorted { $0.consumer < $1.consumer } }
    }

    func cursor(of consumer: String) async throws -> ConsumerCursor {
        try withOpenState { state in
            let cursor = state.cursors[consumer] ?? ConsumerCursor(consumer: consumer)
            state.cursors[consumer] = cursor
            return cursor
        }
    }

    // Kept in memory until `close`: a crash may set a cursor back, and the consumer then gets some events again.
    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        try withOpenState { state in
            guard state.cursors[cursor.consumer]?.generation == cursor.generation else { return false }
            state.cursors[cursor.consumer] = cursor
            return true
        }
    }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        let (cursor, all) = try withOpenState { state in
            let generation = (state.cursors[consumer]?.generation ?? 0) + 1
            let cursor = ConsumerCursor(consumer: consumer, generation: generation, position: position)
            state.cursors[consumer] = cursor
            return (cursor, Array(state.cursors.values))
        }
        try await save(all)
        return cursor
    }

    // Waits for the disk on a thread of its own, never on those of Swift's tasks.
    private func save(_ cursors: [ConsumerCursor]) async throws {
        try await thread.run { [cursorFile] in try cursorFile.write(cursors.map { CursorEntry($0) }) }
    }

    // MARK: Dead letters and pauses

    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try deadLetters(of: consumer, limit: limit) { $0.sequence > sequence }
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try deadLetters(of: consumer, limit: limit) { $0.isReplayRequested }
    }

    private func deadLetters(of consumer: String, limit: Int, where condition: (DeadLetter) -> Bool) throws -> [DeadLetter] {
        try withOpenState { state in
            let letters = (state.undelivered.letters[consumer] ?? [:]).values.compactMap(\.letter).filter(condition)
            return Array(letters.sorted { $0.sequence < $1.sequence }.prefix(limit))
        }
    }

    func deadLetterCount(of consumer: String) async throws -> Int {
        try withOpenState { $0.undelivered.letters[consumer]?.count ?? 0 }
    }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try await change { undelivered in
            for letter in letters { undelivered.letters[consumer, default: [:]][letter.sequence] = DeadLetterEntry(letter) }
        }
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try await change { undelivered in
            let letters = undelivered.letters[consumer] ?? [:]
            let rest = sequences.map { sequences in letters.filter { !sequences.contains($0.key) } }
            undelivered.letters[consumer] = rest
            return letters.count - (rest?.count ?? 0)
        }
    }

    func setPause(of consumer: String, _ reason: String?) async throws {
        try await change { $0.pauses[consumer] = reason }
    }

    func pause(of consumer: String) async throws -> String? { try withOpenState { $0.undelivered.pauses[consumer] } }

    // There is one thread, so that no change overtakes another one on its way to the disk.
    private func change<Result: Sendable>(_ body: @escaping @Sendable (inout UndeliveredEvents) -> Result) async throws -> Result {
        try await thread.run {
            let (result, undelivered) = try self.withOpenState { (body(&$0.undelivered), $0.undelivered) }
            try self.undeliveredFile.write(undelivered)
            return result
        }
    }

    // MARK: Life cycle

    func close() async {
        let cursors = state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.isClosed ? nil : Array(state.cursors.values)
        }
        guard let cursors else { return }
        try? await save(cursors)
        file.withLock { $0 = nil }
    }

    private func withOpenState<Result>(_ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw Self.closed }
            return try body(&state)
        }
    }

    private static let closed = StorageError(.closed, "The flat file was closed.", outcome: .notRecorded)
}
