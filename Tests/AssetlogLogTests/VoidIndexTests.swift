import AssetlogCore
import AssetlogMemoryStorage
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AssetlogLog

@Suite struct VoidIndexTests {
    /// A storage that counts how often an event is looked up, and fails reads of pages as long as it is asked to.
    private final class CountingStorage: ForwardingStorage {
        let inner: any Storage
        let lookups = Mutex(0)
        let failure = Mutex<StorageError?>(nil)

        init(_ inner: any Storage) { self.inner = inner }

        func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
            lookups.withLock { $0 += 1 }
            return try await inner.event(id, deployment: deployment)
        }

        func events(_ query: EventQuery) async throws -> EventPage {
            if let error = failure.withLock({ $0 }), case .ascending(let after) = query.order, after < error.sequence ?? .max {
                throw error
            }
            return try await inner.events(query)
        }
    }

    private let storage: CountingStorage
    private let messages = CapturedLog()

    init() async throws {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        storage = CountingStorage(
            try await StoragePlugin.memory.configure(configuration).open(PluginContext(name: "memory", logger: logger)))
    }

    private func makeIndex() -> VoidIndex {
        VoidIndex(storage: storage, interval: .milliseconds(2), logger: messages.logger)
    }

    private static func event(_ number: UInt64, in deployment: String = "default") -> Event {
        Event(
            id: EventID(high: 7, low: number), deployment: deployment, kind: .materialization, assetKey: AssetKey(["a"]),
            timestamp: Timestamp(microseconds: 1), receivedAt: Timestamp(microseconds: 1))
    }

    private static func void(of event: Event, reason: String = "why") -> Event {
        Event(
            id: event.id.voidID, deployment: event.deployment, kind: .void, assetKey: event.assetKey,
            timestamp: Timestamp(microseconds: 2), receivedAt: Timestamp(microseconds: 2), reportedBy: "ann",
            details: VoidDetails(voids: event.id, reason: reason).json)
    }

    private func record(_ events: [Event]) throws {
        _ = try storage.append(EventBatch(events))
    }

    private func running<R>(_ index: VoidIndex, _ body: () async throws -> R) async throws -> R {
        let task = Task { await index.run() }
        defer { task.cancel() }
        return try await body()
    }

    @Test("An event that is not void costs no look into the log, once the log was read")
    func lookups() async throws {
        let events = (0..<1000).map { Self.event($0) }
        try record(events + [Self.void(of: events[5])])
        let index = makeIndex()
        #expect(try await index.voiding(of: events[5])?.reason == "why")
        #expect(try await index.voiding(of: events[6]) == nil)
        try await running(index) {
            try await until { index.isComplete }
            storage.lookups.withLock { $0 = 0 }
            for event in events { #expect((try await index.voiding(of: event) == nil) == (event.id != events[5].id)) }
            #expect(storage.lookups.withLock { $0 } == 1)
        }
    }

    @Test("What is voided by another server on the same storage is found")
    func following() async throws {
        let index = makeIndex()
        try await running(index) {
            try await until { index.isComplete }
            for round in 0..<3 {
                let event = Self.event(UInt64(round))
                try record([event])
                #expect(try await index.voiding(of: event) == nil)
                try record([Self.void(of: event, reason: "round \(round)")])
                #expect(try await eventually { try await index.voiding(of: event)?.reason == "round \(round)" })
            }
        }
    }

    @Test("What this server voids is known at once")
    func noted() async throws {
        let index = makeIndex()
        let event = Self.event(1)
        try record([event])
        try await running(index) { try await until { index.isComplete } }
        try record([Self.void(of: event)])
        index.noteVoid(of: EventIdentity(event.id, in: event.deployment))
        let voiding = try #require(try await index.voiding(of: event))
        #expect(voiding.id == event.id.voidID && voiding.by == "ann" && voiding.timestamp == Timestamp(microseconds: 2))
    }

    @Test("A void counts in its own deployment, and only if it is a void of the event")
    func falseVoids() async throws {
        let (event, other) = (Self.event(1), Self.event(1, in: "prod"))
        var materialization = Self.void(of: event)
        materialization.kind = .materialization
        try record([event, other, Self.void(of: other), materialization])
        let index = makeIndex()
        #expect(try await index.voiding(of: event) == nil)
        #expect(try await index.voiding(of: other) != nil)
    }

    @Test("A log that can't be read is read later, and said so once")
    func away() async throws {
        storage.failure.withLock { $0 = StorageError(.unavailable, "away") }
        let event = Self.event(1)
        try record([event, Self.void(of: event)])
        let index = makeIndex()
        try await running(index) {
            try await until { messages.count("The voids of the log can't be read") == 1 }
            // Meanwhile the log is asked about each event.
            #expect(try await index.voiding(of: event) != nil)
            storage.failure.withLock { $0 = nil }
            try await until { index.isComplete }
        }
        #expect(messages.lines.count == 1)
    }

    @Test("An event that is damaged hides none of the voids after it")
    func damaged() async throws {
        let events = (0..<10).map { Self.event($0) }
        try record(events + [Self.void(of: events[1])])
        storage.failure.withLock { $0 = StorageError(.damaged, "event 4 is damaged", sequence: 4) }
        let index = makeIndex()
        try await running(index) { try await until { index.isComplete } }
        #expect(try await index.voiding(of: events[1]) != nil)
    }
}

@Suite struct IdentityFilterTests {
    private static func identity(_ number: UInt64) -> EventIdentity {
        EventIdentity(EventID(high: number &* 0x9e37_79b9_7f4a_7c15, low: number), in: number % 2 == 0 ? "default" : "prod")
    }

    @Test("A member is always found; of 100,000 others hardly any is")
    func members() {
        var filter = IdentityFilter()
        #expect(!filter.mayContain(Self.identity(0)))
        for number in 0..<100_000 as Range<UInt64> { filter.insert(Self.identity(number)) }
        #expect((0..<100_000 as Range<UInt64>).allSatisfy { filter.mayContain(Self.identity($0)) })
        #expect((100_000..<200_000 as Range<UInt64>).count { filter.mayContain(Self.identity($0)) } < 20)
    }

    @Test("The same ID in another deployment is another identity")
    func deployments() {
        var filter = IdentityFilter()
        filter.insert(EventIdentity(EventID(high: 1, low: 1), in: "default"))
        #expect(!filter.mayContain(EventIdentity(EventID(high: 1, low: 1), in: "prod")))
    }
}
