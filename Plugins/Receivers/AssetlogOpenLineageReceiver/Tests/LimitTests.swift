#if OpenLineageReceiver
import AssetlogCore
import Testing

@testable import AssetlogOpenLineageReceiver

/// Events that are large, broken or hostile.
struct LimitTests {
    @Test("ten thousand outputs are ten thousand materializations, and fail together")
    func manyOutputs() throws {
        let outputs = (0..<10_000).map { Samples.dataset("shop.orders_\($0)") }.joined(separator: ",")
        let log = try SampleLog()
        #expect(log.take(Samples.event("START", #""outputs": [\#(outputs)]"#)) == 10_000)
        #expect(log.take(Samples.event("COMPLETE", #""outputs": [\#(outputs)]"#)) == 10_000)
        #expect(log.take(Samples.event("FAIL")) == 10_000)
        #expect(log.unmapped.isEmpty)
    }

    @Test("outputs of a start that are too many to be kept are counted when they are missed")
    func tooManyOutputs() throws {
        let namespace = "postgres://" + String(repeating: "h", count: 1000)
        let outputs = (0..<3_000).map { Samples.dataset("orders_\($0)", in: namespace) }.joined(separator: ",")
        let log = try SampleLog()
        log.take(Samples.event("START", #""outputs": [\#(outputs)]"#))
        let failed = log.take(Samples.event("FAIL"))
        #expect((1_000..<3_000).contains(failed))
        #expect(log.unmapped.first?.contains("\(3_000 - failed) outputs of the run's START") == true, "\(log.unmapped)")
    }

    @Test("what all outputs repeat is cut, and said")
    func repeated() throws {
        let outputs = (0..<2_000).map { Samples.dataset("o\($0)") }.joined(separator: ",")
        let inputs = (0..<900).map { Samples.dataset("i\($0)" + String(repeating: "x", count: 50)) }.joined(separator: ",")
        let log = try SampleLog()
        let facet = String(repeating: "y", count: 8_000)
        let run = #""run": {"runId": "\#(Samples.run)", "facets": {"a": {"x": "\#(facet)"}, "b": {"x": "\#(facet)"}}}"#
        log.take(Samples.event("COMPLETE", #""outputs": [\#(outputs)], "inputs": [\#(inputs)], \#(run)"#))
        let bytes = log.items.reduce(0) { $0 + $1.json.count }
        #expect(log.items.count == 2_000)
        #expect(bytes < 64 << 20, "\(bytes) bytes")
        #expect(log.unmapped.contains { $0.contains("inputs are kept") })
        #expect(log.items.first?["openlineage/left_out"] == .text("openlineage/run/b"))
    }

    @Test("an event of 10 MB is read in time and within bounds", arguments: ["[]", "{}", "{\"name\":\"\"}", "1", "\"\\u0000\"", "[[[]]]"])
    func largeEvent(element: String) throws {
        let list = Array(repeating: element, count: (10 << 20) / (element.utf8.count + 1)).joined(separator: ",")
        let log = try SampleLog()
        log.take(Samples.event("COMPLETE", #""outputs": [\#(list)], "inputs": [\#(list)]"#))
        #expect(log.items.isEmpty)
        #expect((1...20).contains(log.unmapped.count))
    }

    @Test(
        "a name that no key can have is counted, and the others are recorded",
        arguments: [#"a\u0000b"#, String(repeating: "x", count: 3000), "", "...", "/", "%00", "%"])
    func hostileNames(name: String) throws {
        let log = try SampleLog()
        let outputs = [
            Samples.dataset(name), Samples.dataset("good"), Samples.dataset(name, in: "s3://\(name)"), Samples.dataset(name, in: ""),
        ]
        log.take(Samples.event("START", #""outputs": [\#(outputs.joined(separator: ","))]"#))
        log.take(Samples.event("COMPLETE", #""outputs": [\#(outputs.joined(separator: ","))]"#))
        #expect(log.short.contains("materialization good"))
        for item in log.items {
            let parts = item.assetKey.parts
            #expect(!parts.isEmpty && !parts.contains { $0.utf8.contains(0) })
            #expect(parts.reduce(0) { $0 + $1.utf8.count } <= 2048)
        }
    }

    @Test("mutated events of real producers never trap, and what becomes of them is bounded and the same each time")
    func mutations() throws {
        var generator = SplitMix(state: 20_261_130)
        let recorded = try Samples.recorded()
        #expect(recorded.count == 8)
        for round in 0..<1_000 {
            let body = Self.mutated(recorded[round % recorded.count], recorded, &generator)
            let (one, other) = (try SampleLog(["partitions": ["hour"]]), try SampleLog(["partitions": ["hour"]]))
            one.take(body)
            other.take(body)
            #expect(one.items == other.items && one.unmapped == other.unmapped && one.refusals == other.refusals)
            #expect(one.items.reduce(0) { $0 + $1.json.count } <= 64 * body.count + 65_536)
            #expect(one.unmapped.count <= 25)
            #expect(one.items.allSatisfy { (try? JSONView($0.json)) != nil })
        }
    }

    private static func mutated(_ body: [UInt8], _ others: [[UInt8]], _ generator: inout SplitMix) -> [UInt8] {
        var body = body
        for _ in 0..<Int.random(in: 1...4, using: &generator) where body.count > 1 {
            let at = Int.random(in: 0..<body.count, using: &generator)
            let pieces = ["null", "[]", "{}", "\"\"", "1e999", "-1", "\\u0000", ",", "true", "[[[[", "\"_deleted\":true,", "NaN"]
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: body[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: body.removeSubrange(at..<min(body.count, at + Int.random(in: 1...200, using: &generator)))
            case 2: body.insert(contentsOf: Array((pieces.randomElement(using: &generator) ?? "").utf8), at: at)
            case 3:
                let other = others.randomElement(using: &generator) ?? []
                let start = Int.random(in: 0..<max(other.count, 1), using: &generator)
                body.insert(contentsOf: other[start..<min(other.count, start + 300)], at: at)
            default: replaceValue(&body, from: at, by: Array((pieces.randomElement(using: &generator) ?? "").utf8))
            }
        }
        return body
    }

    // In place of a whole value, so that many bodies are still JSON.
    private static func replaceValue(_ body: inout [UInt8], from start: Int, by value: [UInt8]) {
        guard let colon = body[start...].firstIndex(of: UInt8(ascii: ":")) else { return }
        var (end, depth) = (colon + 1, 0)
        while end < body.count {
            switch body[end] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return body.replaceSubrange(colon + 1..<end, with: value) }
                depth -= 1
            case UInt8(ascii: ","): if depth == 0 { return body.replaceSubrange(colon + 1..<end, with: value) }
            default: break
            }
            end += 1
        }
    }
}

/// Random numbers that are the same in each run of the tests.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
#endif
