import AssetlogCore
import AssetlogTesting
import Synchronization
import Testing

@testable import AssetlogLog

@Suite("What an operator does to an exporter")
struct ExporterControlTests {
    private let storage: any Storage
    private let control: ExporterControl

    init() async throws {
        storage = try await GatedStorage.memory()
        control = ExporterControl("warehouse", store: storage)
    }

    /// Appends events that were received at these seconds.
    private func append(_ seconds: [Int64]) throws {
        var batch = EventBatch()
        for second in seconds {
            let time = Timestamp(microseconds: second * 1_000_000)
            let id = EventID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max))
            batch.append(Event(id: id, kind: .observation, assetKey: AssetKey(["a"]), timestamp: time, receivedAt: time))
        }
        _ = try storage.append(batch)
    }

    private func keep(_ sequences: some Sequence<Int64>, isReplayRequested: Bool = false) async throws {
        let letters = sequences.map { sequence in
            DeadLetter(
                sequence: sequence, log: LogID(high: 1, low: 1), event: EventID(high: 1, low: UInt64(sequence)), attempts: 1,
                failedAt: .now(), message: "no", isReplayRequested: isReplayRequested)
        }
        try await storage.keepDeadLetters(letters, of: "warehouse")
    }

    @Test(
        "a replay by time begins with the first event that was received then or later",
        arguments: [(0, 1), (10, 1), (11, 2), (20, 2), (21, 5), (30, 5), (31, 6), (40, 6)])
    func byTime(_ second: Int64, _ first: Int64) async throws {
        try append([10, 20, 20, 20, 30, 40])
        let log = CountingLog(inner: storage)
        let cursor = try await control.replay(from: .time(Timestamp(microseconds: second * 1_000_000)), of: log)
        #expect(cursor == ConsumerCursor(consumer: "warehouse", generation: 1, position: first - 1))
    }

    @Test("a replay by time reads a few events of a large log")
    func fewReads() async throws {
        try append(Array(1...5000))
        let log = CountingLog(inner: storage)
        let cursor = try await control.replay(from: .time(Timestamp(microseconds: 4321 * 1_000_000)), of: log)
        #expect(cursor.position == 4320)
        #expect(log.reads <= 14)
    }

    @Test("a replay that would begin outside the log is refused, and changes nothing")
    func outside() async throws {
        await #expect(throws: ReplayProblem.self) { try await control.replay(from: .time(.now()), of: storage) }
        try append([10, 20])
        for start in [ReplayStart.sequence(0), .sequence(4), .time(Timestamp(microseconds: 21_000_000))] {
            await #expect(throws: ReplayProblem.self, "\(start)") { try await control.replay(from: start, of: storage) }
        }
        #expect(try await storage.cursors() == [])
        // All events may be skipped.
        #expect(try await control.replay(from: .sequence(3), of: storage).position == 2)
    }

    @Test("more dead letters than are read at once are replayed, and discarded")
    func manyDeadLetters() async throws {
        try await keep(1...1200)
        #expect(try await control.replay(.sequences([1, 700, 1200])) == 3)
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 10).map(\.sequence) == [1, 700, 1200])
        #expect(try await control.replay(.all) == 1200)
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 5000).count == 1200)
        #expect(try await control.discard(.sequences([5, 1199])) == 2)
        #expect(try await control.discard(.all) == 1198)
    }

    @Test("a dead letter that is not there is named, and none is changed")
    func missing() async throws {
        try await keep([3, 600])
        for sequences: Set<Int64> in [[3, 4], [601], [600, 2, 1]] {
            await #expect(throws: MissingDeadLetters.self) { try await control.replay(.sequences(sequences)) }
            await #expect(throws: MissingDeadLetters.self) { try await control.discard(.sequences(sequences)) }
        }
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 10) == [])
        #expect(try await storage.deadLetterCount(of: "warehouse") == 2)
        let many = MissingDeadLetters(sequences: Array(1...12))
        #expect(many.description.contains("1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"))
    }

    @Test("one that was requested before is not kept again, for its exporter may remove it at any moment")
    func requestedBefore() async throws {
        try await keep([1, 2], isReplayRequested: true)
        try await keep([3])
        let store = KeepingStore(inner: storage)
        #expect(try await ExporterControl("warehouse", store: store).replay(.all) == 3)
        #expect(store.kept == [3])
    }
}

/// A log that counts the pages that are read.
private final class CountingLog: ForwardingStorage {
    let inner: any Storage
    private let count = Mutex(0)
    var reads: Int { count.withLock { $0 } }

    init(inner: any Storage) { self.inner = inner }

    func events(_ query: EventQuery) async throws -> EventPage {
        count.withLock { $0 += 1 }
        return try await inner.events(query)
    }
}

/// A store that remembers which dead letters it was told to keep.
private final class KeepingStore: ForwardingStorage {
    let inner: any Storage
    private let sequences = Mutex<[Int64]>([])
    var kept: [Int64] { sequences.withLock { $0 } }

    init(inner: any Storage) { self.inner = inner }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        sequences.withLock { $0 += letters.map(\.sequence) }
        try await inner.keepDeadLetters(letters, of: consumer)
    }
}
