import AssetlogCore

/// Makes events that differ in all that a storage may stumble over, the same ones for the same seed.
struct EventMaker: Sendable {
    var random: SeededRandom
    private var identities = EventIDGenerator()
    private var clock = Timestamp(microseconds: 1_780_000_000_000_000)

    /// The deployments of the events.
    static let deployments = ["default", "prod", "Ünïcode"]

    /// The assets of the events. Two pairs of them only look alike, in composed and decomposed form and in case.
    static let assets = [
        AssetKey(["orders"]), AssetKey(["Orders"]), AssetKey(["warehouse", "orders"]), AssetKey(["caf\u{e9}"]),
        AssetKey(["cafe\u{301}"]), AssetKey(["quote\" slash\\ line\n", "tab\t"]), AssetKey([" ", ""]),
        AssetKey(["\u{1F600}\u{200D}\u{10FFFF}", "\u{FEFF}bom", "%_*'"]),
    ]

    private static let partitions: [String?] = [nil, "", "2026-11-22", "a|b", "nul\u{1}\u{7f}", "e\u{301}", "\u{e9}"]
    private static let details = [
        "{}", #"{"description":"the \"best\""}"#, #"{"metadata":{"a":{"type":"float","value":NaN}}}"#,
        #"{"metadata":{"b":{"type":"float","value":-Infinity},"\u0000":{"type":"text","value":"😀"}}}"#,
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
            reportedBy: pick([nil, "", "spark"]), details: Array(pick(Self.details).utf8))
    }

    /// Makes an event with a random identity, as clients choose them, and without a timestamp of the client.
    mutating func chosen(deployment: String? = nil) -> Event {
        var event = next(deployment: deployment)
        event.id = EventID(high: random.next(), low: random.next())
        event.timestamp = event.receivedAt
        return event
    }

    /// Makes a query with random filters of the given kinds.
    mutating func query(by filters: Set<EventFilter>, over events: [LoggedEvent]) -> EventQuery {
        let event = events.randomElement(using: &random)
        let place = event?.sequence ?? 0
        let orders: [EventQuery.Order] = [
            .ascending(after: 0), .ascending(after: place), .descending(before: nil), .descending(before: place),
            .latest(before: nil), .latest(before: event?.moment),
        ]
        var query = EventQuery(order: pick(orders), limit: Int.random(in: 1...60, using: &random))
        if filters.contains(.deployment) { query.deployment = pick(Self.deployments + ["unknown"]) }
        if filters.contains(.assetKey) { query.assetKey = pick(Self.assets + [AssetKey(["unknown"])]) }
        if filters.contains(.kind) { query.kind = pick(EventKind.allCases) }
        if filters.contains(.from) { query.from = events.randomElement(using: &random)?.timestamp }
        if filters.contains(.to) { query.to = events.randomElement(using: &random)?.timestamp }
        return query
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}

/// The filters of a query.
enum EventFilter: CaseIterable {
    case deployment
    case assetKey
    case kind
    case from
    case to
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
