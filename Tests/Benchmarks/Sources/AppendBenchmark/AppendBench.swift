import AssetlogCore
import Foundation

/// Whose identities the events of a batch have.
enum Variant: String, CaseIterable {
    /// The server made them: nothing is looked for.
    case server
    /// Clients chose them, and they are new.
    case fresh
    /// Clients chose them, and they are in the log.
    case repeated
    /// As ``server``, but random as those of clients: what the log holds before the measurement.
    case stored
    static let allCases: [Variant] = [.server, .fresh, .repeated]
}

/// Makes batches of events of some 230 bytes and a thousand assets, and measures their appends.
final class AppendBench {
    private let storage: any Storage
    private var batch = EventBatch(capacity: 1 << 20)
    private var identities = EventIDGenerator()
    private var random = SystemRandomNumberGenerator()
    private var known: [Event] = []
    private let assets = (0..<1000).map { AssetKey(["warehouse", "table_\($0)"]) }
    private let details = Array(
        #"{"tags":{},"metadata":{"rows":{"type":"int","value":1234567},"source":{"type":"text","value":"s3://bucket/path/part"}}}"#.utf8)

    init(_ storage: any Storage) {
        self.storage = storage
    }

    /// How many seconds a batch took, by the clock and of the processor.
    func append(_ variant: Variant, _ size: Int) throws -> SIMD2<Double> {
        batch.removeAll()
        for _ in 0..<size { add(variant) }
        let start = SIMD2(seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID))
        _ = try storage.append(batch)
        return SIMD2(seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID)) - start
    }

    private func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func add(_ variant: Variant) {
        switch variant {
        case .server: batch.append(event(identities.next(at: .now())))
        case .fresh: append(event(randomIdentity()), isChosen: true)
        case .stored:
            let event = event(randomIdentity())
            if known.count < 200_000 { known.append(event) }
            append(event, isChosen: false)
        case .repeated: append(known.randomElement(using: &random) ?? event(randomIdentity()), isChosen: true)
        }
    }

    private func append(_ event: Event, isChosen: Bool) {
        batch.append(event, clientChoice: isChosen ? .identity : [])
    }

    private func randomIdentity() -> EventID {
        EventID(high: .random(in: .min ... .max, using: &random), low: .random(in: .min ... .max, using: &random))
    }

    private func event(_ id: EventID) -> Event {
        let now = Timestamp.now()
        return Event(
            id: id, kind: .materialization, assetKey: assets[Int.random(in: 0..<assets.count, using: &random)],
            partition: "2026-11-22", timestamp: now, receivedAt: now, details: details)
    }
}
