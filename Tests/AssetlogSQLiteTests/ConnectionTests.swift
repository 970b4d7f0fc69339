#if SQLite
import AssetlogSQLite
import Foundation
import Testing

@Suite("A connection")
struct ConnectionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("makes the file, and reads it again")
    func reopens() throws {
        let first = try Connection(directory.file())
        try first.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('a'), ('b');")
        first.close()
        let second = try Connection(directory.file())
        #expect(try second.integer("SELECT count(*) FROM notes") == 2)
        #expect(try second.text("SELECT text FROM notes WHERE id = ?", 2) == "b")
    }

    @Test("executes every statement of a text, and stops at the first that fails")
    func executesAll() throws {
        let connection = try Connection(directory.file())
        try connection.execute("  -- a remark\n; CREATE TABLE a (x);; CREATE TABLE b (x) -- the end")
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 2)
        expectError(.error) { try connection.execute("CREATE TABLE c (x); CREATE TABLE a (x); CREATE TABLE d (x)") }
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 3)
        try connection.execute("")
    }

    @Test("takes no misspelt column in double quotes for a text")
    func quotes() throws {
        let connection = try Connection(directory.file())
        expectError(.error) { try connection.execute("SELECT \"no such column\"") }
    }

    @Test("opens what can only be read for reading")
    func readOnly() throws {
        let writer = try Connection(directory.file())
        try writer.execute("CREATE TABLE notes (text TEXT)")
        let reader = try Connection(directory.file(), ConnectionOptions(mode: .readOnly))
        expectError(.readOnly) { try reader.run("INSERT INTO notes VALUES (?)", "a") }
        #expect(try reader.integer("SELECT count(*) FROM notes") == 0)
    }

    @Test("reads an immutable file, and an unshared one with its write-ahead log, under any name")
    func unwritable() throws {
        let path = directory.file("file: 100 % of what?#&.sqlite")
        let writer = try Connection(path)
        try writer.execute("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT); PRAGMA wal_checkpoint(TRUNCATE)")
        try writer.run("INSERT INTO notes VALUES (?)", "in the log only")
        let copy = directory.file("copy?.sqlite")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try FileManager.default.copyItem(atPath: "\(path)-wal", toPath: "\(copy)-wal")
        writer.close()
        let unshared = try Connection(copy, ConnectionOptions(mode: .unshared))
        #expect(try unshared.integer("SELECT count(*) FROM notes") == 1)
        unshared.close()
        let immutable = try Connection(copy, ConnectionOptions(mode: .immutable))
        #expect(try immutable.integer("SELECT count(*) FROM notes") == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(copy)-shm"))
    }

    @Test("has the settings that it was given")
    func settings() throws {
        let connection = try Connection(directory.file(), ConnectionOptions(settings: ["PRAGMA cache_size = -123"]))
        #expect(try connection.integer("PRAGMA cache_size") == -123)
        #expect(throws: SQLiteError.self) {
            _ = try Connection(directory.file(), ConnectionOptions(settings: ["no SQL"]))
        }
    }

    @Test("says after it was closed that it was closed, and so do its statements")
    func closed() throws {
        let connection = try Connection(directory.file())
        let statement = try connection.prepare("SELECT 1")
        #expect(try statement.step())
        connection.close()
        connection.close()
        #expect(!connection.isOpen)
        expectError(.misuse) { _ = try statement.step() }
        expectError(.misuse) { try connection.execute("SELECT 1") }
        expectError(.misuse) { _ = try connection.statement("SELECT 1") }
        expectError(.misuse) { try connection.checkpoint(.passive) }
        #expect(!connection.isInTransaction && !connection.hasMoved)
    }

    @Test("commits a transaction that returns, and rolls back one that throws")
    func transactions() throws {
        struct Refusal: Error {}
        let connection = try Connection(directory.file())
        try connection.execute("CREATE TABLE notes (text TEXT)")
        let count = try connection.transaction {
            for text in ["a", "b", "c"] { try connection.run("INSERT INTO notes VALUES (?)", text) }
            return 3
        }
        #expect(throws: Refusal.self) {
            try connection.transaction {
                try connection.execute("DELETE FROM notes")
                #expect(connection.isInTransaction)
                throw Refusal()
            }
        }
        #expect(try connection.integer("SELECT count(*) FROM notes") == Int64(count))
        #expect(!connection.isInTransaction)
    }

    @Test("counts the rows of the last change, and upserts")
    func changes() throws {
        let connection = try Connection(directory.file())
        try connection.execute("CREATE TABLE counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID")
        let upsert = try connection.prepare(
            "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n")
        for (name, n) in [("a", 1), ("b", 2), ("a", 5)] {
            try upsert.bind([name, n])
            try upsert.run()
        }
        #expect(try connection.integer("SELECT n FROM counts WHERE name = 'a'") == 6)
        try connection.execute("UPDATE counts SET n = 0")
        #expect(try connection.changes == 2)
    }

    @Test("notices that its file was renamed, removed or replaced", arguments: ["renamed", "removed", "replaced"])
    func moved(_ how: String) throws {
        let path = directory.file()
        let connection = try Connection(path)
        try connection.execute("CREATE TABLE notes (text TEXT)")
        #expect(!connection.hasMoved)
        switch how {
        case "renamed": try FileManager.default.moveItem(atPath: path, toPath: "\(path).away")
        case "removed": try FileManager.default.removeItem(atPath: path)
        default: try Data().write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        #expect(connection.hasMoved)
    }

    @Test("reads one snapshot, from the moment on when it begins, while another connection writes")
    func snapshot() throws {
        let writer = try Connection(directory.file())
        try writer.execute("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)")
        let reader = try Connection(directory.file(), ConnectionOptions(mode: .readOnly))
        try reader.snapshot {
            // Before the reader's first statement.
            try writer.run("INSERT INTO notes VALUES (?)", "new")
            #expect(try reader.integer("SELECT count(*) FROM notes") == 0)
        }
        #expect(try reader.integer("SELECT count(*) FROM notes") == 1)
    }

    @Test("copies the write-ahead log into the file, and counts its pages")
    func checkpoints() throws {
        let connection = try Connection(directory.file())
        try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)")
        #expect(connection.walPages == 0)
        try connection.countWALPages()
        try connection.run("INSERT INTO notes VALUES (?)", "a")
        let pages = connection.walPages
        #expect(pages > 0)
        let reader = try Connection(directory.file(), ConnectionOptions(mode: .readOnly))
        try reader.snapshot {
            try connection.run("INSERT INTO notes VALUES (?)", "b")
            let passive = try connection.checkpoint(.passive)
            #expect(passive.remaining > 0 && passive.copied == pages)
            connection.busyTimeout = .milliseconds(20)
            expectError(.busy) { try connection.checkpoint(.truncate) }
        }
        #expect(try connection.checkpoint(.truncate).remaining == 0)
        let size = try FileManager.default.attributesOfItem(atPath: directory.file("test.sqlite-wal"))[.size] as? Int
        #expect(size == 0)
    }

    @Test("backs up a database that another connection writes, and copies nothing half")
    func backup() throws {
        let writer = try Connection(directory.file())
        try writer.execute("PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)")
        for index in 0..<500 { try writer.run("INSERT INTO notes VALUES (?)", "note \(index)") }
        let source = try Connection(directory.file(), ConnectionOptions(mode: .readOnly))
        let copy = try Connection(directory.file("copy.sqlite"))
        try source.backUp(to: copy)
        #expect(try copy.integer("SELECT count(*) FROM notes") == 500)
        #expect(try copy.integrityProblems() == [])
        #expect(try writer.integer("SELECT count(*) FROM notes") == 500)
        let locked = try Connection(directory.file("locked.sqlite"))
        let other = try Connection(directory.file("locked.sqlite"), ConnectionOptions(busyTimeout: .zero))
        try locked.transaction { expectError(.busy) { try source.backUp(to: other) } }
    }

    @Test("finds pages that do not hang together")
    func integrity() throws {
        let connection = try Connection(directory.file())
        try connection.execute("CREATE TABLE notes (text TEXT); CREATE INDEX by_text ON notes (text)")
        for index in 0..<200 { try connection.run("INSERT INTO notes VALUES (?)", "note \(index)") }
        #expect(try connection.integrityProblems() == [])
        connection.close()
        // The value in the index, which comes after the table.
        let url = URL(fileURLWithPath: directory.file())
        var bytes = try Data(contentsOf: url)
        let value = try #require(bytes.range(of: Data("note 123".utf8), options: .backwards))
        bytes.replaceSubrange(value, with: Data("note xyz".utf8))
        try bytes.write(to: url)
        let again = try Connection(directory.file())
        #expect(try again.integrityProblems(limit: 3).isEmpty == false)
    }
}
#endif
