import AssetlogAccess
import Synchronization
import TestSupport
import Testing

@testable import AssetlogWeb

@Suite("The limit of what is done at once")
struct LimiterTests {
    @Test("is kept, and all get their turn")
    func limit() async throws {
        let limiter = Limiter(count: 4, patience: .seconds(300))
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await limiter.withSlot(for: .token("\(number % 5)")) {
                        tally.enter()
                        for _ in 0..<20 { await Task.yield() }
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(tally.most <= 4)
        #expect((limiter.used, limiter.waiting) == (0, 0))
    }

    @Test("leaves slots to others, however much one caller asks for", arguments: [1, 2, 4, 5, 16])
    func share(_ count: Int) async throws {
        let limiter = Limiter(count: count, patience: .seconds(300))
        let gate = Gate()
        let greedy = (0..<50).map { _ in Task { try await limiter.withSlot(for: .token("greedy")) { await gate.wait() } } }
        let share = max(1, count / 2)
        try await until { limiter.used == share && limiter.waiting == 50 - share }
        if count > 1 {
            // Served at once, while the others wait.
            #expect(try await limiter.withSlot(for: .token("modest")) { limiter.used } == share + 1)
        }
        #expect((limiter.used, limiter.waiting) == (share, 50 - share))
        gate.open()
        for task in greedy { try await task.value }
        #expect((limiter.used, limiter.waiting) == (0, 0))
    }

    @Test("serves the one who came first, but for callers that have their share")
    func order() async throws {
        let limiter = Limiter(count: 2, patience: .seconds(300))
        let (first, second) = (Gate(), Gate())
        let order = Order()
        func start(_ name: String, _ gate: Gate) async throws -> Task<Void, any Error> {
            let waiting = limiter.waiting + limiter.used
            let task = Task {
                try await limiter.withSlot(for: .token(name)) {
                    order.names.withLock { $0.append(name) }
                    await gate.wait()
                }
            }
            try await until { limiter.waiting + limiter.used == waiting + 1 }
            return task
        }
        let tasks = [
            try await start("a", first), try await start("b", second), try await start("b", second),
            try await start("a", second), try await start("c", second),
        ]
        #expect(order.names.withLock { $0 } == ["a", "b"])
        // A slot of a is free: b came first, and has its share.
        first.open()
        try await until { order.names.withLock { $0.count } == 3 }
        #expect(order.names.withLock { $0 } == ["a", "b", "a"])
        second.open()
        for task in tasks { try await task.value }
        #expect(order.names.withLock { $0 }.count == 5)
    }

    @Test("refuses the one whose turn does not come")
    func patience() async throws {
        let limiter = Limiter(count: 1, patience: .milliseconds(20))
        try await limiter.withSlot(for: .unknown) {
            _ = await #expect(throws: RequestError.self) { try await limiter.withSlot(for: .unknown) {} }
        }
        try await limiter.withSlot(for: .unknown) {}
    }

    @Test("forgets the one who does not wait any more")
    func cancelled() async throws {
        let limiter = Limiter(count: 1, patience: .seconds(300))
        let gate = Gate()
        let first = Task { try await limiter.withSlot(for: .unknown) { await gate.wait() } }
        try await until { limiter.used == 1 }
        let second = Task { try await limiter.withSlot(for: .unknown) {} }
        try await until { limiter.waiting == 1 }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(limiter.waiting == 0)
        gate.open()
        try await first.value
        #expect(limiter.used == 0)
    }
}

/// Who was served, in the order in which they were.
private final class Order: Sendable {
    let names = Mutex<[String]>([])
}

/// Counts how many are inside at once.
private final class Tally: Sendable {
    private let numbers = Mutex((now: 0, most: 0))

    var most: Int { numbers.withLock { $0.most } }

    func enter() { numbers.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { numbers.withLock { $0.now -= 1 } }
}
