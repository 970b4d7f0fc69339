#if SQLite
internal import CSQLite

extension Statement {
    /// Binds an integer.
    public func bind(_ value: Int64, at index: Int) throws {
        try check(sqlite3_bind_int64(handle, Int32(truncatingIfNeeded: index), value))
    }

    /// Binds an integer.
    public func bind(_ value: Int, at index: Int) throws {
        try bind(Int64(value), at: index)
    }

    /// Binds an integer, or null.
    public func bind(_ value: Int64?, at index: Int) throws {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    /// Binds a floating-point number; SQLite makes null of one that is none (NaN).
    public func bind(_ value: Double, at index: Int) throws {
        try check(sqlite3_bind_double(handle, Int32(truncatingIfNeeded: index), value))
    }

    /// Binds null.
    public func bindNull(at index: Int) throws {
        try check(sqlite3_bind_null(handle, Int32(truncatingIfNeeded: index)))
    }

    /// Binds a copy of a text.
    public func bind(_ text: String, at index: Int) throws {
        var text = text
        try text.withUTF8 { try bindText(UnsafeRawBufferPointer($0), at: index, assetlog_sqlite_transient()) }
    }

    /// Binds a copy of a text, or null.
    public func bind(_ text: String?, at index: Int) throws {
        if let text { try bind(text, at: index) } else { try bindNull(at: index) }
    }

    /// Binds a copy of bytes as a blob.
    public func bind(_ bytes: [UInt8], at index: Int) throws {
        try bytes.withUnsafeBytes { try bind(copying: $0, at: index) }
    }

    /// Binds a copy of bytes as a blob, or null.
    public func bind(_ bytes: [UInt8]?, at index: Int) throws {
        if let bytes { try bind(bytes, at: index) } else { try bindNull(at: index) }
    }

    /// Binds a copy of bytes as a blob.
    public func bind(copying bytes: UnsafeRawBufferPointer, at index: Int) throws {
        try bindBlob(bytes, at: index, assetlog_sqlite_transient())
    }

    /// Binds UTF-8 as text without a copy: the bytes must stay where they are until the parameter is bound again,
    /// ``clearBindings()`` is called, or the statement goes. Nil is null.
    public func bind(text bytes: UnsafeRawBufferPointer?, at index: Int) throws {
        guard let bytes else { return try bindNull(at: index) }
        try bindText(bytes, at: index, nil)
    }

    /// Binds bytes as a blob without a copy: they must stay where they are until the parameter is bound again,
    /// ``clearBindings()`` is called, or the statement goes.
    public func bind(blob bytes: UnsafeRawBufferPointer, at index: Int) throws {
        try bindBlob(bytes, at: index, nil)
    }

    /// Binds the values of all parameters, in order. One without a value is null.
    public func bind(_ values: [(any StatementValue)?]) throws {
        guard values.count <= Int(sqlite3_bind_parameter_count(handle)) else {
            throw SQLiteError(.range, "there are \(values.count) values for fewer parameters", file: connection.path)
        }
        clearBindings()
        for (index, value) in values.enumerated() { try value?.bind(to: self, at: index + 1) }
    }

    private func bindText(_ bytes: UnsafeRawBufferPointer, at index: Int, _ copying: sqlite3_destructor_type?) throws {
        // A null pointer would bind null, and the empty text is not null.
        let start = (bytes.baseAddress ?? Self.empty).assumingMemoryBound(to: CChar.self)
        try check(
            sqlite3_bind_text64(handle, Int32(truncatingIfNeeded: index), start, UInt64(bytes.count), copying, UInt8(SQLITE_UTF8)))
    }

    private func bindBlob(_ bytes: UnsafeRawBufferPointer, at index: Int, _ copying: sqlite3_destructor_type?) throws {
        let start = bytes.baseAddress ?? Self.empty
        try check(sqlite3_bind_blob64(handle, Int32(truncatingIfNeeded: index), start, UInt64(bytes.count), copying))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw connection.lastError }
    }

    /// Where an empty text is.
    private nonisolated(unsafe) static let empty: UnsafeRawPointer = {
        // Allocated once and never freed or changed.
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafeRawPointer(byte)
    }()
}
#endif
