import AssetlogCore
import AssetlogLog
import AssetlogMemoryStorage
import Logging
import Testing

@Suite("The event log")
struct EventLogTests {
    private func makeLog(_ limits: EventLog.Limits = .init()) async throws -> EventLog {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let storage = try await StoragePlugin.memory.configure(configuration)
            .open(PluginContext(name: "memory", logger: logger))
        return EventLog(storage: storage, limits: limits, logger: logger)
    }

    private func event(_ name: String) -> Event {
        var generator = EventIDGenerator()
        let now = Timestamp.now()
        return Event(id: generator.next(at: now), kind: .observation, assetKey: AssetKey([name]), timestamp: now, receivedAt: now)
    }

    @Test("returns after the commit, with sequences that hold the events in their order")
    func appends() async throws {
        let log = try await makeLog()
        log.start()
        let sequences = try await log.append(["a", "b", "c"].map(event))
        #expect(sequences == 1...3)
        let page = try await log.storage.events(EventQuery())
        #expect(page.events.map { $0.assetKey.parts } == [["a"], ["b"], ["c"]])
        await log.drain()
    }

    @Test("gives concurrent callers sequences that do not overlap in events")
    func concurrentAppends() async throws {
        let log = try await makeLog()
        log.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask { _ = try await log.append([event("a\(index)"), event("b\(index)")]) }
            }
            try await group.waitForAll()
        }
        let events = try await log.storage.events(EventQuery(limit: 1000)).events
        #expect(events.count == 400)
        #expect(Set(events.map(\.id)).count == 400)
        await log.drain()
    }

    @Test("refuses events after it was drained, and tells so")
    func refusesAfterDrain() async throws {
        let log = try await makeLog()
        log.start()
        _ = try await log.append([event("a")])
        await log.drain()
        await log.drain()
        await #expect { _ = try await log.append([event("b")]) } throws: { ($0 as? LogError)?.code == .closed }
        guard case .draining = log.health else {
            Issue.record("the health is \(log.health)")
            return
        }
    }

    @Test("that was never started is drained at once, however often")
    func drainsUnstarted() async throws {
        let log = try await makeLog()
        await log.drain()
        await log.drain()
        guard case .draining = log.health else {
            Issue.record("its health is \(log.health)")
            return
        }
    }

    @Test("commits what was queued before it was started and drained")
    func drainsQueue() async throws {
        let log = try await makeLog()
        async let appended = log.append([event("a")])
        while log.queue.events < 1 { await Task.yield() }
        log.start()
        #expect(try await appended == 1...1)
        await log.drain()
    }

    @Test("refuses more than its bound, but not an event larger than the bound by itself")
    func boundsTheQueue() async throws {
        let log = try await makeLog(.init(queuedEvents: 3, queuedBytes: 1 << 20))
        async let first = log.append([event("a"), event("b")])
        while log.queue.events < 2 { await Task.yield() }
        await #expect { _ = try await log.append([event("c"), event("d")]) } throws: { ($0 as? LogError)?.code == .full }
        log.start()
        #expect(try await first == 1...2)
        var large = event("large")
        large.details = Array((#"{"description":""# + String(repeating: "x", count: 2 << 20) + #""}"#).utf8)
        #expect(try await log.append([large]) == 3...3)
        await log.drain()
    }

    @Test("tells consumers of every commit, merged while they do not look")
    func announcesChanges() async throws {
        let log = try await makeLog()
        log.start()
        var changes = log.changes().makeAsyncIterator()
        for index in 0..<10 { _ = try await log.append([event("\(index)")]) }
        #expect(await changes.next() != nil)
        await log.drain()
        while await changes.next() != nil {}
    }
}
