#if Postgres
internal import AssetlogCore

/// The statements that read one page of the log up to a horizon, by an index whatever is asked for.
struct PageStatement {
    private(set) var text = ""
    private(set) var parameters = Parameters()
    /// What must be set for it: the planner's estimates, right or not, must not lead it away from the indexes. One statement
    /// more is no round trip more.
    let settings: String

    private let order: String
    private var conditions: [String] = []
    private var next = 1

    /// The statement that reads the page.
    ///
    /// - Parameters:
    ///   - horizon: The last sequence that may be read.
    ///   - end: The last event that may be looked at; nil: there is no such bound.
    ///   - limit: At most so many events.
    init(_ query: EventQuery, horizon: Int64, upTo end: EventMoment? = nil, limit: Int, _ schema: Schema) {
        self.init(query, horizon)
        if let end { addEnd(end, of: query.order) }
        addSelection(of: query.filter)
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

    /// The statement that finds the sequence and the timestamp of the last of so many events that pass the filter without
    /// its selection.
    init(endOf window: Int, _ query: EventQuery, horizon: Int64, _ schema: Schema) {
        self.init(query, horizon)
        text = schema.sql(
            """
            SELECT sequence, "timestamp" FROM {schema}.events WHERE \(conditions.joined(separator: " AND "))
            ORDER BY \(order) OFFSET \(window - 1) LIMIT 1
            """)
    }

    private init(_ query: EventQuery, _ horizon: Int64) {
        // A time selects by its own index, and what it selects is sorted. In the order of the log PostgreSQL might read from
        // its start for the first match.
        let isTimed = query.from != nil || query.to != nil
        let sequence = isTimed ? "sequence + 0" : "sequence"
        let settings = ["enable_seqscan", "jit"] + (isTimed ? [] : ["enable_sort", "enable_bitmapscan"])
        self.settings = "SELECT " + settings.map { "set_config('\($0)', 'off', true)" }.joined(separator: ", ")
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
            if let before { add("<", before) }
        }
        addFilters(of: query.filter)
    }

    private mutating func addEnd(_ end: EventMoment, of order: EventQuery.Order) {
        switch order {
        case .ascending: add("sequence <= ", end.sequence)
        case .descending: add("sequence >= ", end.sequence)
        case .latest: add(">=", end)
        }
    }

    // What an index finds.
    private mutating func addFilters(of filter: EventFilter) {
        if let deployment = filter.deployment {
            parameters.append(deployment)
            add("deployment = ")
        }
        if let assetKey = filter.assetKey {
            if let deployment = filter.deployment { add("asset_hash = ", AssetHash.of(assetKey, in: deployment)) }
            parameters.append(assetKey.canonical)
            add("asset_key = ")
        }
        if let kinds = filter.possibleKinds {
            for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) { parameters.append(Int64(kind.rawValue)) }
            let places = (next..<next + kinds.count).map { "$\($0)" }
            next += kinds.count
            conditions.append("kind IN (\(places.joined(separator: ", ")))")
        }
        if let from = filter.from {
            parameters.append(from)
            add("\"timestamp\" >= ")
        }
        if let to = filter.to {
            parameters.append(to)
            add("\"timestamp\" < ")
        }
    }

    // What is looked for in each event that an index has found.
    private mutating func addSelection(of filter: EventFilter) {
        if let prefix = filter.prefix {
            let bounds = prefix.boundsBelow
            for text in [prefix.canonical, bounds.lower, bounds.upper] { parameters.append(text) }
            conditions.append("(asset_key = $\(next) OR (asset_key >= $\(next + 1) AND asset_key < $\(next + 2)))")
            next += 3
        }
        if let partition = filter.partition {
            // PostgreSQL takes no text with NUL, and no event has one.
            if partition.utf8.contains(0) { conditions.append("FALSE") }
            parameters.append(partition.utf8.contains(0) ? "" : partition)
            add("partition = ")
        }
        // The details may hold these bytes elsewhere too; the reader looks again.
        if let name = filter.checkName {
            var member = Array("\"check_name\":".utf8)
            CanonicalJSON.appendString(name.utf8, to: &member)
            addDetail(member)
        }
        if let passed = filter.passed { addDetail(Array("\"passed\":\(passed)".utf8)) }
    }

    private mutating func addDetail(_ member: [UInt8]) {
        parameters.append(member)
        conditions.append("position($\(next) IN details) > 0")
        next += 1
    }

    private mutating func add(_ comparison: String, _ moment: EventMoment) {
        parameters.append(moment.timestamp)
        parameters.append(moment.sequence)
        conditions.append("(\"timestamp\", sequence) \(comparison) ($\(next), $\(next + 1))")
        next += 2
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
