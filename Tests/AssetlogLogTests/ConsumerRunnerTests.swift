import AssetlogCore
import AssetlogLog
import AssetlogMemoryStorage
import Logging
import Synchronization
import Testing

struct ConsumerRunnerTests {
    /// A log in memory with one consumer on it.
    private final class Bench: Sendable {
        let storage: any Storage
        let consumer = RecordingConsumer()
        let news: AsyncStream<Void>
        let tell: AsyncStream<Void>.Continuation
        let settings: ConsumerSettings

        init(stopGrace: Duration = .seconds(20)) async throws {
            settings = ConsumerSettings(
                batchEvents: 10, pollInterval: .milliseconds(30), saveInterval: .milliseconds(20),
                firstPause: .milliseconds(5), longestPause: .milliseconds(40), stopGrace: stopGrace)
            let plugin = StoragePlugin.memory
            let configuration = try PluginConfiguration(
                section: "storage.memory", keys: plugin.keys, values: [:], directory: "/", dataDirectory: "/")
            storage = try await plugin.configure(configuration)
                .open(PluginContext(name: "memory", logger: Logger(label: "test")))
            (news, tell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        func append(_ count: Int) throws {
            var generator = EventIDGenerator()
            let events = (0..<count).map { _ in
                Event(
                    id: generator.next(at: .now()), kind: .materialization, assetKey: AssetKey(["a"]),
                    timestamp: .now(), receivedAt: .now())
            }
            _ = try storage.append(EventBatch(events))
            tell.yield()
        }

        func runner(clock: any Clock<Duration> = ContinuousClock()) -> ConsumerRunner {
            ConsumerRunner(
                name: "test", consumer: consumer, log: storage, cursors: storage, changes: { self.news }, settings: settings,
                clock: clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        }
    }

    @Test("every event comes once, in order, in batches; the cursor is kept at the end")
    func delivers() async throws {
        let fixture = try await Bench()
        try fixture.append(35)
        let runner = fixture.runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { fixture.consumer.sequences.count == 35 })
        try fixture.append(3)
        #expect(try await eventually { fixture.consumer.sequences.count == 38 })
        task.cancel()
        await task.value
        #expect(fixture.consumer.sequences == Array(1...38))
        #expect(fixture.consumer.state.withLock { $0.batches.allSatisfy { $0.events.count <= 10 } })
        #expect(try await fixture.storage.cursor(of: "test").position == 38)
        #expect(runner.status.phase == .ended)
        #expect(runner.status.lag == 0)
    }

    @Test("a second run continues where the first one ended")
    func goesOn() async throws {
        let fixture = try await Bench()
        try fixture.append(12)
        for expected in [12, 20] {
            let runner = fixture.runner()
            let task = Task { await runner.run() }
            #expect(try await eventually { fixture.consumer.sequences.count == expected })
            task.cancel()
            await task.value
            if expected == 12 { try fixture.append(8) }
        }
        #expect(fixture.consumer.sequences == Array(1...20))
    }

    @Test("failures are retried after growing pauses, and nothing is lost or doubled")
    func retries() async throws {
        let fixture = try await Bench()
        let clock = JumpingClock()
        fixture.consumer.fail(with: [Trouble(), ExportError("later"), Trouble(), Trouble()])
        try fixture.append(5)
        let runner = fixture.runner(clock: clock)
        let task = Task { await runner.run() }
        #expect(try await eventually { fixture.consumer.sequences.count == 5 })
        task.cancel()
        await task.value
        #expect(fixture.consumer.sequences == Array(1...5))
        let pauses = clock.sleeps.filter { $0 >= .microseconds(2500) && $0 <= .milliseconds(40) }
        #expect(pauses.contains { $0 > .milliseconds(19) }, "the fourth pause is between 20 and 40 ms")
    }

    @Test("a permanent failure stops the consumer, visibly, until it is restarted")
    func stopsAndRestarts() async throws {
        let fixture = try await Bench()
        fixture.consumer.fail(with: [ExportError("no such topic", isRetriable: false)])
        try fixture.append(5)
        let runner = fixture.runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == .stopped })
        try fixture.append(1)
        try await Task.sleep(for: .milliseconds(100))
        #expect(runner.status.lastError == "no such topic")
        #expect(fixture.consumer.sequences.isEmpty)
        runner.restart()
        #expect(try await eventually { fixture.consumer.sequences.count == 6 })
        #expect(runner.status.lastError == nil)
        task.cancel()
        await task.value
    }

    @Test("a replay by somebody else is noticed without a commit, also by a stopped consumer", arguments: [false, true])
    func replays(isStopped: Bool) async throws {
        let fixture = try await Bench()
        if isStopped { fixture.consumer.fail(with: [ExportError("no", isRetriable: false)]) }
        try fixture.append(5)
        let runner = fixture.runner()
        let task = Task { await runner.run() }
        let phase: ConsumerStatus.Phase = isStopped ? .stopped : .following
        #expect(try await eventually { runner.status.phase == phase })
        _ = try await fixture.storage.replay("test", after: 2)
        let expected: [Int64] = isStopped ? [3, 4, 5] : [1, 2, 3, 4, 5, 3, 4, 5]
        #expect(try await eventually { fixture.consumer.sequences == expected && runner.status.generation == 1 })
        #expect(fixture.consumer.sequences == expected)
        #expect(fixture.consumer.state.withLock { $0.batches.last?.generation } == 1)
        task.cancel()
        await task.value
    }

    @Test("when it is stopped, a delivery under way may finish, and its cursor is kept")
    func finishesDelivery() async throws {
        let fixture = try await Bench()
        fixture.consumer.setStuck(true)
        try fixture.append(4)
        let runner = fixture.runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { fixture.consumer.hasBegun })
        task.cancel()
        fixture.consumer.setStuck(false)
        await task.value
        #expect(fixture.consumer.sequences == Array(1...4))
        #expect(try await fixture.storage.cursor(of: "test").position == 4)
    }

    @Test("a delivery that hangs does not hold up the end for longer than the grace, and does not count")
    func abandonsDelivery() async throws {
        let fixture = try await Bench(stopGrace: .milliseconds(300))
        fixture.consumer.setStuck(true)
        try fixture.append(4)
        let runner = fixture.runner()
        let task = Task { await runner.run() }
        #expect(try await eventually { fixture.consumer.hasBegun })
        let start = ContinuousClock.now
        task.cancel()
        await task.value
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(try await fixture.storage.cursor(of: "test").position == 0)
        fixture.consumer.setStuck(false)
    }
}
