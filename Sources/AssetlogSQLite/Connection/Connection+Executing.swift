#if SQLite
internal import CSQLite

extension Connection {
    /// Executes statements, one after the other, and drops their rows. Nothing of them is kept.
    ///
    /// - Parameter sql: Statements without parameters, separated by semicolons.
    public func execute(_ sql: String) throws {
        var sql = sql
        try sql.withUTF8 { text in
            var rest = text[...]
            while !rest.isEmpty {
                let (statement, length) = try prepareFirst(UnsafeBufferPointer(rebasing: rest))
                try statement?.run()
                rest = rest.dropFirst(length)
            }
        }
    }

    /// Prepares the first statement of a text; nil: there are only blanks and comments.
    private func prepareFirst(_ text: UnsafeBufferPointer<UInt8>) throws -> (Statement?, length: Int) {
        let handle = try openHandle
        return try text.withMemoryRebound(to: CChar.self) { text in
            var (statement, end) = (OpaquePointer?.none, UnsafePointer<CChar>?.none)
            let code = sqlite3_prepare_v3(handle, text.baseAddress, Int32(clamping: text.count), 0, &statement, &end)
            guard code == SQLITE_OK else { throw SQLiteError(of: handle, file: path) }
            let length = text.baseAddress.flatMap { start in end.map { $0 - start } } ?? text.count
            // SQLite ends a text at a byte of zero, and would end there again.
            return (statement.map { Statement(self, $0, cachedAs: nil) }, length > 0 ? length : text.count)
        }
    }

    /// Executes one statement with the values of its parameters, in order.
    public func run(_ sql: String, _ values: (any StatementValue)?...) throws {
        let statement = try statement(sql)
        try statement.bind(values)
        try statement.run()
    }

    /// The first column of the first row as an integer; nil: there is no row, or it is null.
    public func integer(_ sql: String, _ values: (any StatementValue)?...) throws -> Int64? {
        try first(sql, values) { $0.integer(0) }
    }

    /// The first column of the first row as text; nil: there is no row, or it is null.
    public func text(_ sql: String, _ values: (any StatementValue)?...) throws -> String? {
        try first(sql, values) { $0.text(0) }
    }

    private func first<Value>(
        _ sql: String, _ values: [(any StatementValue)?], _ read: (Statement) -> Value
    ) throws -> Value? {
        let row = try statement(sql)
        try row.bind(values)
        guard try row.step(), row.type(0) != .null else { return nil }
        return read(row)
    }

    /// How many rows the last `INSERT`, `UPDATE` or `DELETE` changed.
    public var changes: Int {
        get throws { Int(sqlite3_changes64(try openHandle)) }
    }
}
#endif
