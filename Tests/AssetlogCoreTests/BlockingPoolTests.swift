import AssetlogCore
import Foundation
import Synchronization
import Testing

@testable import AssetlogCore

/// Holds threads until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let arrivals = Atomic<Int>(0)

    /// How many threads have come to it.
    var arrived: Int { arrivals.load(ordering: .acquiring) }

    func pass() {
        arrivals.add(1, ordering: .acquiringAndReleasing)
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}

/// What calls have noted, in their order.
private final class Notes: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }

    func add(_ number: Int) { numbers.withLock { $0.append(number) } }
}

/// Waits for a condition, as long as a loaded machine may need.
private func eventually(_ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !condition() {
        try #require(ContinuousClock.now < end, "the condition has not come true")
        try await Task.sleep(for: .milliseconds(1))
    }
}

@Suite("A pool of threads for calls that block")
struct BlockingPoolTests {
    #if canImport(Glibc)
    @Test("has threads that give way to others, where that is asked for", arguments: [(0, 0), (10, 10), (-5, 0), (99, 19)])
    func niceness(asked: Int, given: Int) async throws {
        let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        let pool = BlockingPool("nice", niceness: asked)
        let niceness = try await pool.run { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        #expect(Int(niceness) == min(Int(own) + given, 19))
        // No other thread is slower for it.
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == own)
    }
    #endif

    @Test("returns what a call returns, and throws what it throws")
    func results() async throws {
        struct Refusal: Error {}
        let pool = BlockingPool("test")
        #expect(try await pool.run { 42 } == 42)
        await #expect(throws: Refusal.self) { try await pool.run { throw Refusal() } }
    }

    @Test("runs so many calls at a time and no more, the others in the order of their coming", arguments: [1, 3])
    func bound(threads: Int) async throws {
        let queue = WorkQueue(name: "test", limit: threads)
        let pool = BlockingPool(queue)
        let gate = Gate()
        let order = Notes()
        try await withThrowingTaskGroup { group in
            for _ in 0..<threads { group.addTask { try await pool.run { gate.pass() } } }
            try await eventually { gate.arrived == threads }
            for number in 0..<5 {
                group.addTask { try await pool.run { order.add(number) } }
                try await eventually { queue.counts.waiting == number + 1 }
            }
            #expect(queue.counts == (threads, 5))
            #expect(order.all.isEmpty)
            gate.open()
            try await group.waitForAll()
        }
        #expect(threads > 1 || order.all == Array(0..<5))
        #expect(order.all.sorted() == Array(0..<5))
    }

    @Test("uses a thread again rather than starting another one")
    func reuse() async throws {
        let started = Notes()
        let queue = WorkQueue(name: "test", limit: 8) { body in
            started.add(1)
            return startIfPossible(body)
        }
        let pool = BlockingPool(queue)
        for _ in 0..<50 {
            try await pool.run {}
            try await eventually { queue.idleCount == queue.counts.threads }
        }
        #expect(started.all == [1])
    }

    @Test("gives a call up whose task is cancelled while it waits, and leaves its turn to the next")
    func cancellation() async throws {
        let queue = WorkQueue(name: "test", limit: 1)
        let pool = BlockingPool(queue)
        let gate = Gate()
        let first = Task { try await pool.run { gate.pass() } }
        try await eventually { gate.arrived == 1 }
        let notes = Notes()
        let second = Task { try await pool.run { notes.add(2) } }
        try await eventually { queue.counts.waiting == 1 }
        let third = Task { try await pool.run { 3 } }
        try await eventually { queue.counts.waiting == 2 }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(queue.counts.waiting == 1)
        // What has begun continues.
        first.cancel()
        gate.open()
        try await first.value
        #expect(try await third.value == 3)
        #expect(notes.all.isEmpty)
    }

