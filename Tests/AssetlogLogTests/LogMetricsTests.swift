import AssetlogCore
import AssetlogMemoryStorage
import AssetlogObservation
import Logging
import Testing

@testable import AssetlogLog

@Suite("The numbers of the log")
struct LogMetricsTests {
    private let registry = MetricsRegistry()

    private func makeLog(failing: Bool = false, _ limits: EventLog.Limits = .init()) async throws -> EventLog {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let storage = try await StoragePlugin.memory.configure(configuration)
            .open(PluginContext(name: "memory", logger: logger))
        // A closed storage refuses every event.
        if failing { await storage.close() }
        let log = EventLog(storage: storage, limits: limits, logger: logger)
        log.register(in: registry)
        return log
    }

    private func event(_ kind: EventKind) -> Event {
        var generator = EventIDGenerator()
        // One time: two that differ would be taken for one that the sender gave.
        let now = Timestamp.now()
        return Event(
            id: generator.next(at: now), kind: kind, assetKey: AssetKey(["a"]), timestamp: now, receivedAt: now)
    }

    /// The number behind a name with its labels.
    private func value(_ name: String) -> Int? {
        registry.render(.prometheusText).split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    @Test("count commits, and events by their kind")
    func counts() async throws {
        let log = try await makeLog()
        #expect(value("assetlog_ready") == 1)
        log.start()
        _ = try await log.append([event(.check), event(.check), event(.observation)])
        _ = try await log.append([event(.materialization)])
        await log.drain()
        #expect(value(#"assetlog_commits_total{outcome="committed"}"#) == 2)
        #expect(value(#"assetlog_commits_total{outcome="failed"}"#) == 0)
        #expect(value(#"assetlog_events_recorded_total{kind="check"}"#) == 2)
        #expect(value(#"assetlog_events_recorded_total{kind="observation"}"#) == 1)
        #expect(value(#"assetlog_events_recorded_total{kind="materialization"}"#) == 1)
        #expect(value(#"assetlog_commit_events_bucket{le="1.0"}"#) == 1)
        #expect(value(#"assetlog_commit_events_bucket{le="4.0"}"#) == 2)
        #expect(value("assetlog_commit_duration_seconds_count") == 2)
        #expect(value("assetlog_queue_events") == 0)
        #expect(value("assetlog_ready") == 0)
    }

    @Test("count what is recorded once, and what was not recorded by its reason")
    func skippedEvents() async throws {
        let log = try await makeLog()
        log.start()
        let old = event(.check)
        var other = old
        other.kind = .observation
        func slice(_ events: Event...) -> EventBatch {
            var batch = EventBatch()
            for event in events { batch.append(event, clientChoice: .identity) }
            return batch
        }
        _ = try await log.append(slice(old))
        _ = try await log.append(slice(old, event(.materialization), old, other))
        var group = EventBatch()
        group.beginGroup()
        group.append(contentsOf: slice(event(.materialization)))
        group.append(contentsOf: slice(other, event(.check)))
        group.endGroup()
        _ = try await log.append(group)
        await log.drain()
        #expect(value(#"assetlog_events_recorded_total{kind="check"}"#) == 1)
        #expect(value(#"assetlog_events_recorded_total{kind="observation"}"#) == 0)
        #expect(value(#"assetlog_events_recorded_total{kind="materialization"}"#) == 1)
        #expect(value("assetlog_events_duplicate_total") == 2)
        #expect(value(#"assetlog_events_refused_total{reason="conflict"}"#) == 2)
        #expect(value(#"assetlog_events_refused_total{reason="group"}"#) == 2)
        #expect(value(#"assetlog_events_refused_total{reason="unchecked"}"#) == 0)
        #expect(value("assetlog_commit_events_count") == 3)
    }

    @Test("count failures apart, and show that the log is not ready")
    func failures() async throws {
        let log = try await makeLog(failing: true)
        log.start()
        for _ in 0..<3 { await #expect(throws: LogError.self) { try await log.append([event(.check)]) } }
        #expect(value(#"assetlog_commits_total{outcome="committed"}"#) == 0)
        #expect(value(#"assetlog_commits_total{outcome="failed"}"#) == 3)
        #expect(value(#"assetlog_events_recorded_total{kind="check"}"#) == 0)
        #expect(value("assetlog_commit_events_count") == 0)
        #expect(value("assetlog_commit_duration_seconds_count") == 3)
        #expect(value("assetlog_ready") == 0)
        await log.drain()
    }

    @Test("show the queue with its limits, and what it did not take")
    func queue() async throws {
        let log = try await makeLog(.init(queuedEvents: 3, queuedBytes: 1 << 20))
        // Nobody commits before the start, so what is appended waits.
        let waiting = Task { try await log.append([event(.check), event(.check)]) }
        while log.queue.events == 0 { await Task.yield() }
        #expect(value("assetlog_queue_events") == 2)
        #expect(try #require(value("assetlog_queue_bytes")) > 0)
        #expect(value("assetlog_queue_limit_events") == 3)
        #expect(value("assetlog_queue_limit_bytes") == 1 << 20)
        await #expect(throws: LogError.self) { try await log.append([event(.check), event(.check)]) }
        #expect(value(#"assetlog_events_refused_total{reason="full"}"#) == 2)
        log.start()
        #expect(try await waiting.value == 1...2)
        await log.drain()
        await #expect(throws: LogError.self) { try await log.append([event(.check)]) }
        #expect(value(#"assetlog_events_refused_total{reason="stopping"}"#) == 1)
    }

    @Test("report of each consumer where it is, and whether it waits for help")
    func consumers() {
        let directory = ConsumerRegistry()
        directory.register(in: registry)
        #expect(value(#"assetlog_consumer_position{consumer="a"}"#) == nil)
        let status = ConsumerStatus(
            name: "a", phase: .following, generation: 0, position: 7, head: 9, failures: 0)
        directory.set("a") { status }
        directory.set("b") {
            ConsumerStatus(name: "b", phase: .stopped, generation: 1, position: 2, head: 1, failures: 4)
        }
        #expect(value(#"assetlog_consumer_position{consumer="a"}"#) == 7)
        #expect(value(#"assetlog_consumer_lag{consumer="a"}"#) == 2)
        #expect(value(#"assetlog_consumer_lag{consumer="b"}"#) == 0)
        #expect(value(#"assetlog_consumer_failures{consumer="b"}"#) == 4)
        #expect(value(#"assetlog_consumer_stopped{consumer="a"}"#) == 0)
        #expect(value(#"assetlog_consumer_stopped{consumer="b"}"#) == 1)
        #expect(value(#"assetlog_consumer_standing_by{consumer="b"}"#) == 0)
        directory.set("b") {
            ConsumerStatus(name: "b", phase: .standingBy, generation: 1, position: 2, head: 2, failures: 0)
        }
        #expect(value(#"assetlog_consumer_standing_by{consumer="b"}"#) == 1)
        directory.set("b") { status }
        #expect(directory.statuses == [status, status])
    }
}
