import AssetlogCore
import AssetlogTesting
import Logging
import Synchronization
import Testing

@testable import AssetlogLog

@Suite("Following the log")
struct TailTests {
    /// A storage that counts its reads.
    private final class CountingStorage: ForwardingStorage {
        let inner: any Storage
        private let count = Atomic(0)

        init(_ inner: any Storage) { self.inner = inner }

        var reads: Int { count.load(ordering: .relaxed) }

        func events(_ query: EventQuery) async throws -> EventPage {
            count.add(1, ordering: .relaxed)
            return try await inner.events(query)
        }
    }

    /// A storage of which one read finds a damaged event, which is repaired then.
    private final class RepairedStorage: ForwardingStorage {
        let inner: any Storage
        private let isDamaged = Atomic(false)

        init(_ inner: any Storage) { self.inner = inner }

        func damage() { isDamaged.store(true, ordering: .relaxed) }

        func events(_ query: EventQuery) async throws -> EventPage {
            if isDamaged.exchange(false, ordering: .relaxed) { throw StorageError(.damaged, "The event 1 can't be read.", sequence: 1) }
            return try await inner.events(query)
        }
    }

    /// A tail that runs, over a storage.
    private struct Fixture {
        let storage: any Storage
        let tail: Tail
        let memory: MemoryBudget.Share
        private let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

        init(_ storage: any Storage, _ change: (inout Tail.Limits) -> Void = { _ in }) {
            var limits = Tail.Limits()
            change(&limits)
            self.storage = storage
            memory = MemoryBudget(limit: 1 << 30).share(limit: 1 << 30)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            tail = Tail(
                log: storage, changes: { [changes] in changes.stream }, limits: limits, memory: memory, logger: logger)
        }

