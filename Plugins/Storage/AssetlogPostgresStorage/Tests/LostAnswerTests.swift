#if Postgres
import AssetlogCore
import Foundation
import Testing

/// How the events of a test are appended.
enum Shape: CaseIterable, Sendable {
    case plain
    case identities

    func batch(_ events: [Event]) -> EventBatch { self == .plain ? EventBatch(events) : chosen(events) }
}

@Suite("A connection to PostgreSQL", .needsCluster, .fewAtOnce)
struct LostAnswerTests {
    private let cluster: Cluster
    private let schema: String
    private let proxy: Proxy

    init() throws {
        cluster = try Cluster.shared.get()
        schema = cluster.freshSchema()
        proxy = try Proxy(to: cluster.port)
    }

    @Test("that is cut anywhere in an append costs no event and doubles none", arguments: Shape.allCases)
    func cuts(shape: Shape) async throws {
        let storage = try await open(schema, on: cluster, ["url": proxy.url()])
        defer { proxy.close() }
        let size = 40
        try await storage.add(shape.batch(events(0..<size)))
        let cuts =
            [0, 1, 5, 60, 400, 1500, 3000].map { (Proxy.Direction.requests, $0) }
            + [0, 4, 10, 30, 60, 75].map { (Proxy.Direction.answers, $0) }
        var expected = Array(0..<size)
        for (round, (direction, bytes)) in cuts.enumerated() {
            let new = events((round + 1) * size..<(round + 2) * size)
            proxy.cut(after: bytes, of: direction)
            let outcome = try await storage.add(shape.batch(new))
            #expect(proxy.cutCount == round + 1, "\(bytes) bytes of \(direction)")
            #expect(outcome.skippedEvents == [], "\(bytes) bytes of \(direction)")
            let sequences = try #require(outcome.sequences)
            #expect(sequences.count == size)
            expected += (round + 1) * size..<(round + 2) * size
            let log = try await storage.log()
            #expect(log.map { $0.partition } == expected.map { "\($0)" }, "\(bytes) bytes of \(direction)")
            #expect(log.suffix(size).map(\.sequence) == Array(sequences))
            if shape == .identities {
                let again = try await storage.add(shape.batch(new))
                #expect(again.sequences == nil && again.skippedEvents.count == size)
            }
        }
        await storage.close()
    }

    @Test("that is cut in a batch of new and known events tells them apart all the same")
    func cutsInMixture() async throws {
        let storage = try await open(schema, on: cluster, ["url": proxy.url()])
        defer { proxy.close() }
        let known = events(0..<3)
        try await storage.add(chosen(known))
        var other = known[2]
        other.details = Array(#"{"description":"x"}"#.utf8)
        for (round, bytes) in [0, 20, 40, 60, 110, 150, 200, 260, 320].enumerated() {
            let new = events(10 + round..<11 + round)
            var batch = EventBatch()
            batch.append(new[0], clientChoice: .identity)
            batch.append(known[1], clientChoice: .identity)
            batch.beginGroup()
            batch.append(known[0], clientChoice: .identity)
            batch.append(other, clientChoice: .identity)
            batch.append(events(99..<100)[0])
            batch.endGroup()
            proxy.cut(after: bytes, of: .answers)
            let outcome = try await storage.add(batch)
            #expect(outcome.sequences?.count == 1, "after \(bytes) bytes")
            #expect(
                outcome.skippedEvents.map(\.reason) == [
                    .duplicate(sequence: 2), .duplicate(sequence: 1), .conflict(sequence: 3), .groupAborted(by: 3),
                ], "after \(bytes) bytes")
        }
        #expect(try await storage.numbers() == [0, 1, 2] + (10..<19))
        await storage.close()
    }

    @Test(
        "that is cut anywhere while dead letters are removed changes nothing in how many there were",
        arguments: [[1, 3, 5], nil] as [[Int64]?])
    func cutsInRemoval(_ sequences: [Int64]?) async throws {
        let storage = try await open(schema, on: cluster, ["url": proxy.url()])
        defer { proxy.close() }
        let letters = (1...3).map {
            DeadLetter(
                sequence: $0, log: LogID(high: 1, low: 1), event: EventID(high: 2, low: UInt64($0)), attempts: 1,
                failedAt: Timestamp(microseconds: 1), message: "no", answer: "")
        }
        for bytes in stride(from: 0, through: 180, by: 6) {
            try await storage.keepDeadLetters(letters, of: "audit")
            proxy.cut(after: bytes, of: .answers)
            #expect(try await storage.removeDeadLetters(of: "audit", sequences) == (sequences == nil ? 3 : 2), "after \(bytes) bytes")
            #expect(try await storage.deadLetterCount(of: "audit") == (sequences == nil ? 0 : 1))
        }
        #expect(proxy.cutCount > 10)
        await storage.close()
    }

    @Test(
        "that hangs makes an append fail in time, and later ones work", arguments: Shape.allCases,
        [Proxy.Direction.requests, .answers])
    func hangs(shape: Shape, direction: Proxy.Direction) async throws {
        let storage = try await open(schema, on: cluster, ["url": proxy.url(), "timeout": "1s"])
        defer { proxy.close() }
        // A busy machine may need longer than the second that an append has here.
        let first = events(0..<2)
        await eventually("the first events are there") {
            let outcome = try await storage.add(chosen(first))
            return outcome.sequences != nil || outcome.skippedEvents.count == first.count
        }
        proxy.hold(direction)
        let hung = events(2..<4)
        let start = ContinuousClock.now
        let error = await #expect(throws: StorageError.self) { try await storage.add(shape.batch(hung)) }
        #expect(error?.code == .unavailable)
        await #expect(throws: StorageError.self) { try await storage.log() }
        // The patience is one second; a connect that hangs takes libpq two or more. Nothing here takes minutes.
        #expect(ContinuousClock.now - start < .seconds(150))
        #expect(!storage.health().isReady)
        proxy.release()
        // What was held arrives only now, and nobody waits for its answer.
        // A try that fails may have recorded them; the next one, of the same events, doubles none.
        let later = events(4..<6)
        await eventually("appends work again") {
            let outcome = try await storage.add(chosen(later))
            return outcome.sequences != nil || outcome.skippedEvents.count == later.count
        }
        if shape == .identities {
            await eventually("it is settled by its identity") {
                let outcome = try await storage.add(shape.batch(hung))
                return outcome.sequences != nil || outcome.skippedEvents.count == 2
            }
        }
        await eventually("the connection has ended") {
            try await cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%\(schema)\".append%' AND state = 'active'")
                == "1"
        }
        var numbers: [Int] = []
        await eventually("the log is read") {
            numbers = try await storage.numbers()
            return true
        }
        #expect(Set(numbers).count == numbers.count, "\(numbers)")
        #expect(numbers.contains(5))
        // Its statement had arrived, or was sent again by the identity of its events.
        if direction == .answers || shape == .identities { #expect(numbers.contains(2) && numbers.contains(3), "\(numbers)") }
        await storage.close()
    }
}
#endif
