#if SQLite
/// A value that a parameter of a statement can have.
public protocol StatementValue: Sendable {
    /// Binds it.
    func bind(to statement: Statement, at index: Int) throws
}

extension Int64: StatementValue {
    public func bind(to statement: Statement, at index: Int) throws { try statement.bind(self, at: index) }
}

extension Int: StatementValue {
    public func bind(to statement: Statement, at index: Int) throws { try statement.bind(self, at: index) }
}

extension Double: StatementValue {
    public func bind(to statement: Statement, at index: Int) throws { try statement.bind(self, at: index) }
}

extension String: StatementValue {
    public func bind(to statement: Statement, at index: Int) throws { try statement.bind(self, at: index) }
}

/// A blob.
extension [UInt8]: StatementValue {
    public func bind(to statement: Statement, at index: Int) throws { try statement.bind(self, at: index) }
}
#endif
