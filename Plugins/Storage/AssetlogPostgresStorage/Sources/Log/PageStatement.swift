#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

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
    ///   - window: At most so many events are looked at; nil: an index finds just those that are asked for.
    ///   - limit: At most so many events.
    init(_ query: EventQuery, horizon: Int64, among window: Int? = nil, limit: Int, _ schema: Schema) {
        self.init(query, horizon)
        var looked = "{schema}.events"
        if let window {
            looked = "(SELECT * FROM {schema}.events\(takeConditions()) ORDER BY \(order) LIMIT \(window)) AS looked"
        }
        addSelection(of: query)
        finish("\(looked)\(takeConditions())", query, limit, schema)
    }

    /// The statement that reads the page of a time that has few events: it finds them by their time, and sorts them.
    init(sorting query: EventQuery, horizon: Int64, limit: Int, _ schema: Schema) {
        // No index is of use for this, so that PostgreSQL does not read from the log's start for the first match.
        self.init(query, horizon, sequence: "sequence + 0")
        addSelection(of: query)
        finish("{schema}.events\(takeConditions())", query, limit, schema)
    }

    /// The statement that counts the events of the query's asset and time, up to a number.
    init(countOf query: EventQuery, upTo limit: Int64, _ schema: Schema) {
        self.init(EventQuery(order: .latest(before: nil), filter: query.filter), .max)
        text = schema.sql(
            """
            SELECT count(*) FROM (
                SELECT FROM {schema}.events\(takeConditions()) ORDER BY \(order) LIMIT \(limit)
            ) AS found
            """)
    }

    /// The statement that finds the sequence and the timestamp of the last of so many events that are looked at.
    init(endOf window: Int, _ query: EventQuery, horizon: Int64, _ schema: Schema) {
        self.init(query, horizon)
        text = schema.sql(
            """
            SELECT sequence, "timestamp" FROM {schema}.events\(takeConditions()) ORDER BY \(order)
            OFFSET \(window - 1) LIMIT 1
            """)
    }

    private mutating func finish(_ source: String, _ query: EventQuery, _ limit: Int, _ schema: Schema) {
        parameters.append(Int64(query.maximumBytes))
        // The page ends after the event that reaches the bytes. Lengths are known without reading large values.
        text = schema.sql(
            """
            SELECT \(EventRow.columns) FROM (
                SELECT *, sum(bytes) OVER (ORDER BY \(order) ROWS UNBOUNDED PRECEDING) - bytes AS before
                FROM (
                    SELECT *, octet_length(deployment) + octet_length(asset_key) + coalesce(octet_length(partition), 0)
                        + coalesce(octet_length(reported_by), 0) + octet_length(details) AS bytes
                    FROM \(source) ORDER BY \(order) LIMIT \(limit)
                ) AS found
            ) AS page WHERE before < $\(next) ORDER BY \(order)
            """)
    }

    private mutating func takeConditions() -> String {
        defer { conditions = [] }
        return conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    }

    // Begins with what an index finds: the start of the page, the asset, and by time the time.
    private init(_ query: EventQuery, _ horizon: Int64, sequence: String = "sequence") {
        let settings = ["enable_seqscan", "jit"] + (sequence == "sequence" ? ["enable_sort", "enable_bitmapscan"] : [])
        self.settings = "SELECT " + settings.map { "set_config('\($0)', 'off', true)" }.joined(separator: ", ")
        switch query.order {
        case .ascending(let after):
            order = "\(sequence) ASC"
            add("\(sequence) > ", after)
            add("\(sequence) <= ", horizon)
        case .descending(let before):
            order = "\(sequence) DESC"
            add("\(sequence) < ", min(before ?? .max, horizon + 1))
        case .latest(let before):
            order = "\"timestamp\" DESC, sequence DESC"
            add("sequence <= ", horizon)
            if let before { add("<", before) }
        }
        if let deployment = query.deployment, let assetKey = query.assetKey {
            add("asset_hash = ", AssetHash.of(assetKey, in: deployment))
        }
        if query.order.isByTime { addTime(of: query.filter) }
    }

    private mutating func addTime(of filter: EventFilter) {
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
    private mutating func addSelection(of query: EventQuery) {
        let filter = query.filter
        if let deployment = filter.deployment {
            parameters.append(deployment)
            add("deployment = ")
        }
        if let assetKey = filter.assetKey {
            parameters.append(assetKey.canonical)
            add("asset_key = ")
        }
        if let kinds = filter.possibleKinds {
            for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) { parameters.append(Int64(kind.rawValue)) }
            let placeholders = (next..<next + kinds.count).map { "$\($0)" }
            next += kinds.count
            conditions.append("kind IN (\(placeholders.joined(separator: ", ")))")
        }
        if !query.order.isByTime { addTime(of: filter) }
        if let assets = filter.assets { addAssets(assets) }
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

    // These find all that a pattern matches, and perhaps more; the reader looks again.
    private mutating func addAssets(_ patterns: [PartPattern]) {
        guard patterns.count <= Self.maximumPatterns else { return }
        guard !patterns.isEmpty else { return conditions.append("FALSE") }
        let likes = patterns.map { pattern in
            parameters.append(pattern.canonicalPieces.map(Self.escapedForLike).joined(separator: "%"))
            defer { next += 1 }
            return "asset_key LIKE $\(next)"
        }
        conditions.append("(\(likes.joined(separator: " OR ")))")
    }

    private static func escapedForLike(_ text: String) -> String {
        let special = Set("%_\\".utf8)
        return String(decoding: text.utf8.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }, as: UTF8.self)
    }

    /// More patterns are left to the reader: PostgreSQL would try each with each row.
    private static let maximumPatterns = 100

    /// Whether PostgreSQL leaves out what does not pass a filter, all but a few.
    static func filters(_ filter: EventFilter) -> Bool { filter.assets?.count ?? 0 <= maximumPatterns }

    private mutating func addDetail(_ member: [UInt8]) {
        parameters.append(member)
        conditions.append("position($\(next) IN details) > 0")
        next += 1
    }

    private mutating func add(_ comparison: String, _ timeKey: EventTimeKey) {
        parameters.append(timeKey.timestamp)
        parameters.append(timeKey.sequence)
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

extension EventQuery.Order {
    fileprivate var isByTime: Bool {
        if case .latest = self { true } else { false }
    }
}
#endif