        /// Appends events, of which every third is a check, and rings as the running log does.
        func append(_ count: Int, details: String = "{}") throws {
            var batch = EventBatch(capacity: 1 << 12)
            for number in 0..<count {
                let isCheck = number % 3 == 2
                batch.append(
                    Event(
                        id: EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)),
                        kind: isCheck ? .check : .observation, assetKey: AssetKey(["a"]), timestamp: .now(), receivedAt: .now(),
                        details: Array((isCheck ? #"{"check_name":"c","passed":true}"# : details).utf8)))
            }
            _ = try storage.append(batch)
            changes.continuation.yield()
        }

        func watch(_ filter: EventFilter = EventFilter(), after position: Int64? = nil) async throws -> (TailWatcher, WakeUp) {
            let bell = WakeUp()
            let watcher = try await tail.watch(filter, after: position, bell: bell) { try await storage.events($0) }
            return (watcher, bell)
        }

        func running(_ body: (Fixture) async throws -> Void) async throws {
            let task = Task { await tail.run() }
            do { try await body(self) } catch {
                task.cancel()
                throw error
            }
            task.cancel()
            await task.value
        }
    }

    /// Follows until the watcher has come to a sequence; returns what it got.
    private static func sequences(_ watcher: TailWatcher, _ bell: WakeUp, until end: Int64) async throws -> [Int64] {
        var all: [Int64] = []
        while watcher.position < end {
            switch try await watcher.next() {
            case .events(let events): all += events.map(\.sequence)
            case .wait: await bell.wait()
            case .dropped:
                Issue.record("dropped at \(watcher.position)")
                return all
            }
        }
        return all
    }

    @Test("begins at the end of the log, and gives each event once, rendered as the API shows it")
    func following() async throws {
        try await Fixture(GatedStorage.memory()).running { fixture in
            try fixture.append(5)
            let (watcher, bell) = try await fixture.watch()
            #expect(watcher.position == 5)
            try fixture.append(3)
            #expect(try await Self.sequences(watcher, bell, until: 8) == [6, 7, 8])
            let (second, other) = try await fixture.watch(after: 7)
            guard case .events(let events) = try await second.next() else { throw Trouble() }
            var json: [UInt8] = []
            EventJSON.append(try #require(events.first?.logged), to: &json)
            #expect(events.map(\.json) == [json])
            #expect(try await Self.sequences(second, other, until: 8) == [])
        }
    }

    @Test("from an older sequence reaches the end without a gap or a double, while events come in", arguments: [0, 1, 777, 4000])
    func joining(_ start: Int64) async throws {
        try await Fixture(GatedStorage.memory()) { $0.pace = .milliseconds(1) }.running { fixture in
            try fixture.append(4000)
            // Another one keeps the window where it is.
            let (first, firstBell) = try await fixture.watch()
            let (watcher, bell) = try await fixture.watch(after: start)
            let writer = Task {
                for _ in 0..<200 {
                    try fixture.append(20)
                    try await Task.sleep(for: .microseconds(200))
                }
            }
            async let other = Self.sequences(first, firstBell, until: 8000)
            #expect(try await Self.sequences(watcher, bell, until: 8000) == Array(start + 1...8000))
            #expect(try await other == Array(4001...8000))
            try await writer.value
        }
    }

    @Test("with a filter moves on with the log, also past events that do not pass", arguments: [nil, 0] as [Int64?])
    func filtering(_ start: Int64?) async throws {
        try await Fixture(GatedStorage.memory()).running { fixture in
            try fixture.append(30)
            let (watcher, bell) = try await fixture.watch(EventFilter(kinds: [.check]), after: start)
            let (nothing, otherBell) = try await fixture.watch(EventFilter(assetKey: AssetKey(["b"])), after: start)
            try fixture.append(30)
            #expect(
                try await Self.sequences(watcher, bell, until: 60)
                    == (1...60).filter { $0 % 3 == 0 && $0 > start ?? 30 })
            #expect(try await Self.sequences(nothing, otherBell, until: 60) == [])
        }
    }

    @Test("too slowly ends with the last sequence, from which another watcher goes on; others lose nothing")
    func slowness() async throws {
        try await Fixture(GatedStorage.memory()) { $0.events = 100 }.running { fixture in
            let (slow, slowBell) = try await fixture.watch()
            let (fast, bell) = try await fixture.watch()
            try fixture.append(10)
            #expect(try await Self.sequences(slow, slowBell, until: 10).count == 10)
            for batch in 1...10 {
                try fixture.append(50)
                #expect(try await Self.sequences(fast, bell, until: Int64(10 + 50 * batch)).count == (batch == 1 ? 60 : 50))
            }
            #expect(slow.isDropped && !fast.isDropped)
            guard case .dropped = try await slow.next() else { throw Trouble() }
            #expect(slow.position == 10)
            let (again, againBell) = try await fixture.watch(after: slow.position)
            #expect(try await Self.sequences(again, againBell, until: 510) == Array(11...510))
        }
    }

    @Test("reads the log only while somebody watches, and holds memory only then")
    func idleness() async throws {
        let storage = CountingStorage(try await GatedStorage.memory())
        try await Fixture(storage) { $0.pollInterval = .milliseconds(1) }.running { fixture in
            try fixture.append(10)
            #expect(storage.reads == 0)
            do {
                let (watcher, bell) = try await fixture.watch()
                try fixture.append(10)
                _ = try await Self.sequences(watcher, bell, until: 20)
                #expect(fixture.tail.watcherCount == 1 && fixture.memory.usedBytes > 10 * 1024)
                watcher.leave()
            }
            #expect(fixture.tail.watcherCount == 0 && fixture.memory.usedBytes == 0)
            // What was under way has ended when the count stays; then no commit is looked at.
            var before = -1
            while before != storage.reads {
                before = storage.reads
                try await Task.sleep(for: .milliseconds(50))
            }
            try fixture.append(10)
            try await Task.sleep(for: .milliseconds(50))
            #expect(storage.reads == before)
        }
    }

    @Test("finds what another server has committed, by looking twice a second")
    func otherServers() async throws {
        let shared = try await SharedStorage()
        let other = Fixture(shared.another())
        try await Fixture(shared).running { fixture in
            let (watcher, bell) = try await fixture.watch()
            #expect(Tail.Limits().pollInterval == .milliseconds(500))
            // At rest: it has looked and found nothing.
            try await Task.sleep(for: .milliseconds(100))
            try other.append(1)
            #expect(try await Self.sequences(watcher, bell, until: 1) == [1])
        }
    }

    @Test("ends those who watch at a damaged event, and not those who come once it was repaired")
    func repair() async throws {
        let storage = RepairedStorage(try await GatedStorage.memory())
        try await Fixture(storage).running { fixture in
            let (first, bell) = try await fixture.watch()
            storage.damage()
            let error = await #expect(throws: StorageError.self) {
                while true {
                    await bell.wait()
                    _ = try await first.next()
                }
            }
            #expect(error?.code == .damaged)
            // The first one stays, so that the tail goes on where it is: it reads again after a second.
            try fixture.append(2)
            var sequences: [Int64] = []
            while sequences.count < 2 {
                if case .events(let events) = try? await first.next() { sequences += events.map(\.sequence) }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(sequences == [1, 2])
            let (second, _) = try await fixture.watch()
            guard case .wait = try await second.next() else { throw Trouble() }
        }
    }

    @Test("refuses a sequence behind the end of the log, and says where that is")
    func beyondTheEnd() async throws {
        try await Fixture(GatedStorage.memory()) { $0.patience = .milliseconds(10) }.running { fixture in
            try fixture.append(4)
            let error = await #expect(throws: TailError.self) { try await fixture.watch(after: 5) }
            #expect(error?.head == 4 && error?.description.contains("ends at the sequence 4, before 5") == true)
            #expect(fixture.tail.watcherCount == 0)
        }
    }
}
