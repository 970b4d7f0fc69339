import AssetlogCore
import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension StorageFixture {
    /// Asks for a lease and checks the answer.
    func expectLease(
        _ expected: Bool, on consumer: String, lasting duration: Duration = .seconds(600), for server: any Storage,
        _ who: String
    ) async throws {
        let isGiven = try await server.lease(consumer, for: duration)
        try expect(isGiven == expected, "\(who) \(isGiven ? "got" : "did not get") the lease on \(consumer).")
    }

    /// Asks for a lease until it is given.
    func waitForLease(on consumer: String, for server: any Storage) async throws {
        let start = ContinuousClock.now
        while try await !server.lease(consumer, for: .seconds(600)) {
            try expect(ContinuousClock.now - start < .seconds(30), "a lease on \(consumer) that nobody renews does not end.")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Moves a cursor and checks whether that is allowed.
    func expectAdvance(_ expected: Bool, to cursor: ConsumerCursor, by server: any Storage, _ who: String) async throws {
        let isMoved = try await server.advance(cursor)
        try expect(isMoved == expected, "\(who) \(isMoved ? "could" : "could not") move the cursor to \(cursor.position).")
    }

    /// Checks where a cursor is.
    func expectCursor(_ expected: ConsumerCursor, _ when: String) async throws {
        let found = try await storage.cursor(of: expected.consumer)
        try expect(found == expected, "\(when) the cursor is \(found), expected \(expected).")
    }

    /// Reads the log of another server until it holds all that was appended, and checks it.
    func waitForLog(on server: any Storage, _ when: String) async throws {
        let start = ContinuousClock.now
        let last = model.last?.sequence ?? 0
        while try await server.events(EventQuery(order: .descending(before: nil), limit: 1)).events.first?.sequence != last {
            try expect(
                ContinuousClock.now - start < .seconds(30),
                "\(when): another server does not show the event \(last) that was appended \(ContinuousClock.now - start) ago.")
            try await Task.sleep(for: .milliseconds(5))
        }
        let found = try await server.events(EventQuery(limit: 1000)).events
        try check(found, model, "reading another server's log, \(when)")
    }
}

/// Readers that follow a log from its start while servers append to it.
final class Pursuit: Sendable {
    private struct State {
        /// How often each reader has read.
        var reads: [Int]
        /// The last sequence of the log; nil while servers append.
        var last: Int64?
    }

    private let servers: [any Storage]
    private let state: Mutex<State>

    init(of servers: [any Storage]) {
        self.servers = servers
        state = Mutex(State(reads: servers.map { _ in 0 }))
    }

    /// Lets each server append its batches while a reader follows each server.
    ///
    /// - Returns: What each reader has seen when all was appended.
    func run(_ batches: [[[Event]]]) async throws -> [[LoggedEvent]] {
        try await withThrowingTaskGroup(of: (Int, [LoggedEvent]).self) { group in
            for index in servers.indices { group.addTask { (index, try await self.follow(index)) } }
            let writers = zip(servers, batches).map { server, batches in
                onThread { try self.append(batches, on: server) }
            }
            var last: Int64 = 0
            for writer in writers { last = max(last, try await writer.value) }
            state.withLock { $0.last = last }
            return try await group.reduce(into: servers.map { _ in [] }) { $0[$1.0] = $1.1 }
        }
    }

    private func append(_ batches: [[Event]], on server: any Storage) throws -> Int64 {
        var last: Int64 = 0
        for batch in batches {
            waitForReads()
            last = try server.append(EventBatch(batch)).sequences?.upperBound ?? last
        }
        return last
    }

    // So that every reader looks between the appends, however busy the machine is.
    private func waitForReads() {
        let before = state.withLock { $0.reads }
        for _ in 0..<2000 where zip(state.withLock { $0.reads }, before).contains(where: { $0 <= $1 }) { usleep(1000) }
    }

    private func follow(_ index: Int) async throws -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        var next: Int64 = 0
        var end: ContinuousClock.Instant?
        while true {
            let last = state.withLock { $0.last }
            let page = try await servers[index].events(EventQuery(order: .ascending(after: next), limit: 50))
            state.withLock { $0.reads[index] += 1 }
            events += page.events
            if case .ascending(let after)? = page.continuation { next = after }
            if let last, next >= last { return events }
            guard page.events.isEmpty else { continue }
            if last != nil { end = end ?? .now + .seconds(30) }
            try expect(
                end.map { .now < $0 } ?? true,
                "a reader that follows the log sees nothing after \(next), though \(last ?? 0) was appended 30 s ago.")
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Checks that the events of one appender stand in a log in their order, and those of one append side by side.
func expectOrder(of batches: [[Event]], in log: [LoggedEvent]) throws {
    let recorded = Dictionary(log.map { (EventIdentity($0.id, in: $0.deployment), $0.sequence) }, uniquingKeysWith: { $1 })
    var last: Int64 = 0
    for batch in batches {
        let sequences = batch.compactMap { recorded[EventIdentity($0.id, in: $0.deployment)] }
        guard let first = sequences.first, sequences.count == batch.count, first > last else {
            throw ConformanceFailure("the events of one server do not stand in the order of its appends.")
        }
        let expected = Array(first..<first + Int64(batch.count))
        try expect(sequences == expected, "the events of one append got the sequences \(sequences), not \(expected).")
        last = sequences.last ?? last
    }
}

/// Appends events with identities of clients, again while the storage could not look for one of them.
func settle(_ events: [Event], on server: any Storage) throws -> AppendOutcome {
    var outcome = AppendOutcome()
    for _ in 0..<50 {
        var batch = EventBatch()
        batch.beginGroup()
        for event in events { batch.append(event, clientChoice: .identity) }
        batch.endGroup()
        outcome = try server.append(batch)
        guard outcome.skippedEvents.contains(where: { $0.reason == .indeterminate }) else { return outcome }
    }
    throw ConformanceFailure("an identity could not be looked for, however often it was sent.")
}

/// Does blocking work on a thread of its own, beginning now.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) -> Task<Result, any Error> {
    Task {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "assetlog.testing").async { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }
}
