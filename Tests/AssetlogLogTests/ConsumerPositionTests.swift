import AssetlogCore
import Logging
import Synchronization
import Testing

@testable import AssetlogLog

@Suite("A consumer on a log that is not what it was")
struct ConsumerPositionTests {
    /// A log whose identity, events and damage a test chooses.
    private final class ChangingLog: Storage {
        struct State {
            var log = LogID(high: 1, low: 1)
            var events: [LoggedEvent] = []
            var damaged: Set<Int64> = []
            var cursors: [String: ConsumerCursor] = [:]
        }

        let state = Mutex(State())

        func write(_ count: Int, seed: UInt64 = 1) {
            state.withLock { state in
                let last = state.events.last?.sequence ?? 0
                for sequence in last + 1...last + Int64(count) {
                    let event = Event(
                        id: EventID(high: seed, low: UInt64(sequence)), kind: .materialization, assetKey: AssetKey(["a"]),
                        timestamp: .now(), receivedAt: .now())
                    state.events.append(LoggedEvent(sequence: sequence, event: event))
                }
            }
        }

        func append(_ batch: borrowing EventBatch) throws -> AppendOutcome { throw StorageError(.full, "not asked for") }
        func events(_ query: EventQuery) async throws -> EventPage {
            try state.withLock { state in
                var found = state.events
                switch query.order {
                case .ascending(let after): found.removeAll { $0.sequence <= after }
                case .descending(let before): found = found.reversed().filter { $0.sequence < before ?? .max }
                case .latest: break
                }
                let page = Array(found.prefix(query.limit))
                if let bad = page.first(where: { state.damaged.contains($0.sequence) }) {
                    throw StorageError(.damaged, "The event \(bad.sequence) is damaged.", sequence: bad.sequence)
                }
                return EventPage(events: page, continuation: page.last.map { query.order.after($0.timeKey) })
            }
        }
        func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? { nil }
        func statistics() async throws -> StorageStatistics {
            state.withLock { StorageStatistics(events: Int64($0.events.count), head: $0.events.last?.sequence ?? 0) }
        }
        func logID() async throws -> LogID { state.withLock { $0.log } }
        func cursors() async throws -> [ConsumerCursor] { state.withLock { Array($0.cursors.values) } }
        func cursor(of consumer: String) async throws -> ConsumerCursor {
            state.withLock { $0.cursors[consumer] ?? ConsumerCursor(consumer: consumer) }
        }
        func advance(_ cursor: ConsumerCursor) async throws -> Bool {
            state.withLock { state in
                guard state.cursors[cursor.consumer]?.generation ?? 0 == cursor.generation else { return false }
                state.cursors[cursor.consumer] = cursor
                return true
            }
        }
        func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
            state.withLock { state in
                let generation = (state.cursors[consumer]?.generation ?? 0) + 1
                let cursor = ConsumerCursor(consumer: consumer, generation: generation, position: position)
                state.cursors[consumer] = cursor
                return cursor
            }
        }
        func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] { [] }
        func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] { [] }
        func deadLetterCount(of consumer: String) async throws -> Int { 0 }
        func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {}
        func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int { 0 }
        func setPause(of consumer: String, _ reason: String?) async throws {}
        func pause(of consumer: String) async throws -> String? { nil }
        func close() async {}
    }

    /// A destination that passes over what it has, as an exporter that shows every event once.
    private final class Destination: LogConsumer {
        struct State {
            var shown: [EventID] = []
            var position: DeliveredPosition?
        }

        let state = Mutex(State())

        func consume(_ batch: ConsumerBatch) async throws {
            state.withLock { state in
                let isSame = state.position?.log == batch.log && state.position?.generation == batch.generation
                let known = isSame ? state.position?.sequence ?? 0 : 0
                for event in batch.events where event.sequence > known {
                    state.shown.append(event.id)
                    state.position = DeliveredPosition(
                        log: batch.log, generation: batch.generation, sequence: event.sequence, event: event.id)
                }
            }
        }
        func position() async throws -> DeliveredPosition? { state.withLock { $0.position } }
        var shown: [EventID] { state.withLock { $0.shown } }
    }

    private let log = ChangingLog()
    private let destination = Destination()

    private func runner() -> ConsumerRunner {
        let settings = ConsumerSettings(
            batchEvents: 10, pollInterval: .milliseconds(20), saveInterval: .milliseconds(10),
            firstPause: .milliseconds(5), longestPause: .milliseconds(20))
        return ConsumerRunner(
            name: "audit", consumer: destination, log: log, cursors: log, changes: { AsyncStream { _ in } }, settings: settings,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Runs the consumer until it has shown so many events, and a little longer.
    private func run(until count: Int) async throws {
        let runner = runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { destination.shown.count >= count }, "shown: \(destination.shown.count)")
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await task.value
        #expect(destination.shown.count == count)
    }

    private var all: [EventID] { log.state.withLock { $0.events.map(\.id) } }

    @Test("shows every new event of a log that was restored without its cursors and went on differently")
    func restoredWithoutCursors() async throws {
        log.write(20)
        try await run(until: 20)
        log.state.withLock { state in
            state.events.removeLast(10)
            state.cursors = [:]
        }
        log.write(15, seed: 2)
        try await run(until: 45)
        #expect(Array(destination.shown.suffix(25)) == all)
    }

    @Test("shows every new event of a log that was restored with its cursors, and of the old ones only those behind the cursor")
    func restoredWithCursors() async throws {
        log.write(8)
        try await run(until: 8)
        let backup = log.state.withLock { $0 }
        log.write(12)
        try await run(until: 20)
        log.state.withLock { $0 = backup }
        log.write(15, seed: 2)
        try await run(until: 35)
        #expect(Array(destination.shown.suffix(15)) == all.suffix(15))
        #expect(try await log.cursor(of: "audit").generation == 1)
    }

    @Test("shows every event of another log, whatever its sequences, and leaves the cursor of the old one")
    func otherLog() async throws {
        log.write(20)
        try await run(until: 20)
        log.state.withLock { state in
            state.log = LogID(high: 9, low: 9)
            state.events = []
        }
        log.write(15, seed: 2)
        try await run(until: 35)
        #expect(Array(destination.shown.suffix(15)) == all)
        let cursor = try await log.cursor(of: "audit")
        #expect(cursor.log == LogID(high: 9, low: 9) && cursor.position == 15 && cursor.event == all.last)
    }

    @Test("notices at once that the log has lost its end while it reads")
    func losesItsEnd() async throws {
        log.write(20)
        let runner = runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { destination.shown.count == 20 })
        log.state.withLock { $0.events.removeLast(10) }
        #expect(try await eventually { runner.status.generation == 1 })
        log.write(15, seed: 2)
        #expect(try await eventually { destination.shown.suffix(15).elementsEqual(all.suffix(15)) })
        task.cancel()
        await task.value
    }

    @Test("follows the generation of its destination when the cursors were lost, and shows nothing twice")
    func lostCursors() async throws {
        log.write(20)
        _ = try await log.replay("audit", after: 0)
        _ = try await log.replay("audit", after: 0)
        try await run(until: 20)
        log.state.withLock { $0.cursors = [:] }
        log.write(3)
        try await run(until: 23)
        #expect(destination.shown == all)
        #expect(try await log.cursor(of: "audit").generation == 2)
        // A replay that an operator asks for then is one.
        _ = try await log.replay("audit", after: 20)
        try await run(until: 26)
    }

    @Test("delivers what stands before a damaged event, and stops there, visibly, until it is replayed from behind it")
    func damaged() async throws {
        log.write(40)
        _ = log.state.withLock { $0.damaged.insert(26) }
        let runner = runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == .stopped })
        #expect(destination.shown == Array(all.prefix(25)))
        #expect(runner.status.lastError == "The event 26 is damaged.")
        #expect(runner.status.position == 25)
        _ = try await log.replay("audit", after: 26)
        #expect(try await eventually { destination.shown.count == 39 })
        #expect(destination.shown == all.filter { $0 != all[25] })
        task.cancel()
        await task.value
    }
}
