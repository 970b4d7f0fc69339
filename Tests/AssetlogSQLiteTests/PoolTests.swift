#if SQLite
import AssetlogSQLite
import Dispatch
import Foundation
import Synchronization
import Testing

@Suite("Connections that are shared")
struct PoolTests {
    private let directory: TemporaryDirectory
    private let database: Database

    init() throws {
        directory = try TemporaryDirectory()
        database = try Database(directory.file(), settings: ["PRAGMA synchronous = NORMAL"], readerCount: 2)
        try database.write { try $0.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)") }
    }

    /// Readers that stay inside their read until they are let go.
    private final class Holders: Sendable {
        private let inside = Atomic<Int>(0)
        private let gate = DispatchSemaphore(value: 0)

        var count: Int { inside.load(ordering: .acquiring) }

        func enter() {
            inside.add(1, ordering: .acquiringAndReleasing)
            gate.wait()
            gate.signal()
            inside.subtract(1, ordering: .acquiringAndReleasing)
        }

        func letGo() { gate.signal() }
    }

    @Test("never read more at once than there are connections, and all get their turn")
    func bounded() async throws {
        final class Counter: Sendable {
            let now = Atomic<Int>(0)
            let most = Atomic<Int>(0)
        }
        let counter = Counter()
        let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<100 {
                group.addTask { [database] in
                    try await database.read { connection in
                        let count = counter.now.add(1, ordering: .acquiringAndReleasing).newValue
                        counter.most.max(count, ordering: .acquiringAndReleasing)
                        defer { counter.now.subtract(1, ordering: .acquiringAndReleasing) }
                        return try connection.integer("SELECT ?", number) ?? 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 4950)
        #expect(counter.most.load(ordering: .acquiring) <= 2)
    }

    @Test("wait without a thread: as many tasks as one likes wait, and others continue")
    func waitsWithoutThread() async throws {
        let holders = Holders()
        let readers = (0..<2).map { _ in Task { [database] in try await database.read { _ in holders.enter() } } }
        try await eventually { holders.count == 2 }
        let waiting = (0..<500).map { number in
            Task { [database] in try await database.read { try $0.integer("SELECT ?", number) } }
        }
        // The tasks' threads are free: this task comes to its turn a hundred times.
        for _ in 0..<100 { await Task.yield() }
        #expect(holders.count == 2)
        holders.letGo()
        for (number, task) in waiting.enumerated() { #expect(try await task.value == Int64(number)) }
        for reader in readers { try await reader.value }
    }

    @Test("leave the line when their task is cancelled")
    func cancelledWaiting() async throws {
        let holders = Holders()
        let readers = (0..<2).map { _ in Task { [database] in try await database.read { _ in holders.enter() } } }
        try await eventually { holders.count == 2 }
        let hasRun = Flag()
        let cancelled = Task { [database] in try await database.read { _ in hasRun.set() } }
        await Task.yield()
        cancelled.cancel()
        // While both connections are still held.
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(holders.count == 2)
        holders.letGo()
        for reader in readers { try await reader.value }
        #expect(!hasRun.isSet)
        #expect(try await database.read { try $0.integer("SELECT 1") } == 1)
    }

    @Test("interrupt a statement when the task is cancelled, and are as good as before for the next one", arguments: ["read", "write"])
    func interrupted(_ kind: String) async throws {
        for _ in 0..<20 {
            let hasBegun = Flag()
            let work: @Sendable (Connection) throws -> Int64? = { connection in
                hasBegun.set()
                return try connection.integer(endless)
            }
            let task = Task { [database] in
                if kind == "read" { try await database.read(work) } else { try await database.write(work) }
            }
            try await eventually { hasBegun.isSet }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(try await database.read { try $0.integer("SELECT count(*) FROM numbers") } == 0)
            try await database.write { try $0.execute("DELETE FROM numbers") }
        }
    }

    @Test("do not begin for a task that was cancelled before, and change nothing for one that is cancelled while it writes")
    func cancelledWriting() async throws {
        let hasRun = Flag()
        let early = Task { [database] in
            while !Task.isCancelled { await Task.yield() }
            try await database.write { _ in hasRun.set() }
        }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(!hasRun.isSet)
        let hasWritten = Flag()
        let late = Task { [database] in
            try await database.write { connection in
                try connection.run("INSERT INTO numbers VALUES (?)", 1)
                hasWritten.set()
                _ = try connection.integer(endless)
            }
        }
        try await eventually { hasWritten.isSet }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(try await database.read { try $0.integer("SELECT count(*) FROM numbers") } == 0)
    }

    @Test("see one snapshot each, while another one writes")
    func snapshots() async throws {
        let writer = Task { [database] in
            for start in stride(from: 0, to: 3000, by: 10) {
                try await database.write { connection in
                    for n in start..<start + 10 { try connection.run("INSERT INTO numbers VALUES (?)", n) }
                }
            }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask { [database] in
                    try await database.read { connection in
                        let count = try connection.integer("SELECT count(*) FROM numbers") ?? 0
                        let sum = try connection.integer("SELECT coalesce(sum(n), 0) FROM numbers") ?? -1
                        return count % 10 == 0 && sum == count * (count - 1) / 2
                    }
                }
            }
            for try await isWhole in group { #expect(isWhole) }
        }
        try await writer.value
        #expect(try await database.read { try $0.integer("SELECT count(*) FROM numbers") } == 3000)
    }

    @Test("roll back what an access leaves open, and a reader can't write")
    func leftOpen() async throws {
        try await database.writer.access { connection in
            try connection.execute("BEGIN IMMEDIATE")
            try connection.run("INSERT INTO numbers VALUES (?)", 1)
        }
        #expect(try await database.writer.access { $0.isInTransaction } == false)
        #expect(try await database.read { try $0.integer("SELECT count(*) FROM numbers") } == 0)
        let error = await #expect(throws: SQLiteError.self) {
            try await database.read { try $0.execute("DELETE FROM numbers") }
        }
        #expect(error?.code.primary == .readOnly)
    }

    @Test("refuse work after they were closed, also work that waits, and closing waits for work that runs")
    func closed() async throws {
        let holders = Holders()
        let readers = (0..<2).map { _ in Task { [database] in try await database.read { _ in holders.enter() } } }
        try await eventually { holders.count == 2 }
        let waiting = Task { [database] in try await database.read { _ in } }
        await Task.yield()
        let hasClosed = Flag()
        DispatchQueue(label: "close").async { [database] in
            database.close()
            hasClosed.set()
        }
        let error = await #expect(throws: SQLiteError.self) { try await waiting.value }
        #expect(error?.code == .misuse)
        #expect(!hasClosed.isSet)
        holders.letGo()
        for reader in readers { try await reader.value }
        try await eventually { hasClosed.isSet }
        database.close()
        await #expect(throws: SQLiteError.self) { try await database.read { _ in } }
        await #expect(throws: SQLiteError.self) { try await database.write { _ in } }
        expectError(.misuse) { try database.read { _ in } }
        // The connection that writes was closed last, and took the write-ahead log along.
        #expect(!FileManager.default.fileExists(atPath: directory.file("test.sqlite-wal")))
    }

    @Test("open other connections after a renewal")
    func renewed() throws {
        let pool = try ReaderPool(directory.file(), count: 1)
        let away = directory.file("away.sqlite")
        #expect(try pool.read { try $0.integer("SELECT count(*) FROM numbers") } == 0)
        try FileManager.default.moveItem(atPath: directory.file(), toPath: away)
        #expect(try pool.read { $0.hasMoved })
        pool.renewConnections()
        expectError(.cantOpen) { try pool.read { _ in } }
        try FileManager.default.moveItem(atPath: away, toPath: directory.file())
        #expect(try pool.read { $0.hasMoved } == false)
        pool.close()
    }

    @Test("report at once that a file can't be opened")
    func cantOpen() throws {
        expectError(.cantOpen) { _ = try ReaderPool(directory.file("missing.sqlite")) }
        expectError(.cantOpen) { _ = try Database(directory.file("missing/test.sqlite")) }
        expectError(.cantOpen) { _ = try SerialConnection(directory.file("missing/test.sqlite")) }
    }

    @Test("can be nested, one database in another, on the thread of the outer one")
    func nested() async throws {
        let other = try Database(directory.file("other.sqlite"))
        try await other.write { try $0.execute("CREATE TABLE letters (l TEXT); INSERT INTO letters VALUES ('a')") }
        let pair = try await database.read { [other] numbers in
            try other.read { letters in
                (try numbers.integer("SELECT count(*) FROM numbers"), try letters.text("SELECT l FROM letters"))
            }
        }
        #expect(pair.0 == 0 && pair.1 == "a")
        other.close()
    }
}

/// Something that happened.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
#endif
