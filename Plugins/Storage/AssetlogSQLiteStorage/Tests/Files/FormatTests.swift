#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import Foundation
import Testing

@Suite("The files of the SQLite storage")
struct FormatTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func change(_ file: String, _ statements: String...) throws {
        let connection = try Connection(directory.file(file))
        for statement in statements { try connection.execute(statement) }
        connection.close()
    }

    private func refusal(of opening: () async throws -> any Storage) async throws -> StorageError {
        let error = await #expect(throws: StorageError.self) { await (try opening()).close() }
        return try #require(error)
    }

    @Test("A second server on the same folder is refused, and hears which process has it")
    func lock() async throws {
        let storage = try await open(directory)
        let error = try await refusal { try await open(directory) }
        #expect(error.code == .inUse)
        #expect(error.message.contains(directory.path))
        #expect(error.message.contains("\(ProcessInfo.processInfo.processIdentifier)"))
        await storage.close()
        let next = try await open(directory)
        await next.close()
    }

    @Test("A file of a newer release is refused, and not touched")
    func newer() async throws {
        await (try await open(directory)).close()
        try change("events.sqlite", "PRAGMA user_version = 99")
        let error = try await refusal { try await open(directory) }
        #expect(error.code == .tooNew)
        #expect(error.message.contains("99"))
        let verification = await #expect(throws: StorageError.self) { _ = try await setup(directory.path).verify?() }
        #expect(verification?.code == .tooNew)
        let connection = try Connection(directory.file("events.sqlite"))
        #expect(try connection.integer("PRAGMA user_version") == 99)
    }

    @Test("A file of an older format is upgraded with its events intact", arguments: [1, 2, 3, 4])
    func upgrade(_ format: Int) async throws {
        try change(
            "events.sqlite",
            """
            CREATE TABLE events (
                sequence INTEGER PRIMARY KEY, event_id BLOB NOT NULL, deployment TEXT NOT NULL,
                kind INTEGER NOT NULL, asset_key TEXT NOT NULL, partition TEXT, timestamp INTEGER NOT NULL,
                received_at INTEGER NOT NULL, reported_by TEXT, details BLOB NOT NULL)
            """,
            "INSERT INTO events VALUES (1, x'0199aabbccdd70008000000000000001', 'default', 1, '[\"a\"]', '', 5, 6, NULL, x'7b7d')",
            "INSERT INTO events VALUES (2, x'0199aabbccdd70008000000000000002', 'prod', 3, '[\"b\"]', NULL, 7, 8, 'spark', x'7b7d')",
            "PRAGMA application_id = \(0x414c_4f47)", "PRAGMA user_version = \(format)")
        if format >= 2 { try change("events.sqlite", "CREATE TABLE log (id BLOB NOT NULL)", "INSERT INTO log VALUES (x'01')") }
        if format >= 4 {
            try change(
                "events.sqlite", "ALTER TABLE events ADD COLUMN checksum INTEGER",
                "ALTER TABLE log ADD COLUMN unchecked_up_to INTEGER NOT NULL DEFAULT 2", "UPDATE log SET id = randomblob(16)",
                "CREATE TABLE gaps (first INTEGER PRIMARY KEY, last INTEGER NOT NULL)")
        }
        let verification = await #expect(throws: StorageError.self) { _ = try await setup(directory.path).verify?() }
        #expect(verification?.message.contains("older format \(format)") == true)

        let storage = try await open(directory)
        let found = try await storage.allEvents()
        #expect(found.map(\.sequence) == [1, 2])
        #expect(found[0].partition == "")
        #expect(found[1].reportedBy == "spark")
        #expect(try storage.append(EventBatch(events(1))).sequences == 3...3)
        await storage.close()
        let report = try #require(try await setup(directory.path).verify?())
        #expect(report == VerificationReport(events: 3, problems: []))
        // What was there has no checksum and is shown; what came since has one.
        let connection = try Connection(directory.file("events.sqlite"))
        let checked = try connection.statement("SELECT sequence FROM events WHERE checksum IS NOT NULL").rows { $0.integer(0) }
        #expect(checked == [3])
        connection.close()
    }

    @Test("The consumers of an older format keep their cursors, and can be backed up before the upgrade", arguments: [1, 2])
    func upgradeConsumers(_ format: Int) async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(9)))
        await storage.close()
        try FileManager.default.removeItem(atPath: directory.file("consumers.sqlite"))
        let columns = format == 1 ? "" : ", log BLOB, event BLOB"
        try change(
            "consumers.sqlite",
            """
            CREATE TABLE consumers (
                name TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL\(columns)) WITHOUT ROWID
            """,
            "INSERT INTO consumers (name, generation, position) VALUES ('audit', 2, 7)",
            "PRAGMA application_id = \(0x414c_4f43)", "PRAGMA user_version = \(format)")
        let sentence = try await setup(directory.path).backUp?(directory.file("backup.sqlite"))
        #expect(sentence?.contains("the cursors of audit, to") == true, "\(sentence ?? "")")

        let upgraded = try await open(directory)
        #expect(try await upgraded.cursors() == [ConsumerCursor(consumer: "audit", generation: 2, position: 7)])
        #expect(try await upgraded.deadLetterCount(of: "audit") == 0)
        try await upgraded.setPause(of: "audit", "maintenance")
        #expect(try await upgraded.pause(of: "audit") == "maintenance")
        await upgraded.close()
    }

    @Test("The consumers of a newer format are refused, and not touched")
    func newerConsumers() async throws {
        await (try await open(directory)).close()
        try change("consumers.sqlite", "PRAGMA user_version = 99")
        #expect(try await refusal { try await open(directory) }.code == .tooNew)
        let error = await #expect(throws: StorageError.self) { _ = try await setup(directory.path).openConsumers?() }
        #expect(error?.code == .tooNew)
        #expect(error?.message.contains("consumers.sqlite") == true)
    }

    @Test("Another program's database, or no database at all, is refused and left as it is")
    func foreign() async throws {
        try change("events.sqlite", "CREATE TABLE notes (text TEXT)")
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.file("events.sqlite")))
        #expect(try await refusal { try await open(directory) }.code == .damaged)
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.file("events.sqlite"))) == before)
        try Data("this is no database, it is a longer text of some other kind".utf8).write(
            to: URL(fileURLWithPath: directory.file("events.sqlite")))
        let error = try await refusal { try await open(directory) }
        #expect(error.code == .damaged)
        #expect(error.message.contains("events.sqlite"))
    }

    @Test(
        "An index that is missing, damaged, of another format or of another log is rebuilt",
        arguments: [
            "missing", "empty", "text", "format", "other log", "flipped",
        ])
    func index(_ damage: String) async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(3000, asset: "a")))
        let background = Task { try await storage.run() }
        let reader = try indexReader(directory)
        try await eventually {
            try reader.integer("SELECT watermark FROM progress") == 3000
        }
        reader.close()
        background.cancel()
        _ = await background.result
        await storage.close()

        let url = URL(fileURLWithPath: directory.file("index.sqlite"))
        switch damage {
        case "missing": try FileManager.default.removeItem(at: url)
        case "empty": try Data().write(to: url)
        case "text": try Data(repeating: 0x41, count: 9000).write(to: url)
        case "format": try change("index.sqlite", "PRAGMA user_version = 7")
        case "other log": try change("index.sqlite", "UPDATE progress SET log = randomblob(16)")
        default:
            var bytes = try Data(contentsOf: url)
            for offset in stride(from: 5000, to: bytes.count, by: 64) { bytes[offset] ^= 0xff }
            try bytes.write(to: url)
        }
        let reopened = try await open(directory)
        let running = Task { try await reopened.run() }
        for _ in 0..<5 {
            let page = try await reopened.events(
                EventQuery(order: .descending(before: nil), limit: 5, assetKey: AssetKey(["a"])))
            #expect(page.events.map(\.sequence) == [3000, 2999, 2998, 2997, 2996])
            let last = try #require(page.events.first)
            #expect(try await reopened.event(last.id, deployment: "default")?.sequence == 3000)
            _ = try await Task.sleep(for: .milliseconds(60))
        }
        try await eventually {
            let report = try await setup(directory.path).verify?()
            return report?.problems.isEmpty == true
        }
        running.cancel()
        await reopened.close()
    }

    @Test("After going back to an older log, cursors and index follow it")
    func restored() async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(10)))
        let backup = directory.file("backup.sqlite")
        _ = try await setup(directory.path).backUp?(backup)
        _ = try storage.append(EventBatch(events(90)))
        var cursor = try await storage.cursor(of: "audit")
        cursor.position = 100
        _ = try await storage.advance(cursor)
        await storage.close()

        try FileManager.default.removeItem(atPath: directory.file("events.sqlite"))
        try FileManager.default.moveItem(atPath: backup, toPath: directory.file("events.sqlite"))
        // The cursor is ahead, and nobody knows at which event: it is set back. (What names an event is a loss; see TruthTests.)
        let restored = try await open(directory)
        let found = try await restored.cursor(of: "audit")
        #expect(found.position == 10)
        #expect(found.generation > cursor.generation)
        #expect(try restored.append(EventBatch(events(1))).sequences == 11...11)
        #expect(try await restored.allEvents().count == 11)
        await restored.close()
    }

    @Test("A command next to a server moves a cursor, and the server's consumer notices")
    func consumersBeside() async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(10)))
        var cursor = try await storage.cursor(of: "audit")
        cursor.position = 8
        #expect(try await storage.advance(cursor))
        let beside = try #require(try await setup(directory.path).openConsumers?())
        #expect(try await beside.cursors() == [cursor])
        let replayed = try await beside.replay("audit", after: 2)
        await beside.close()
        cursor.position = 9
        #expect(try await !storage.advance(cursor))
        #expect(try await storage.cursor(of: "audit") == replayed)
        await storage.close()
    }

    @Test("Commands on a folder without a log say so, and make nothing")
    func noLog() async throws {
        let missing = directory.file("missing")
        let setup = try setup(missing)
        let calls: [() async throws -> Void] = [
            { _ = try await setup.verify?() },
            { _ = try await setup.backUp?(directory.file("copy")) },
            { _ = try await setup.openConsumers?() },
        ]
        for call in calls {
            let error = await #expect(throws: StorageError.self) { try await call() }
            #expect(error?.message.contains("There is no log at \(missing)") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test("A folder that can't be made is named")
    func noDirectory() async throws {
        try Data().write(to: URL(fileURLWithPath: directory.file("file")))
        let error = try await refusal {
            try await setup("\(directory.file("file"))/data").open(PluginContext(name: "sqlite", logger: quiet))
        }
        #expect(error.message.contains("\(directory.file("file"))/data"))
    }

    @Test("Checks the number of pages by the key's name", arguments: ["0", "99", "100001"])
    func pages(_ pages: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try setup(directory.path, ["checkpoint_pages": [pages]])
        }
        #expect("\(try #require(error))".contains("storage.sqlite.checkpoint_pages"))
    }
}
#endif
