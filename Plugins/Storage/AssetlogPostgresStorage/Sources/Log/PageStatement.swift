#if Postgres
internal import AssetlogCore

/// The statement that reads one page of the log up to a horizon, by an index whatever is asked for.
struct PageStatement {
    private(set) var text: String
    private(set) var parameters = Parameters()
    /// What must be set for it: the planner's estimates, right or not, must not lead it away from the indexes. One statement
    /// more is no round trip more.
    let settings: String

    private var conditions: [String] = []
    private var next = 1

    /// - Parameters:
    ///   - horizon: The last sequence that may be read.
    ///   - limit: At most so many events.
    init(_ query: EventQuery, horizon: Int64, limit: Int, _ schema: Schema) {
        text = ""
        // A time selects by its own index, and what it selects is sorted. In the order of the log PostgreSQL might read from
        // its start for the first match.
        let isTimed = query.from != nil || query.to != nil
        let sequence = isTimed ? "sequence + 0" : "sequence"
        let settings = ["enable_seqscan", "jit"] + (isTimed ? [] : ["enable_sort", "enable_bitmapscan"])
        self.settings = "SELECT " + settings.map { "set_config('\($0)', 'off', true)" }.joined(separator: ", ")
        let order: String
        switch query.order {
        case .ascending(let after):
            order = "\(sequence) ASC"
            add("sequence > ", after)
            add("sequence <= ", horizon)
        case .descending(let before):
            order = "\(sequence) DESC"
            add("sequence < ", min(before ?? .max, horizon + 1))
        case .latest(let before):
            order = "\"timestamp\" DESC, sequence DESC"
            add("sequence <= ", horizon)
            if let before {
                parameters.append(before.timestamp)
                parameters.append(before.sequence)
                conditions.append("(\"timestamp\", sequence) < ($\(next), $\(next + 1))")
                next += 2
            }
        }
        addFilters(of: query)
        parameters.append(Int64(query.maximumBytes))
        // The page ends after the event that reaches the bytes. Lengths are known without reading large values.
        text = schema.sql(
            """
            SELECT \(EventRow.columns) FROM (
                SELECT *, sum(bytes) OVER (ORDER BY \(order) ROWS UNBOUNDED PRECEDING) - bytes AS before
                FROM (
                    SELECT *, octet_length(deployment) + octet_length(asset_key) + coalesce(octet_length(partition), 0)
                        + coalesce(octet_length(reported_by), 0) + octet_length(details) AS bytes
                    FROM {schema}.events WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY \(order) LIMIT \(limit)
                ) AS found
            ) AS page WHERE before < $\(next) ORDER BY \(order)
            """)
    }

    private mutating func addFilters(of query: EventQuery) {
        if let deployment = query.deployment {
            parameters.append(deployment)
            add("deployment = ")
        }
        if let assetKey = query.assetKey {
            if let deployment = query.deployment { add("asset_hash = ", AssetHash.of(assetKey, in: deployment)) }
            parameters.append(assetKey.canonical)
            add("asset_key = ")
        }
        if let kind = query.kind { add("kind = ", Int64(kind.rawValue)) }
        if let from = query.from {
            parameters.append(from)
            add("\"timestamp\" >= ")
        }
        if let to = query.to {
            parameters.append(to)
            add("\"timestamp\" < ")
        }
    }

    private mutating func add(_ condition: String, _ number: Int64) {
        parameters.append(number)
        add(condition)
    }

    private mutating func add(_ condition: String) {
        conditions.append("\(condition)$\(next)")
        next += 1
    }
}
#endif