    @Test("runs a call of a task that was cancelled before, for that one cleans up")
    func cleaning() async throws {
        let pool = BlockingPool("test")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await pool.run { 1 }
        }
        task.cancel()
        #expect(try await task.value == 1)
    }

    @Test("refuses calls when it is closed, and lets the one under way end")
    func close() async throws {
        let queue = WorkQueue(name: "test", limit: 1)
        let pool = BlockingPool(queue)
        let gate = Gate()
        let running = Task {
            try await pool.run {
                gate.pass()
                return 1
            }
        }
        try await eventually { gate.arrived == 1 }
        let waiting = Task { try await pool.run { 2 } }
        try await eventually { queue.counts.waiting == 1 }
        pool.close()
        await #expect(throws: BlockingPoolError.closed) { try await waiting.value }
        await #expect(throws: BlockingPoolError.closed) { try await pool.run { 3 } }
        gate.open()
        #expect(try await running.value == 1)
        try await eventually { queue.counts.threads == 0 }
    }

    @Test("ends its threads when it is released")
    func release() async throws {
        let queue = WorkQueue(name: "test", limit: 2)
        try await BlockingPool(queue).run {}
        try await eventually { queue.counts.threads == 0 }
    }

    @Test("refuses a call when the operating system gives no thread, and takes calls when it does again")
    func noThread() async throws {
        let isAllowed = Atomic<Bool>(false)
        let pool = BlockingPool(
            WorkQueue(name: "test", limit: 2) { body in isAllowed.load(ordering: .relaxed) && startIfPossible(body) })
        await #expect(throws: BlockingPoolError.noThread) { try await pool.run {} }
        isAllowed.store(true, ordering: .relaxed)
        try await pool.run {}
    }

    @Test("makes do with the threads that it has when the operating system gives no more")
    func fewerThreads() async throws {
        let allowed = Atomic<Int>(1)
        let queue = WorkQueue(name: "test", limit: 4) { body in
            allowed.subtract(1, ordering: .relaxed).oldValue > 0 && startIfPossible(body)
        }
        let pool = BlockingPool(queue)
        let gate = Gate()
        let first = Task { try await pool.run { gate.pass() } }
        try await eventually { gate.arrived == 1 }
        let second = Task { try await pool.run { 2 } }
        try await eventually { queue.counts == (1, 1) }
        gate.open()
        try await first.value
        #expect(try await second.value == 2)
    }

    @Test("leaves the threads of Swift's tasks alone, however many calls block")
    func tasks() async throws {
        let pool = BlockingPool("test", threads: 64)
        let gate = Gate()
        try await withThrowingTaskGroup { group in
            for _ in 0..<64 { group.addTask { try await pool.run { gate.pass() } } }
            try await eventually { gate.arrived == 64 }
            gate.open()
            try await group.waitForAll()
        }
    }
}

@Suite("A thread for an actor that blocks")
struct ThreadExecutorTests {
    private actor Counter {
        private let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var count = 0
        private var threads: Set<UInt> = []

        init() throws {
            executor = try ThreadExecutor("test")
        }

        func add() -> Int {
            threads.insert(UInt(pthread_self()))
            count += 1
            return count
        }

        func wait(at gate: Gate) { gate.pass() }

        var threadCount: Int { threads.count }
    }

    @Test("runs all of the actor's methods on one thread, one at a time")
    func serial() async throws {
        let counter = try Counter()
        let results = await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { await counter.add() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.sorted() == Array(1...200))
        #expect(await counter.threadCount == 1)
    }

    @Test("ends with the last method of an actor that nobody keeps")
    func end() async throws {
        let gate = Gate()
        let notes = Notes()
        weak let released = try await {
            let counter = try Counter()
            Task {
                await counter.wait(at: gate)
                notes.add(1)
            }
            try await eventually { gate.arrived == 1 }
            return counter
        }()
        #expect(released != nil)
        gate.open()
        try await eventually { notes.all == [1] && released == nil }
    }
}
