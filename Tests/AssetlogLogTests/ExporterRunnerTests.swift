import AssetlogCore
import AssetlogLog
import AssetlogMemoryStorage
import Logging
import Synchronization
import Testing

/// An exporter whose destination answers as a test says, and that remembers what was delivered.
final class AnsweringExporter: Exporter {
    struct State {
        var delivered: [LoggedEvent] = []
        var underWay: Set<AssetKey> = []
        var hasOverlapped = false
        var generations: Set<Int64> = []
    }

    let state = Mutex(State())
    let order: DeliveryOrder
    private let answer: @Sendable (LoggedEvent) throws -> DeliveryResult

    init(order: DeliveryOrder = .asset, answer: @escaping @Sendable (LoggedEvent) throws -> DeliveryResult = { _ in .delivered }) {
        self.order = order
        self.answer = answer
    }

    var sequences: [Int64] { state.withLock { $0.delivered.map(\.sequence) } }

    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
        let assets = Set(batch.events.map(\.assetKey))
        state.withLock { state in
            if !state.underWay.isDisjoint(with: assets) { state.hasOverlapped = true }
            state.underWay.formUnion(assets)
            state.generations.insert(batch.generation)
        }
        defer { state.withLock { $0.underWay.subtract(assets) } }
        await Task.yield()
        return try await batch.deliverEach { event in
            let result = try answer(event)
            if result == .delivered { state.withLock { $0.delivered.append(event) } }
            return result
        }
    }

    func close() async {}
}

struct ExporterRunnerTests {
    /// A log in memory with one exporter on it.
    final class Fixture: Sendable {
        let storage: any Storage
        let news: AsyncStream<Void>
        let commit: AsyncStream<Void>.Continuation

