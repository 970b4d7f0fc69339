#if SQLite
internal import AssetlogCore

/// The filters of a query as a condition of SQL over the log, in a range of sequences.
struct LogFilter {
    private let query: EventQuery
    /// What stands after `WHERE`.
    let condition: String

    init(_ query: EventQuery) {
        self.query = query
        var conditions = ["sequence BETWEEN ? AND ?"]
        if query.deployment != nil { conditions.append("deployment = ?") }
        if query.assetKey != nil { conditions.append("asset_key = ?") }
        if query.kind != nil { conditions.append("kind = ?") }
        if query.from != nil { conditions.append("timestamp >= ?") }
        if query.to != nil { conditions.append("timestamp < ?") }
        condition = conditions.joined(separator: " AND ")
    }

    /// Binds the values of a statement that has no other parameters.
    func bind(to rows: RawStatement, _ range: ClosedRange<Int64>) throws {
        try rows.bind(range.lowerBound, at: 1)
        try rows.bind(range.upperBound, at: 2)
        var next: Int32 = 3
        func place() -> Int32 {
            defer { next += 1 }
            return next
        }
        if let deployment = query.deployment { try rows.bind(deployment, at: place()) }
        if let assetKey = query.assetKey { try rows.bind(assetKey.canonical, at: place()) }
        if let kind = query.kind { try rows.bind(Int64(kind.rawValue), at: place()) }
        if let from = query.from { try rows.bind(from.microseconds, at: place()) }
        if let to = query.to { try rows.bind(to.microseconds, at: place()) }
    }
}
#endif
