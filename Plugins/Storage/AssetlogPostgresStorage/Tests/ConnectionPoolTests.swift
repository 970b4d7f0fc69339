#if Postgres
import AssetlogCore
internal import AssetlogPostgres
import Foundation
import Synchronization
import Testing

@testable import AssetlogPostgresStorage

@Suite("The connections that tasks share", .needsCluster, .fewAtOnce)
struct ConnectionPoolTests {
    private let cluster: Cluster

    init() throws {
        cluster = try Cluster.shared.get()
    }

    private func pool(_ url: String? = nil, timeout: Duration = .seconds(120), limit: Int = 1) throws -> ConnectionPool {
        let settings = ConnectionSettings(url: Secret(url ?? cluster.url()), timeout: timeout)
        let schema = try #require(Schema(cluster.freshSchema()))
        return ConnectionPool(Connector(settings, Migrator(schema: schema, mode: .run)), limit: limit)
    }

    /// Borrows a connection until it is given back.
    private final class Loan: Sendable {
        private let state = Mutex((isHeld: false, isEnded: false))
        private let semaphore = DispatchSemaphore(value: 0)

        var isHeld: Bool { state.withLock { $0.isHeld } }

        func hold() {
            state.withLock { $0.isHeld = true }
            semaphore.wait()
        }

        func end() { semaphore.signal() }
    }

    @Test("are given up by a task that is cancelled while it waits for one, and the next one gets its turn")
    func cancellation() async throws {
        let pool = try pool()
        let loan = Loan()
        let first = Task { try await pool.use { _, _ in loan.hold() } }
        await eventually("the connection is lent") { loan.isHeld }
        let hasRun = Atomic<Bool>(false)
        let second = Task { try await pool.use { _, _ in hasRun.store(true, ordering: .relaxed) } }
        await eventually("it waits") { pool.waiting == 1 }
        let third = Task { try await pool.run("SELECT 3") { $0.count } }
        await eventually("another one waits") { pool.waiting == 2 }
        second.cancel()
        // Before the connection comes back.
        await #expect(throws: CancellationError.self) { try await second.value }
        let ran = hasRun.load(ordering: .relaxed)
        #expect(!ran)
        loan.end()
        try await first.value
        #expect(try await third.value == 1)
        pool.close()
    }

    @Test("are lent to a task that was cancelled before, because it tidies up")
    func cleaning() async throws {
        let pool = try pool()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await pool.run("SELECT 1") { $0.count }
        }
        task.cancel()
        #expect(try await task.value == 1)
        pool.close()
    }

    @Test("are not lent after they were closed, neither to those who wait")
    func closed() async throws {
        let pool = try pool()
        let loan = Loan()
        let first = Task { try await pool.use { _, _ in loan.hold() } }
        await eventually("the connection is lent") { loan.isHeld }
        let second = Task { try await pool.run("SELECT 1") { $0.count } }
        await eventually("it waits") { pool.waiting == 1 }
        pool.close()
        let error = await #expect(throws: StorageError.self) { try await second.value }
        #expect(error?.code == .closed)
        loan.end()
        try await first.value
    }

    @Test("fail in one time-out, not one after the other, when the server hangs")
    func deadline() async throws {
        let proxy = try Proxy(to: cluster.port)
        defer { proxy.close() }
        let timeout = Duration.seconds(15)
        let pool = try pool(proxy.url(), timeout: timeout)
        await eventually("there is a connection") { try await pool.run("SELECT 1") { $0.count } == 1 }
        proxy.hold(.answers)
        let start = ContinuousClock.now
        await withTaskGroup { group in
            for _ in 0..<6 {
                group.addTask {
                    let error = await #expect(throws: StorageError.self) { try await pool.run("SELECT 1") { $0.count } }
                    #expect(error?.code == .unavailable)
                }
            }
        }
        // One hung for the whole time, and the others had none left.
        #expect(ContinuousClock.now - start < timeout * 4)
        proxy.release()
        pool.close()
    }
}
#endif