        init() async throws {
            let plugin = StoragePlugin.memory
            let configuration = try PluginConfiguration(
                section: "storage.memory", keys: plugin.keys, values: [:], directory: "/", dataDirectory: "/")
            storage = try await plugin.configure(configuration)
                .open(PluginContext(name: "memory", logger: Logger(label: "test")))
            (news, commit) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        func append(_ count: Int, assets: Int = 10, receivedAt: Timestamp = .now()) throws {
            var generator = EventIDGenerator()
            let events = (0..<count).map { index in
                Event(
                    id: generator.next(at: .now()), kind: .materialization, assetKey: AssetKey(["\(index % assets)"]),
                    timestamp: .now(), receivedAt: receivedAt)
            }
            _ = try storage.append(EventBatch(events))
            commit.yield()
        }

        func runner(
            _ exporter: AnsweringExporter, _ delivery: ExporterSettings = ExporterSettings(start: .beginning),
            pause: Duration = .milliseconds(2)
        ) -> ExporterRunner {
            var delivery = delivery
            (delivery.batchSize, delivery.concurrency) = (16, 4)
            let settings = ConsumerSettings(
                batchEvents: 50, pollInterval: .milliseconds(20), saveInterval: .milliseconds(20),
                firstPause: pause, longestPause: max(pause, .milliseconds(20)))
            return ExporterRunner(
                name: "test", exporter: exporter, log: storage, cursors: storage, changes: { self.news }, delivery: delivery,
                settings: settings, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        }

        func run(_ runner: ExporterRunner, until condition: () async throws -> Bool) async throws -> Bool {
            let task = Task { await runner.run() }
            let isMet = try await eventually(condition)
            task.cancel()
            await task.value
            return isMet
        }

        var position: Int64 {
            get async throws { try await storage.cursor(of: "test").position }
        }
    }

    @Test("through every kind of failure each event arrives once and in the order of its asset, several at a time")
    func deliversThroughFailures() async throws {
        let fixture = try await Fixture()
        try fixture.append(600)
        let exporter = AnsweringExporter { event in
            switch Int.random(in: 0..<20) {
            case 0: .retry(DeliveryFailure("500"))
            case 1: .retry(DeliveryFailure("time-out", isCounted: false))
            case 2: throw ExportError("the connection broke")
            default: .delivered
            }
        }
        var delivery = ExporterSettings(start: .beginning)
        delivery.maximumAttempts = 1000
        let runner = fixture.runner(exporter, delivery)
        #expect(try await fixture.run(runner) { Set(exporter.sequences).count == 600 })
        // What throws in the middle of a batch leaves events behind that were delivered: only those may come twice.
        for (_, events) in Dictionary(grouping: exporter.state.withLock { $0.delivered }, by: \.assetKey) {
            var last: Int64 = 0
            for event in events where event.sequence > last { last = event.sequence }
            #expect(events.first?.sequence ?? 0 <= 10)
            #expect(Set(events.map(\.sequence)).count == 60)
        }
        #expect(!exporter.state.withLock { $0.hasOverlapped })
        #expect(try await fixture.position == 600)
        #expect(runner.report.lagSeconds == 0)
    }

    @Test("without failures nothing comes twice over many restarts, and nothing is lost")
    func restarts() async throws {
        let fixture = try await Fixture()
        let exporter = AnsweringExporter()
        for round in 1...8 {
            try fixture.append(70)
            #expect(try await fixture.run(fixture.runner(exporter)) { exporter.sequences.count >= round * 70 - 30 })
        }
        #expect(try await fixture.run(fixture.runner(exporter)) { exporter.sequences.count >= 560 })
        #expect(exporter.sequences.sorted() == Array(1...560))
    }

    @Test("an event that the destination refuses becomes a dead letter, and those after it arrive; replayed, it arrives too")
    func deadLetters() async throws {
        let fixture = try await Fixture()
        try fixture.append(40, assets: 2)
        let refuses = Mutex(true)
        let exporter = AnsweringExporter { event in
            guard [3, 8].contains(event.sequence), refuses.withLock({ $0 }) else { return .delivered }
            return event.sequence == 3 ? .rejected(DeliveryFailure("422", answer: "bad")) : .retry(DeliveryFailure("500"))
        }
        let runner = fixture.runner(exporter)
        let task = Task { await runner.run() }
        #expect(try await eventually { try await fixture.position == 40 })
        let letters = try await fixture.storage.deadLetters(of: "test", after: 0, limit: 10)
        #expect(letters.map(\.sequence) == [3, 8])
        #expect(letters.map(\.attempts) == [1, 12])
        #expect(letters.first?.answer == "bad")
        #expect(exporter.sequences.count == 38)
        #expect(runner.report.counts.dead == 2)

        refuses.withLock { $0 = false }
        var letter = try #require(letters.first)
        letter.isReplayRequested = true
        try await fixture.storage.keepDeadLetters([letter], of: "test")
        #expect(try await eventually { try await fixture.storage.deadLetterCount(of: "test") == 1 })
        #expect(exporter.sequences.last == 3)
        task.cancel()
        await task.value
        #expect(try await fixture.position == 40)
    }

    @Test("what keeps the order of the log says that it can't replay a dead letter by itself")
    func refusesReplay() async throws {
        let fixture = try await Fixture()
        try fixture.append(3)
        let exporter = AnsweringExporter(order: .log) { event in
            event.sequence == 2 ? .rejected(DeliveryFailure("422")) : .delivered
        }
        let task = Task { [runner = fixture.runner(exporter)] in await runner.run() }
        #expect(try await eventually { try await fixture.position == 3 })
        var letter = try #require(try await fixture.storage.deadLetters(of: "test", after: 0, limit: 1).first)
        letter.isReplayRequested = true
        try await fixture.storage.keepDeadLetters([letter], of: "test")
        #expect(try await eventually { try await fixture.storage.requestedDeadLetters(of: "test", limit: 1).isEmpty })
        let kept = try await fixture.storage.deadLetters(of: "test", after: 0, limit: 1).first
        #expect(kept?.message.contains("replay all from its sequence. Before: 422") ?? false)
        #expect(exporter.sequences == [1, 3])
        task.cancel()
        await task.value
    }

    @Test("with too many dead letters the exporter pauses, loses none, and goes on when there is room")
    func pausesWhenFull() async throws {
        let fixture = try await Fixture()
        try fixture.append(DeadLetter.maximumCount + 5, assets: 500)
        let exporter = AnsweringExporter { _ in .rejected(DeliveryFailure("422")) }
        let runner = fixture.runner(exporter)
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == .paused })
        let reason = try await fixture.storage.pause(of: "test")
        #expect(reason?.contains("of at most 10000 dead letters") ?? false)
        #expect(try await fixture.storage.deadLetterCount(of: "test") <= DeadLetter.maximumCount)
        let count = try await fixture.storage.removeDeadLetters(of: "test", nil)
        try await fixture.storage.setPause(of: "test", nil)
        #expect(try await eventually { try await fixture.position == DeadLetter.maximumCount + 5 })
        #expect(try await fixture.storage.deadLetterCount(of: "test") == DeadLetter.maximumCount + 5 - count)
        task.cancel()
        await task.value
    }

