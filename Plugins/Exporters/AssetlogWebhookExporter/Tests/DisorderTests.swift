#if Webhook
import AssetlogCore
import Foundation
import Synchronization
import Testing

@testable import AssetlogWebhookExporter

/// A receiver that fails in every way at random, and senders that deliver what is left again, as the server does.
@Suite("Under a receiver in disorder")
struct DisorderTests {
    /// What the receiver took, and how often each event may have come twice.
    private struct Record {
        var taken: [Int64] = []
        var unanswered: [Int64: Int] = [:]
        var misbehaviours: [String: Int] = [:]
        var requests = 0
    }

    private static let assets = 20
    private static let count: Int64 = 600

    @Test(
        "every event arrives, in the order of its asset, and twice only after an answer was missing", arguments: ["structured", "batched"])
    func everything(_ mode: String) async throws {
        let record = Mutex(Record())
        let receiver = try Receiver { request in
            let sequences = Self.sequences(request)
            return record.withLock { Self.answer(to: sequences, &$0) }
        }
        let exporter = try await WebhookFixture.exporter(to: receiver, ["mode": [mode], "timeout": ["300ms"]])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 { group.addTask { try await Self.deliverAll(of: lane, exporter) } }
            try await group.waitForAll()
        }
        await exporter.close()
        record.withLock { Self.check($0) }
    }

    // Whether a request without an answer was taken is up to the receiver: here it was, which is the worse case.
    private static func answer(to sequences: [Int64], _ record: inout Record) -> Receiver.Answer {
        // Each misbehaviour once for certain, and then at random.
        record.requests += 1
        let certain = [0, 10, 20, 24]
        let roll = record.requests <= certain.count ? certain[record.requests - 1] : Int.random(in: 0..<100)
        let answer: (name: String, Receiver.Answer)? =
            switch roll {
            case 0..<10: ("500", .status(500))
            case 10..<20: ("429", .status(429, ["Retry-After: 0"]))
            case 20..<24: ("close", .close)
            case 24..<26: ("silence", .silence)
            default: nil
            }
        if case (20..<26) = roll { for sequence in sequences { record.unanswered[sequence, default: 0] += 1 } }
        if !(0..<20).contains(roll) { record.taken += sequences }
        if (26..<40).contains(roll) { usleep(2000) }
        if let answer { record.misbehaviours[answer.name, default: 0] += 1 }
        return answer?.1 ?? .status(200)
    }

    // Each asset belongs to one lane, so that no two deliveries share one.
    private static func deliverAll(of lane: Int, _ exporter: WebhookExporter) async throws {
        var rest = (1...count).filter { $0 % 4 == Int64(lane) }.map { WebhookFixture.event($0, key: ["\($0 % Int64(assets))"]) }
        while !rest.isEmpty {
            let batch = Array(rest.prefix(25))
            let results = try await exporter.deliver(WebhookFixture.batch(batch))
            #expect(results.count == batch.count)
            let left = zip(batch, results).filter { $1 != .delivered }.map(\.0)
            #expect(results.allSatisfy { if case .rejected = $0 { false } else { true } })
            rest = left + rest.dropFirst(batch.count)
        }
    }

    private static func check(_ record: Record) {
        #expect(record.misbehaviours.count == 4, "\(record.misbehaviours)")
        var first: [Int64: Int64] = [:]
        var seen: [Int64: Int] = [:]
        for sequence in record.taken {
            seen[sequence, default: 0] += 1
            guard seen[sequence] == 1 else { continue }
            let asset = sequence % Int64(assets)
            #expect(sequence > first[asset] ?? 0, "event \(sequence) came after event \(first[asset] ?? 0) of its asset")
            first[asset] = sequence
        }
        #expect(seen.count == Int(count))
        for (sequence, times) in seen { #expect(times <= 1 + (record.unanswered[sequence] ?? 0), "event \(sequence)") }
    }

    private static func sequences(_ request: Receiver.Request) -> [Int64] {
        let objects = request.json as? [[String: Any]] ?? [request.object]
        return objects.compactMap { ($0["sequence"] as? String).flatMap { Int64($0) } }
    }
}
#endif
