import AssetlogCore

/// Makes events that differ in all that a storage may stumble over, the same ones for the same seed.
struct EventMaker: Sendable {
    var random: SeededRandom
    private var identities = EventIDGenerator()
    private var clock = Timestamp(microseconds: 1_780_000_000_000_000)

    /// The deployments of the events.
    static let deployments = ["default", "prod", "Ünïcode"]

    /// The assets of the events. Two pairs of them only look alike, in composed and decomposed form and in case; some lie below
    /// another one, and some only begin with the same letters.
    static let assets = [
        AssetKey(["orders"]), AssetKey(["Orders"]), AssetKey(["warehouse", "orders"]), AssetKey(["caf\u{e9}"]),
        AssetKey(["cafe\u{301}"]), AssetKey(["quote\" slash\\ line\n", "tab\t"]), AssetKey([" ", ""]),
        AssetKey(["\u{1F600}\u{200D}\u{10FFFF}", "\u{FEFF}bom", "%_*'"]), AssetKey(["warehouse"]),
        AssetKey(["warehouse", "orders", "daily"]), AssetKey(["warehouse\",\"orders"]), AssetKey(["warehouse-2", "orders"]),
        AssetKey(["cafe", "orders"]),
    ]

    /// The names of the checks.
    static let checks = ["no_nulls", "no nulls", "caf\u{e9}", "cafe\u{301}", "q\"\\\n", "no_nulls\",\"passed\":true,\"x", ""]

    /// What tokens may be limited to: one asset, those below one, those of a name, none; and texts that only look alike.
    private static let patterns = [
        "orders", "warehouse", "warehouse/**", "**/orders", "*/orders", "*orders*", "caf\u{e9}", "cafe\u{301}", "c*/**", "*e/*",
        "warehouse\",\"orders", "*/%_*'", "quote\" slash\\ line\n/*", " /", "*", "**", "Orders/**/x", "none/of/these",
    ].compactMap { PartPattern($0) }

    private static let partitions: [String?] = [nil, "", "2026-11-22", "a|b", "nul\u{1}\u{7f}", "e\u{301}", "\u{e9}"]
    private static let details = [
        "{}", #"{"description":"the \"best\""}"#, #"{"metadata":{"a":{"type":"float","value":NaN}}}"#,
        #"{"metadata":{"b":{"type":"float","value":-Infinity},"\u0000":{"type":"text","value":"😀"}}}"#,
        #"{"tags":{"check_name":"no_nulls","passed":"true"},"metadata":{"c":{"type":"json","value":{"passed":true}}}}"#,
    ]

    init(seed: UInt64) {
        random = SeededRandom(state: seed)
    }

    /// Makes an event, some microseconds after the last one, now and then far off.
    mutating func next(deployment: String? = nil, assetKey: AssetKey? = nil, kind: EventKind? = nil) -> Event {
        clock.microseconds += Int64.random(in: 0...2_000_000, using: &random)
        var timestamp = clock
        switch Int.random(in: 0..<20, using: &random) {
        case 0: timestamp.microseconds -= 86_400_000_000
        case 1: timestamp.microseconds = -62_135_596_800_000_000
        default: break
        }
        return Event(
            id: identities.next(at: clock), deployment: deployment ?? pick(Self.deployments),
            kind: kind ?? pick(EventKind.allCases), assetKey: assetKey ?? pick(Self.assets),
            partition: pick(Self.partitions), timestamp: timestamp, receivedAt: clock,
            reportedBy: pick([nil, "", "spark"]), details: Array(pick(Self.details).utf8)
        ).withCheck(pick(Self.checks), passed: Bool.random(using: &random))
    }

    /// Makes an event with a random identity, as clients choose them, and without a timestamp of the client.
    mutating func chosen(deployment: String? = nil) -> Event {
        var event = next(deployment: deployment)
        event.id = EventID(high: random.next(), low: random.next())
        event.timestamp = event.receivedAt
        return event
    }

    /// Some filters, seldom many.
    mutating func filters() -> Set<FilterName> {
        Set((0..<Int.random(in: 0...4, using: &random)).map { _ in pick(FilterName.allCases) })
    }

    /// Makes a query with filters of the given kinds: often those that one of the events passes, else random ones.
    mutating func query(by filters: Set<FilterName>, over events: [LoggedEvent]) -> EventQuery {
        let event = events.randomElement(using: &random)
        let sequence = event?.sequence ?? 0
        let orders: [EventQuery.Order] = [
            .ascending(after: 0), .ascending(after: sequence), .descending(before: nil), .descending(before: sequence),
            .latest(before: nil), .latest(before: event?.timeKey),
        ]
        var query = EventQuery(order: pick(orders), limit: Int.random(in: 1...60, using: &random))
        let passing = Bool.random(using: &random) ? events.randomElement(using: &random)?.event : nil
        if filters.contains(.deployment) { query.deployment = passing?.deployment ?? pick(Self.deployments + ["unknown"]) }
        if filters.contains(.assetKey) { query.assetKey = passing?.assetKey ?? pick(Self.assets + [AssetKey(["unknown"])]) }
        if filters.contains(.prefix) { query.prefix = prefix(of: passing?.assetKey) }
        if filters.contains(.assets) {
            query.assets = (0..<Int.random(in: 0...3, using: &random)).map { _ in pick(Self.patterns) }
        }
        if filters.contains(.kind) { query.kinds = [passing?.kind ?? pick(EventKind.allCases)] }
        if filters.contains(.kinds) {
            query.kinds = Set((0..<2).map { _ in pick(EventKind.allCases) } + [passing?.kind ?? .check])
        }
        if filters.contains(.partition) {
            query.partition = passing?.partition ?? pick(Self.partitions.compactMap(\.self) + ["unknown", "\0"])
        }
        if filters.contains(.checkName) { query.checkName = pick(Self.checks + ["unknown"]) }
        if filters.contains(.passed) { query.passed = Bool.random(using: &random) }
        if filters.contains(.from) { query.from = events.randomElement(using: &random)?.timestamp }
        if filters.contains(.to) { query.to = events.randomElement(using: &random)?.timestamp }
        return query
    }

    // What a key begins with: this one, one of the events, or none of them.
    private mutating func prefix(of key: AssetKey?) -> AssetKey {
        let parts = (key ?? pick(Self.assets + [AssetKey(["ware"]), AssetKey(["warehouse", "order"])])).parts
        return AssetKey(Array(parts.prefix(Int.random(in: 1...parts.count, using: &random))))
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}

/// The filters of a query.
enum FilterName: CaseIterable {
    case deployment
    case assetKey
    case prefix
    case assets
    case kind
    case kinds
    case partition
    case checkName
    case passed
    case from
    case to
}

extension Event {
    /// The event with what a check says at the end of its details; other kinds as they are.
    fileprivate func withCheck(_ name: String, passed: Bool) -> Event {
        guard kind == .check else { return self }
        var event = self
        event.details.removeLast()
        if event.details.count > 1 { event.details.append(UInt8(ascii: ",")) }
        event.details += "\"check_name\":".utf8
        CanonicalJSON.appendString(name.utf8, to: &event.details)
        event.details += ",\"passed\":\(passed),\"severity\":\"ERROR\"}".utf8
        return event
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededRandom: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
