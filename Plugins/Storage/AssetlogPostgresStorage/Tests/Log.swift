#if Postgres
import AssetlogCore
import Foundation
import Testing

/// Events that tell which one they are: each has a random identity, and its number as its partition.
func events(_ numbers: Range<Int>, received: Timestamp? = nil) -> [Event] {
    let time = received ?? .now()
    return numbers.map { number in
        Event(
            id: EventID(high: .random(in: 1 ... .max), low: .random(in: 0 ... .max)), deployment: "default",
            kind: .materialization, assetKey: AssetKey(["orders"]), partition: "\(number)", timestamp: time, receivedAt: time,
            details: Array("{}".utf8))
    }
}

/// A batch of events whose identities the client chose, as one group.
func chosen(_ events: [Event]) -> EventBatch {
    var batch = EventBatch()
    batch.beginGroup()
    for event in events { batch.append(event, clientChoice: .identity) }
    batch.endGroup()
    return batch
}

extension Storage {
    /// Appends from a thread of its own, as the log does.
    @discardableResult
    func add(_ batch: consuming EventBatch) async throws -> AppendOutcome {
        let batch = batch
        return try await onThread { try append(batch) }
    }

    @discardableResult
    func add(_ events: [Event]) async throws -> AppendOutcome { try await add(EventBatch(events)) }

    /// The whole log, read in pages.
    func log(after start: Int64 = 0) async throws -> [LoggedEvent] {
        var log: [LoggedEvent] = []
        var query = EventQuery(order: .ascending(after: start), limit: 500)
        while true {
            let page = try await events(query)
            log += page.events
            guard let next = page.continuation else { return log }
            query.order = next
        }
    }

    /// The numbers of the events in the log, in order.
    func numbers(after start: Int64 = 0) async throws -> [Int] {
        try await log(after: start).map { Int($0.partition ?? "") ?? -1 }
    }
}

/// Does blocking work on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        // A queue of its own gets a thread at once; the shared one has no more of them at first than there are processors.
        DispatchQueue(label: "blocking").async { continuation.resume(with: Swift.Result(catching: body)) }
    }
}

/// Waits until something is so. What throws is not so yet.
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if (try? await condition()) == true { return }
        try? await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it did not happen within three minutes: \(what)", sourceLocation: sourceLocation)
}
#endif
