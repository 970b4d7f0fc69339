#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import AssetlogTesting
import Foundation
import Synchronization
import Testing

@Suite("The SQLite storage")
struct SQLiteConformanceTests {
    private let subject = StorageSubject {
        let location = Location(try TemporaryDirectory())
        return StorageLocation(
            open: { try await open(location.directory) },
            crash: { try location.crash() },
            tearTail: { try location.tearTail() },
            poison: { try location.poison() })
    }

    @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
    func conforms(to conformance: ConformanceCase<StorageSubject>) async throws {
        if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
    }

    @Test("keeps the contract of a storage that can remove events", arguments: RetentionConformance.cases)
    func removes(_ conformance: ConformanceCase<StorageSubject>) async throws {
        if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
    }
}

/// The directory of a storage under test, which changes with every crash.
private final class Location: Sendable {
    private let current: Mutex<TemporaryDirectory>

    var directory: TemporaryDirectory { current.withLock { $0 } }

    init(_ directory: TemporaryDirectory) {
        current = Mutex(directory)
    }

    /// Goes on in a copy of the files: the abandoned storage still holds the lock of the first directory.
    func crash() throws {
        let copy = try TemporaryDirectory()
        try directory.copy(to: copy)
        current.withLock { $0 = copy }
    }

    /// Leaves the beginning of another commit behind the last one: a frame header, and less than its page.
    func tearTail() throws {
        let log = URL(fileURLWithPath: directory.file("events.sqlite-wal"))
        var bytes = try Data(contentsOf: log)
        try #require(bytes.count > 32 + 4120, "the write-ahead log must hold the last appends")
        bytes.append(bytes[(bytes.count - 4120)..<(bytes.count - 1000)])
        try bytes.write(to: log)
    }

    /// Makes SQLite refuse the rows of one deployment.
    func poison() throws {
        let connection = try Connection(directory.file("events.sqlite"))
        try connection.execute(
            """
            CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.deployment = '\(StorageLocation.poisonedDeployment)'
            BEGIN SELECT RAISE(ABORT, 'poisoned'); END
            """)
        connection.close()
    }
}
#endif
