#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// A filter as a condition of SQL over the log, in a range of sequences; without what is looked for in each event.
///
/// What the condition leaves out costs little; every other row is looked at, and counted.
struct LogFilter {
    private let filter: EventFilter
    private let kinds: [EventKind]
    /// What stands after `WHERE`.
    let condition: String

    init(_ filter: EventFilter) {
        self.filter = filter
        kinds = filter.sortedKinds
        var conditions = ["sequence BETWEEN ? AND ?"]
        if filter.deployment != nil { conditions.append("deployment = ?") }
        if filter.assetKey != nil { conditions.append("asset_key = ?") }
        if filter.possibleKinds != nil {
            conditions.append("kind IN (\(kinds.map { _ in "?" }.joined(separator: ",")))")
        }
        if filter.from != nil { conditions.append("timestamp >= ?") }
        if filter.to != nil { conditions.append("timestamp < ?") }
        condition = conditions.joined(separator: " AND ")
    }

    /// Binds the values of a statement that has no other parameters.
    func bind(to rows: Statement, _ range: ClosedRange<Int64>) throws {
        try rows.bind(range.lowerBound, at: 1)
        try rows.bind(range.upperBound, at: 2)
        var next = 3
        func parameter() -> Int {
            defer { next += 1 }
            return next
        }
        if let deployment = filter.deployment { try rows.bind(deployment, at: parameter()) }
        if let assetKey = filter.assetKey { try rows.bind(assetKey.canonical, at: parameter()) }
        if filter.possibleKinds != nil {
            for kind in kinds { try rows.bind(Int64(kind.rawValue), at: parameter()) }
        }
        if let from = filter.from { try rows.bind(from.microseconds, at: parameter()) }
        if let to = filter.to { try rows.bind(to.microseconds, at: parameter()) }
    }
}

extension EventFilter {
    /// The kinds that an event which passes can have, in one order.
    var sortedKinds: [EventKind] { EventKind.allCases.filter { possibleKinds?.contains($0) ?? true } }

    /// Whether it has one of those that the index does not answer, or not always: each event has to be looked at.
    var hasUnindexedParts: Bool {
        prefix != nil || assets != nil || partition != nil || checkName != nil || passed != nil
    }
}
#endif
