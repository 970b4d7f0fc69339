import AssetlogCore
import AssetlogLog
import AssetlogTesting
import Foundation
import Logging
import Synchronization
import Testing

@Suite("Slices and identities in the event log")
struct EventLogSliceTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// An event whose name is its identity and its asset.
    private static func event(_ name: String, _ details: String = "{}") -> Event {
        Event(
            id: EventID(high: 9, low: UInt64(name.utf8.reduce(0) { ($0 * 31 + UInt64($1)) % 1_000_003 })),
            kind: .check, assetKey: AssetKey([name]), timestamp: Timestamp(microseconds: 1),
            receivedAt: Timestamp(microseconds: 1), details: Array(details.utf8))
    }

    /// A slice of events whose identities a client chose.
    private static func slice(_ names: String..., details: String = "{}") -> EventBatch {
        var batch = EventBatch()
        for name in names { batch.append(event(name, details), clientChoice: .identity) }
        return batch
    }

    private static func assets(_ log: EventLog) async throws -> [String] {
        try await log.storage.events(EventQuery(limit: 1000)).events.flatMap(\.assetKey.parts)
    }

    @Test("a listener is notified of what became of each event, in order")
    func completions() async throws {
        let log = EventLog(storage: try await GatedStorage.memory(), logger: Self.logger)
        log.start()
        #expect(try await log.append(Self.slice("old", "other")).sequences == 1...2)
        let listeners = [Listener(), Listener()]
        let events: [(Event, ClientChoice)] = [
            (Self.event("new"), .identity), (Self.event("server"), []), (Self.event("old"), .identity),
            (Self.event("other", #"{"x":1}"#), .identity), (Self.event("new"), .identity), (Self.event("last"), .identity),
        ]
        // Nobody commits before the start, so that all are in one commit.
        let second = EventLog(storage: log.storage, logger: Self.logger)
        for (token, (event, choice)) in events.enumerated() {
            let result = event.withColumns(choice) {
                second.submit($0, completionToken: UInt(token), mayGather: false, for: listeners[token % 2])
            }
            if case .queued = result { continue }
            Issue.record("the event \(token) is \(result)")
        }
        second.start()
        await second.drain()
        #expect(listeners[0].lines == ["0 committed", "2 duplicate 1", "4 duplicate 3"])
        #expect(listeners[1].lines == ["1 committed", "3 conflict 2", "5 committed"])
        #expect(try await Self.assets(second) == ["old", "other", "new", "server", "last"])
        await log.drain()
    }

    @Test("a slice hears what became of it by itself, whatever shares its commit")
    func slices() async throws {
        let log = EventLog(storage: try await GatedStorage.memory(), logger: Self.logger)
        @Sendable func group() -> EventBatch {
            var batch = EventBatch()
            batch.append(Self.event("free"), clientChoice: .identity)
            batch.beginGroup()
            batch.append(Self.event("b"), clientChoice: .identity)
            batch.append(Self.event("a", #"{"x":1}"#), clientChoice: .identity)
            batch.endGroup()
            return batch
        }
        let slices: [@Sendable () -> EventBatch] = [
            { Self.slice("a", "b") }, { Self.slice("b", "c", "a") }, group, { Self.slice("d") },
        ]
        var outcomes: [Task<AppendOutcome, any Error>] = []
        for (count, slice) in slices.enumerated() {
            outcomes.append(Task { try await log.append(slice()) })
            while log.queue.events < [2, 5, 8, 9][count] { await Task.yield() }
        }
        log.start()
        #expect(try await outcomes[0].value == AppendOutcome(sequences: 1...2))
        #expect(
            try await outcomes[1].value
                == AppendOutcome(
                    sequences: 3...3,
                    skippedEvents: [
                        SkippedEvent(index: 0, reason: .duplicate(sequence: 2)),
                        SkippedEvent(index: 2, reason: .duplicate(sequence: 1)),
                    ]))
        #expect(
            try await outcomes[2].value
                == AppendOutcome(
                    sequences: 4...4,
                    skippedEvents: [
                        SkippedEvent(index: 1, reason: .duplicate(sequence: 2)),
                        SkippedEvent(index: 2, reason: .conflict(sequence: 1)),
                    ]))
        #expect(try await outcomes[3].value == AppendOutcome(sequences: 5...5))
        #expect(try await Self.assets(log) == ["a", "b", "c", "free", "d"])
        #expect(try await log.append(EventBatch()) == AppendOutcome())
        await log.drain()
    }

    @Test("a commit of nothing but duplicates is no news to consumers")
    func duplicatesAreNoNews() async throws {
        let log = EventLog(storage: try await GatedStorage.memory(), logger: Self.logger)
        log.start()
        _ = try await log.append(Self.slice("a"))
        let changes = log.changes()
        let news = Task { await changes.reduce(0) { count, _ in count + 1 } }
        #expect(try await log.append(Self.slice("a")).sequences == nil)
        await log.drain()
        #expect(await news.value == 0)
    }

    @Test("the queue counts the bytes of every column")
    func countsBytes() async throws {
        let log = EventLog(
            storage: try await GatedStorage.memory(), limits: .init(queuedBytes: 1000), logger: Self.logger)
        var event = Self.event("a")
        event.partition = String(repeating: "p", count: 300)
        event.reportedBy = String(repeating: "r", count: 300)
        let listener = Listener()
        func submit() -> EnqueueResult { event.withColumns { log.submit($0, completionToken: 0, mayGather: false, for: listener) } }
        let results = [submit(), submit()].map { "\($0)" }
        #expect(results == ["queued", "full"])
        #expect(log.queue.bytes > 600)
        log.start()
        await log.drain()
    }

    @Test("slices that wait for room share a commit only up to their bound, in their order, and reports go between them")
    func waitsForRoom() async throws {
        let storage = try await GatedStorage()
        let log = EventLog(storage: storage, limits: .init(sliceEvents: 4), logger: Self.logger)
        log.start()
        // The first commit holds the writer; the rest waits.
        let listener = Listener()
        _ = Self.event("first").withColumns { log.submit($0, completionToken: 0, mayGather: false, for: listener) }
        await storage.hasBegun()
        var outcomes: [Task<AppendOutcome, any Error>] = []
        for index in 0..<6 {
            outcomes.append(Task { try await log.appendWhenRoom(Self.slice("\(index)a", "\(index)b")) })
            // One after the other, so that their order is known. The queue shows only those with room.
            while log.waitingSliceCount + (log.queue.events - 1) / 2 < index + 1 { await Task.yield() }
        }
        #expect(log.queue.events == 1 + 4)
        #expect(log.waitingSliceCount == 4)
        _ = Self.event("report").withColumns { log.submit($0, completionToken: 1, mayGather: false, for: listener) }
        for _ in 0..<4 { storage.permit() }
        for (index, outcome) in outcomes.enumerated() {
            // The report is in the first commit that any slice is in.
            let first = Int64(2 + index * 2 + (index < 2 ? 0 : 1))
            #expect(try await outcome.value.sequences == first...first + 1)
        }
        #expect(storage.sizes == [1, 5, 4, 4])
        #expect(listener.lines == ["0 committed", "1 committed"])
        storage.open()
        await log.drain()
    }

    @Test("reports that may wait for others are committed with them, at once when one comes that may not, or at the end")
    func gathersReports() async throws {
        let storage = try await GatedStorage()
        storage.open()
        let log = EventLog(storage: storage, limits: .init(gatheringTime: .seconds(600)), logger: Self.logger)
        log.start()
        let listener = Listener()
        func submit(_ token: UInt, mayGather: Bool) async {
            _ = Self.event("report").withColumns { log.submit($0, completionToken: token, mayGather: mayGather, for: listener) }
        }
        func hasCommitted(_ count: Int) async { while listener.lines.count < count { await Task.yield() } }
        await submit(0, mayGather: true)
        await hasCommitted(1)
        await submit(1, mayGather: true)
        await submit(2, mayGather: true)
        await submit(3, mayGather: false)
        await hasCommitted(4)
        await submit(4, mayGather: true)
        await hasCommitted(5)
        await submit(5, mayGather: true)
        await log.drain()
        #expect(storage.sizes == [1, 3, 1, 1])
        #expect(listener.lines == (0..<6).map { "\($0) committed" })
    }

    @Test("reports that may wait for others do so no longer than that")
    func gathersForSomeTime() async throws {
        let storage = try await GatedStorage()
        storage.open()
        let log = EventLog(storage: storage, limits: .init(gatheringTime: .milliseconds(5)), logger: Self.logger)
        log.start()
        let listener = Listener()
        for token in 0..<5 {
            _ = Self.event("report").withColumns {
                log.submit($0, completionToken: UInt(token), mayGather: true, for: listener)
            }
            while listener.lines.count < token + 1 { await Task.yield() }
        }
        await log.drain()
        #expect(storage.sizes == [1, 1, 1, 1, 1])
    }

    @Test("a slice that waits gets room when the queue was full, however large it is, and append throws in the meantime")
    func waitsForFullQueue() async throws {
        let storage = try await GatedStorage()
        let log = EventLog(storage: storage, limits: .init(queuedEvents: 3), logger: Self.logger)
        log.start()
        let first = Task { try await log.append(Self.slice("a", "b", "c")) }
        await storage.hasBegun()
        await #expect { try await log.append(Self.slice("d")) } throws: { ($0 as? LogError)?.code == .full }
        let waiting = Task { try await log.appendWhenRoom(Self.slice("d", "e", "f", "g", "h")) }
        while log.queue.events == 3 { await Task.yield() }
        storage.open()
        #expect(try await first.value.sequences == 1...3)
        #expect(try await waiting.value.sequences == 4...8)
        await log.drain()
        await #expect { try await log.appendWhenRoom(Self.slice("i")) } throws: { ($0 as? LogError)?.code == .closed }
    }

    @Test("a caller that is cancelled while it waits for room records nothing; in a commit it hears its fate")
    func cancelled() async throws {
        let storage = try await GatedStorage()
        let log = EventLog(storage: storage, limits: .init(sliceEvents: 2), logger: Self.logger)
        log.start()
        let committing = Task { try await log.appendWhenRoom(Self.slice("a", "b")) }
        await storage.hasBegun()
        let queued = Task { try await log.appendWhenRoom(Self.slice("c", "d")) }
        while log.queue.events < 4 { await Task.yield() }
        let waiting = Task { try await log.appendWhenRoom(Self.slice("e", "f")) }
        while log.waitingSliceCount < 1 { await Task.yield() }
        let behind = Task { try await log.appendWhenRoom(Self.slice("g")) }
        while log.waitingSliceCount < 2 { await Task.yield() }
        for task in [committing, queued, waiting] { task.cancel() }
        await #expect(throws: CancellationError.self) { try await waiting.value }
        storage.open()
        #expect(try await committing.value.sequences == 1...2)
        #expect(try await queued.value.sequences == 3...4)
        #expect(try await behind.value.sequences == 5...5)
        #expect(try await Self.assets(log) == ["a", "b", "c", "d", "g"])
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await log.append(Self.slice("h"))
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        await log.drain()
    }

    @Test("a slice that waited for room returns after the pause that the storage advised, or when it is cancelled")
    func pauses() async throws {
        let storage = try await GatedStorage(advisedPause: .seconds(36_000))
        storage.open()
        let log = EventLog(storage: storage, logger: Self.logger)
        log.start()
        let hasReturned = Mutex(false)
        let pausing = Task {
            defer { hasReturned.withLock { $0 = true } }
            return try await log.appendWhenRoom(Self.slice("a"))
        }
        while storage.sizes.isEmpty { await Task.yield() }
        // Others don't wait, and see the event.
        #expect(try await log.append(Self.slice("b")).sequences == 2...2)
        #expect(try await Self.assets(log) == ["a", "b"])
        try await Task.sleep(for: .milliseconds(50))
        #expect(!hasReturned.withLock { $0 })
        pausing.cancel()
        #expect(try await pausing.value.sequences == 1...1)
        await log.drain()
    }

    @Test("slices that wait for room are committed before the log ends")
    func drains() async throws {
        let storage = try await GatedStorage()
        let log = EventLog(storage: storage, limits: .init(sliceEvents: 1), logger: Self.logger)
        log.start()
        let outcomes = (0..<5).map { index in Task { try await log.appendWhenRoom(Self.slice("\(index)")) } }
        while log.waitingSliceCount < 3 { await Task.yield() }
        let end = Task { await log.drain() }
        while case .ready = log.health { await Task.yield() }
        storage.open()
        var sequences: Set<Int64> = []
        for outcome in outcomes { sequences.formUnion(try await outcome.value.sequences.map { Set($0) } ?? []) }
        #expect(sequences == [1, 2, 3, 4, 5])
        await end.value
    }

    @Test("a slice whose commit fails hears the storage's error")
    func fails() async throws {
        let storage = try await GatedStorage.memory()
        await storage.close()
        let log = EventLog(storage: storage, logger: Self.logger)
        log.start()
        await #expect {
            try await log.appendWhenRoom(Self.slice("a"))
        } throws: { error in
            let error = error as? LogError
            return error?.code == .failed && (error?.cause as? StorageError)?.code == .closed
        }
        await log.drain()
    }
}

/// Writes down what it is notified of.
private final class Listener: CommitListener {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func completed(_ result: consuming CommitResult) {
        var lines: [String] = []
        result.forEach { token, outcome in
            switch outcome {
            case .committed: lines.append("\(token) committed")
            case .skipped(.duplicate(let sequence)): lines.append("\(token) duplicate \(sequence)")
            case .skipped(.conflict(let sequence)): lines.append("\(token) conflict \(sequence ?? 0)")
            case .skipped(let reason): lines.append("\(token) \(reason)")
            case .failed(let error): lines.append("\(token) failed \(error)")
            }
        }
        state.withLock { $0 += lines }
    }
}

extension GatedStorage {
    /// Waits, outside the threads of tasks, until an append has begun.
    fileprivate func hasBegun() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "waiting").async {
                self.began.wait()
                continuation.resume()
            }
        }
    }
}
