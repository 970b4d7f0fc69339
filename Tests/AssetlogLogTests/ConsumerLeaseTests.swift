import AssetlogCore
import AssetlogLog
import AssetlogTesting
import Logging
import Testing

/// Several servers, one of which at a time runs a consumer.
struct ConsumerLeaseTests {
    /// The consumer of one server.
    private final class Server: Sendable {
        let storage: SharedStorage
        let consumer = RecordingConsumer()
        let runner: ConsumerRunner
        private let task: Task<Void, Never>

        init(_ storage: SharedStorage, leaseDuration: Duration = .milliseconds(400)) {
            self.storage = storage
            let settings = ConsumerSettings(
                batchEvents: 10, pollInterval: .milliseconds(10), saveInterval: .milliseconds(10),
                firstPause: .seconds(3600), stopGrace: .seconds(60), leaseDuration: leaseDuration,
                leaseInterval: .milliseconds(20))
            let runner = ConsumerRunner(
                name: "test", consumer: consumer, log: storage, cursors: storage, changes: { AsyncStream { _ in } },
                settings: settings, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            self.runner = runner
            task = Task { await runner.run() }
        }

        var phase: ConsumerStatus.Phase { runner.status.phase }

        func stop() async {
            task.cancel()
            await task.value
        }
    }

    private static func append(_ count: Int, to storage: SharedStorage) throws {
        var generator = EventIDGenerator()
        let events = (0..<count).map { _ in
            Event(
                id: generator.next(at: .now()), kind: .materialization, assetKey: AssetKey(["a"]), timestamp: .now(),
                receivedAt: .now())
        }
        _ = try storage.append(EventBatch(events))
    }

    /// Two servers, of which the first runs the consumer.
    private static func pair(leaseDuration: Duration = .seconds(60)) async throws -> (Server, Server) {
        let first = Server(try await SharedStorage(), leaseDuration: leaseDuration)
        #expect(try await eventually { first.phase == .following })
        let second = Server(first.storage.another(), leaseDuration: leaseDuration)
        #expect(try await eventually { second.phase == .standingBy })
        return (first, second)
    }

    @Test("one of two servers runs the consumer; the other stands by and shows how far it came")
    func standsBy() async throws {
        let (first, second) = try await Self.pair()
        try Self.append(25, to: first.storage)
        #expect(try await eventually { second.runner.status.position == 25 })
        #expect(first.consumer.sequences == Array(1...25))
        #expect(!second.consumer.hasBegun)
        #expect(second.phase == .standingBy)
        #expect(second.runner.status.failures == 0)
        #expect(second.runner.status.lag == 0)
        await second.stop()
        await first.stop()
    }

    @Test("a server that stops saves the cursor and gives the lease back, and the other continues without a gap or a repetition")
    func handsOver() async throws {
        let (first, second) = try await Self.pair()
        try Self.append(25, to: first.storage)
        #expect(try await eventually { first.consumer.sequences.count == 25 })
        await first.stop()
        #expect(!first.storage.holdsLease(on: "test"))
        try Self.append(5, to: first.storage)
        #expect(try await eventually { second.consumer.sequences.count == 5 })
        #expect(second.consumer.sequences == Array(26...30))
        await second.stop()
    }

    @Test("the lease is renewed again and again while a delivery takes its time")
    func renewsDuringDelivery() async throws {
        let first = Server(try await SharedStorage(), leaseDuration: .seconds(60))
        first.consumer.setStuck(true)
        try Self.append(5, to: first.storage)
        #expect(try await eventually { first.consumer.hasBegun })
        let before = first.storage.requests
        #expect(try await eventually { first.storage.requests >= before + 20 })
        #expect(first.consumer.begun == 1)
        #expect(!first.consumer.wasCancelled)
        first.consumer.setStuck(false)
        #expect(try await eventually { first.consumer.sequences.count == 5 })
        await first.stop()
    }

    @Test("a server whose renewals fail or hang loses the lease after its duration, and another takes over", arguments: [false, true])
    func isCutOff(isFrozen: Bool) async throws {
        let (first, second) = try await Self.pair(leaseDuration: .milliseconds(400))
        try Self.append(5, to: first.storage)
        #expect(try await eventually { first.consumer.sequences.count + second.consumer.sequences.count >= 5 })
        let holder = first.phase == .standingBy ? second : first
        let other = first.phase == .standingBy ? first : second
        if isFrozen { holder.storage.setFrozen(true) } else { holder.storage.setCutOff(true) }
        #expect(try await eventually { other.phase == .following && holder.phase != .following })
        try Self.append(5, to: first.storage)
        #expect(try await eventually { other.consumer.sequences.last == 10 })
        holder.storage.setFrozen(false)
        holder.storage.setCutOff(false)
        #expect(try await eventually { holder.phase == .standingBy && holder.runner.status.position == 10 })
        await other.stop()
        #expect(try await eventually { holder.phase == .following })
        await holder.stop()
    }

    @Test("a server that another one has followed stops delivering, moves no cursor, and gets no second delivery next to the first")
    func isFollowed() async throws {
        let first = Server(try await SharedStorage(), leaseDuration: .seconds(60))
        first.consumer.setStuck(true)
        try Self.append(5, to: first.storage)
        #expect(try await eventually { first.consumer.hasBegun })
        let thief = first.storage.another()
        thief.seize("test", for: .seconds(3600))
        // What the storage refuses it learns by its next renewal. The delivery hangs: nothing else may begin.
        let moved = try await thief.advance(ConsumerCursor(consumer: "test", position: 3))
        #expect(moved)
        #expect(try await eventually { first.consumer.wasCancelled })
        #expect(first.consumer.begun == 1)
        first.consumer.setStuck(false)
        #expect(try await eventually { first.phase == .standingBy && first.runner.status.position == 3 })
        #expect(try await thief.cursor(of: "test").position == 3)
        try await thief.endLease("test")
        try Self.append(1, to: thief)
        #expect(try await eventually { first.consumer.sequences.last == 6 && first.phase == .following })
        await first.stop()
        #expect(try await thief.cursor(of: "test").position == 6)
    }

    @Test("losing the lease ends a pause after a failure, so that the next server need not wait")
    func endsPause() async throws {
        let first = Server(try await SharedStorage(), leaseDuration: .seconds(60))
        // The first pause lasts half an hour at least.
        first.consumer.fail(with: [Trouble()])
        try Self.append(5, to: first.storage)
        #expect(try await eventually { first.phase == .retrying })
        let thief = first.storage.another()
        thief.seize("test", for: .seconds(3600))
        #expect(try await eventually { first.phase == .standingBy })
        try await thief.endLease("test")
        #expect(try await eventually { first.consumer.sequences == Array(1...5) })
        await first.stop()
    }
}
