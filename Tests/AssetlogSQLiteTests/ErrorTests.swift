#if SQLite
import AssetlogSQLite
import Foundation
import Testing

@Suite("An error of SQLite")
struct ErrorTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("has the code, the file and the system's error of what can't be opened")
    func cantOpen() throws {
        let path = directory.file("missing/test.sqlite")
        let error = try #require(#expect(throws: SQLiteError.self) { _ = try Connection(path) })
        #expect(error.code.primary == .cantOpen)
        #expect(error.systemError == ENOENT)
        #expect(error.file == path && error.description.contains(path))
        #expect(error.message == "unable to open database file")
    }

    @Test("says what is no database, or none any more")
    func damaged() throws {
        try Data("this is no database, it is a longer text of some other kind".utf8).write(
            to: URL(fileURLWithPath: directory.file()))
        expectError(.notADatabase) { _ = try Connection(directory.file()) }
        let path = directory.file("damaged.sqlite")
        let connection = try Connection(path)
        try connection.execute("CREATE TABLE notes (text TEXT)")
        for index in 0..<500 { try connection.run("INSERT INTO notes VALUES (?)", "note \(index)") }
        connection.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for index in 4096..<bytes.count { bytes[index] = 0xff }
        try bytes.write(to: URL(fileURLWithPath: path))
        let again = try Connection(path)
        expectError(.corrupt) { _ = try again.integer("SELECT sum(length(text)) FROM notes") }
    }

    @Test("has the extended code and the message of a constraint")
    func constraint() throws {
        let connection = try Connection(directory.file())
        try connection.execute("CREATE TABLE notes (text TEXT NOT NULL)")
        let error = #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO notes VALUES (?)", nil) }
        #expect(error?.code == SQLiteError.Code(rawValue: 1299))
        #expect(error?.code.primary == .constraint)
        #expect(error?.message == "NOT NULL constraint failed: notes.text")
    }

    @Test("says that another connection holds the lock, after the busy timeout")
    func busy() throws {
        let first = try Connection(directory.file())
        let second = try Connection(directory.file(), ConnectionOptions(busyTimeout: .milliseconds(50)))
        try first.transaction {
            let start = ContinuousClock.now
            expectError(.busy) { try second.transaction {} }
            #expect(ContinuousClock.now - start >= .milliseconds(40))
        }
        try second.transaction {}
    }

    @Test("says that a table is missing, and that a text has no statement")
    func sql() throws {
        let connection = try Connection(directory.file())
        expectError(.error) { _ = try connection.statement("SELECT * FROM missing") }
        expectError(.error) { _ = try connection.prepare(" -- nothing") }
    }
}
#endif
