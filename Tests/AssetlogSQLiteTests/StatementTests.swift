#if SQLite
import AssetlogSQLite
import Foundation
import Testing

@Suite("A statement")
struct StatementTests {
    private let directory: TemporaryDirectory
    private let connection: Connection

    init() throws {
        directory = try TemporaryDirectory()
        connection = try Connection(directory.file())
        try connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, value)")
    }

    /// Stores a value and reads the row.
    private func stored<Value>(_ value: (any StatementValue)?, _ read: (Statement) -> Value) throws -> Value {
        try connection.run("INSERT OR REPLACE INTO things VALUES (1, ?)", value)
        let row = try connection.statement("SELECT value FROM things WHERE id = 1")
        try #require(try row.step())
        return read(row)
    }

    @Test("keeps integers", arguments: [0, 1, -1, Int64.max, .min])
    func integers(_ value: Int64) throws {
        #expect(try stored(value) { [$0.type(0) == .integer ? $0.integer(0) : nil] } == [value])
        #expect(try stored(Int(value)) { $0.integer(0) } == value)
    }

    @Test("keeps floating-point numbers", arguments: [0.5, -1e300, Double.leastNonzeroMagnitude, .infinity])
    func doubles(_ value: Double) throws {
        #expect(try stored(value) { ($0.type(0), $0.double(0)) } == (.real, value))
    }

    @Test("makes null of a number that is none")
    func notANumber() throws {
        #expect(try stored(Double.nan) { $0.type(0) } == .null)
    }

    @Test("keeps texts, also the empty one and those with a byte of zero", arguments: ["", "a", "a\0b", "\0", "Größe 🚲"])
    func texts(_ text: String) throws {
        #expect(try stored(text) { ($0.type(0), $0.text(0)) } == (.text, text))
        #expect(try connection.text("SELECT value FROM things") == text)
    }

    @Test("keeps blobs, also the empty one", arguments: [[], [0], [0xff, 0, 0xfe], Array(repeating: 7, count: 100_000)])
    func blobs(_ bytes: [UInt8]) throws {
        #expect(try stored(bytes) { ($0.type(0), Array($0.bytes(0))) } == (.blob, bytes))
    }

    @Test("keeps null apart from what is empty")
    func nulls() throws {
        #expect(try stored(nil) { ($0.type(0), $0.isNull(0), $0.bytes(0).count, $0.text(0), $0.integer(0)) } == (.null, true, 0, "", 0))
        #expect(try connection.integer("SELECT value FROM things") == nil)
        #expect(try connection.text("SELECT value FROM things WHERE id = 7") == nil)
    }

    @Test("binds bytes where they are, and forgets them")
    func borrowed() throws {
        let insert = try connection.prepare("INSERT INTO things (value) VALUES (?), (?)")
        try Array("text".utf8).withUnsafeBytes { bytes in
            try insert.bind(text: bytes, at: 1)
            try insert.bind(blob: bytes, at: 2)
            try insert.run()
        }
        try insert.bind(text: UnsafeRawBufferPointer(start: nil, count: 0), at: 1)
        try insert.bind(blob: UnsafeRawBufferPointer(start: nil, count: 0), at: 2)
        try insert.run()
        insert.clearBindings()
        try insert.run()
        try insert.bind(text: nil, at: 1)
        try insert.run()
        let types = try connection.statement("SELECT value FROM things ORDER BY id").rows { $0.type(0) }
        #expect(types == [.text, .blob, .text, .blob, .null, .null, .null, .null])
        #expect(try connection.integer("SELECT sum(length(value)) FROM things") == 8)
    }

    @Test("can be executed again after its end, in the middle of its rows, and after an error")
    func reuse() throws {
        let insert = try connection.prepare("INSERT INTO things VALUES (?, ?)")
        for id in 1...3 {
            try insert.bind([id, "a"])
            try insert.run()
        }
        expectError(.constraint) { try insert.run() }
        try insert.bind(4, at: 1)
        try insert.run()
        let rows = try connection.prepare("SELECT id FROM things WHERE id >= ? ORDER BY id")
        try rows.bind(1, at: 1)
        #expect(try rows.step() && rows.integer(0) == 1)
        rows.reset()
        try rows.bind(3, at: 1)
        #expect(try rows.rows { $0.integer(0) } == [3, 4])
        #expect(try rows.rows { $0.integer(0) } == [3, 4])
    }

    @Test("refuses parameters that it does not have")
    func range() throws {
        let statement = try connection.prepare("SELECT ?")
        expectError(.range) { try statement.bind("a", at: 0) }
        expectError(.range) { try statement.bind("a", at: 2) }
        expectError(.range) { try statement.bind("a", at: .max) }
        expectError(.range) { try statement.bind([1, 2]) }
        #expect(statement.columnCount == 1)
        #expect(try statement.rows { $0.type(5) } == [.null])
    }

    @Test("of the cache has no values of the one who had it before, and is not shared while it is used")
    func cache() throws {
        let sql = "SELECT ?"
        do {
            let first = try connection.statement(sql)
            try first.bind("a", at: 1)
            #expect(try first.step())
        }
        let second = try connection.statement(sql)
        let third = try connection.statement(sql)
        try third.bind("c", at: 1)
        #expect(try second.step() && third.step())
        #expect(second.isNull(0) && third.text(0) == "c")
    }

    @Test("survives a change of the tables and more statements than the cache holds", arguments: [0, 1, 2, 48])
    func bounded(_ capacity: Int) throws {
        let connection = try Connection(directory.file(), ConnectionOptions(cachedStatements: capacity))
        for round in 0..<3 {
            for index in 0..<100 {
                #expect(try connection.integer("SELECT \(index) FROM (SELECT count(*) FROM things)") == Int64(index))
            }
            let equal = try (0..<50).map { _ in try connection.statement("SELECT * FROM things") }
            #expect(try equal.allSatisfy { try !$0.step() })
            try connection.execute("ALTER TABLE things ADD COLUMN more\(round)")
        }
        #expect(try connection.statement("SELECT * FROM things").columnCount >= 2)
    }
}
#endif