    @Test("a paused exporter delivers nothing, and goes on where it was")
    func pauses() async throws {
        let fixture = try await Fixture()
        try await fixture.storage.setPause(of: "test", "Maintenance.")
        try fixture.append(20)
        let exporter = AnsweringExporter()
        let runner = fixture.runner(exporter)
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == .paused })
        #expect(runner.report.pause == "Maintenance.")
        try await fixture.storage.setPause(of: "test", nil)
        #expect(try await eventually { exporter.sequences.count == 20 })
        task.cancel()
        await task.value
    }

    @Test("a failure that is not retriable stops the exporter, and a restart lets it go on")
    func stops() async throws {
        let fixture = try await Fixture()
        try fixture.append(20)
        let isGone = Mutex(true)
        let exporter = AnsweringExporter { _ in
            guard !isGone.withLock({ $0 }) else { throw ExportError("410", isRetriable: false) }
            return .delivered
        }
        let runner = fixture.runner(exporter)
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == .stopped })
        #expect(runner.status.lastError == "410")
        isGone.withLock { $0 = false }
        runner.restart()
        #expect(try await eventually { exporter.sequences.count == 20 })
        task.cancel()
        await task.value
        #expect(try await fixture.position == 20)
    }

    @Test(
        "one that stopped, or whose destination is left alone, goes on when an operator resumes it in the storage",
        arguments: [true, false])
    func resumes(_ hasStopped: Bool) async throws {
        let fixture = try await Fixture()
        try fixture.append(20)
        let isGone = Mutex(true)
        let exporter = AnsweringExporter { _ in
            guard !isGone.withLock({ $0 }) else { throw ExportError("no answer", isRetriable: !hasStopped) }
            return .delivered
        }
        // Left to itself, it would be tried again only after an hour.
        let runner = fixture.runner(exporter, pause: hasStopped ? .milliseconds(2) : .seconds(3600))
        let task = Task { await runner.run() }
        #expect(try await eventually { runner.status.phase == (hasStopped ? .stopped : .retrying) })
        isGone.withLock { $0 = false }
        let control = ExporterControl("test", store: fixture.storage)
        #expect(try await control.resume() == false)
        #expect(try await eventually { exporter.sequences.count == 20 })
        // It is not paused by that, and a second time does the same.
        #expect(runner.report.pause == nil)
        isGone.withLock { $0 = true }
        try fixture.append(5)
        #expect(try await eventually { runner.status.phase == (hasStopped ? .stopped : .retrying) })
        isGone.withLock { $0 = false }
        #expect(try await control.resume() == false)
        #expect(try await eventually { exporter.sequences.count == 25 })
        task.cancel()
        await task.value
    }

    @Test(
        "what the storage keeps of a pause is read as it was meant",
        arguments: [
            ExporterPause.none, .paused("Maintenance."), .paused(""), .paused("It was resumed at noon."),
            .resumed(Timestamp(microseconds: 1_790_000_000_123_456)),
        ])
    func keepsPauses(_ pause: ExporterPause) {
        #expect(ExporterPause(pause.text) == pause)
    }

    @Test(
        "a new exporter starts where it is asked to, and one that was seen continues",
        arguments: [
            (ExportStart.beginning, 1), (.end, 31), (.sequence(7), 7), (.sequence(1), 1), (.time(Timestamp(microseconds: 2_000_000)), 11),
            (.time(Timestamp(microseconds: 2_500_000)), 21), (.time(Timestamp(microseconds: 9_000_000)), 31),
        ] as [(ExportStart, Int64)])
    func starts(_ start: ExportStart, _ first: Int64) async throws {
        let fixture = try await Fixture()
        for second in 1...3 { try fixture.append(10, receivedAt: Timestamp(microseconds: Int64(second) * 1_000_000)) }
        let exporter = AnsweringExporter()
        let runner = fixture.runner(exporter, ExporterSettings(start: start))
        #expect(try await fixture.run(runner) { try await fixture.storage.cursors().first?.position == 30 })
        try fixture.append(5)
        let again = fixture.runner(exporter, ExporterSettings(start: .end))
        #expect(try await fixture.run(again) { exporter.sequences.count == Int(36 - first) })
        #expect(exporter.sequences.sorted() == Array(first...35))
    }

    @Test("a replay delivers again, in a new generation", arguments: [DeliveryOrder.log, .asset])
    func replays(_ order: DeliveryOrder) async throws {
        let fixture = try await Fixture()
        try fixture.append(30)
        let exporter = AnsweringExporter(order: order)
        let runner = fixture.runner(exporter)
        let task = Task { await runner.run() }
        #expect(try await eventually { exporter.sequences.count == 30 })
        _ = try await fixture.storage.replay("test", after: 20)
        #expect(try await eventually { exporter.sequences.count == 40 })
        #expect(exporter.sequences.suffix(10).sorted() == Array(21...30))
        #expect(exporter.state.withLock { $0.generations } == [0, 1])
        task.cancel()
        await task.value
    }
}

extension ExporterRunnerTests {
    @Test("while one event is tried again and again, a restart delivers none of the others twice")
    func keepsWhatIsAhead() async throws {
        let fixture = try await Fixture()
        try fixture.append(100)
        let exporter = AnsweringExporter { event in
            event.sequence == 5 ? .retry(DeliveryFailure("time-out", isCounted: false)) : .delivered
        }
        // All events of the fifth asset wait behind it.
        #expect(try await fixture.run(fixture.runner(exporter)) { exporter.sequences.count == 90 })
        let cursor = try await fixture.storage.cursor(of: "test")
        #expect(cursor.position == 4)
        #expect(cursor.ahead.description.hasPrefix("6-14,16-24,"))
        let runner = fixture.runner(exporter)
        #expect(try await fixture.run(runner) { runner.report.waiting == 10 && runner.report.consumer.failures > 3 })
        #expect(exporter.sequences.count == 90)
    }
}
