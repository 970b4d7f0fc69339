import AssetlogCore

@testable import AssetlogCatalog

/// Events of all kinds, in an order that is not that of time: late ones, equal timestamps, voids and wipes.
struct RandomHistory {
    private(set) var said: [Said] = []
    private var random: SeededGenerator

    private static let assets = [["raw", "orders"], ["raw", "é"], ["a/b"]]
    private static let partitions = ["2026-11-28", "2026-11-29", "2026-11-30", "", "e\u{301}", "\u{e9}"]
    private static let hour: Int64 = 3_600_000_000

    init(seed: UInt64, count: Int) {
        random = SeededGenerator(seed)
        while said.count < count { said.append(next()) }
    }

    private mutating func next() -> Said {
        let roll = Int.random(in: 0..<100, using: &random)
        if roll < 3, let voided = said.filter({ $0.kind.isReportable }).randomElement(using: &random) { return void(voided) }
        if roll < 5 { return wipe() }
        var one = Said(
            kind: EventKind.counted.sorted { $0.rawValue < $1.rawValue }.randomElement(using: &random) ?? .observation,
            asset: pick(Self.assets), time: time())
        one.id = id()
        one.deployment = random.chance(20) ? "prod" : "default"
        one.partition = random.chance(70) ? pick(Self.partitions) : nil
        one.reporter = random.chance(50) ? "nightly" : nil
        if one.kind == .check {
            one.check = Said.Check(
                name: pick(["fresh", "rows \"exact\"", "unique"]), passed: random.chance(60), severity: pick(["WARN", "ERROR"]),
                blocking: random.chance(30) ? random.chance(50) : nil)
        } else {
            fill(&one)
        }
        return one
    }

    private mutating func fill(_ one: inout Said) {
        one.description = random.chance(20) ? "description \(Int.random(in: 0..<5, using: &random))" : nil
        one.tags = random.chance(30) ? ["team": pick(["a", "b"]), "tier": "1"] : [:]
        one.upstream = random.chance(25) ? [pick(Self.assets), ["other"]] : nil
        if one.kind == .materialization || one.kind == .observation {
            one.version = random.chance(60) ? pick(["v1", "v2"]) : nil
            one.numbers = random.chance(60) ? [("rows", number()), (pick(["mean \\", "bytes"]), number())] : []
        }
        if one.kind == .materializationFailed { one.failure = ("UNKNOWN", "it broke \(Int.random(in: 0..<9, using: &random))") }
    }

    private mutating func void(_ voided: Said) -> Said {
        var one = Said(kind: .void, asset: voided.asset, time: time())
        one.id = id()
        (one.deployment, one.partition, one.voids) = (voided.deployment, voided.partition, voided.id)
        return one
    }

    private mutating func wipe() -> Said {
        var one = Said(kind: .wipe, asset: pick(Self.assets), time: time())
        one.id = id()
        one.deployment = random.chance(20) ? "prod" : "default"
        one.wipes = random.chance(50) ? [pick(Self.partitions)] : nil
        return one
    }

    // Few moments, so that many are equal.
    private mutating func time() -> Int64 {
        490_000 * Self.hour + Int64.random(in: 0..<90, using: &random) * Self.hour
    }

    // Sums of such numbers depend on their order, unless they are exact.
    private mutating func number() -> Double {
        pick([0.1, 0.2, 1e16, -1e16, 3, -0.5, 1e-9, 0.3333333333333333])
    }

    private mutating func id() -> EventID { EventID(high: random.next(), low: random.next()) }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    /// Cuts events into batches.
    static func batches(_ said: [Said], seed: UInt64, largest: Int = 12) -> [[Said]] {
        var random = SeededGenerator(seed)
        var batches: [[Said]] = []
        var rest = said[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Int.random(in: 1...largest, using: &random))
            batches.append(Array(batch))
            rest = rest.dropFirst(batch.count)
        }
        return batches
    }
}
