#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import AssetlogOpenLineage

/// The delivery of a batch in as few requests as possible: decides after each answer what is sent next. It sends nothing itself.
///
/// A backend may refuse a whole request because of one event in it. Then the request is halved, and halved again, until the
/// event is alone that is to blame; the others are delivered.
struct BatchDelivery {
    /// What became of a request.
    enum Outcome {
        /// All of its events were taken.
        case taken
        /// Those at these indices in the request were not taken.
        case partly([Int: DeliveryResult])
        /// It was refused, perhaps because of one of its events: this is the result if it was the only one.
        case refused(DeliveryResult)
        /// Nothing was said about the events: the backend was not reached, or wants none now.
        case unavailable(DeliveryFailure)
    }

    /// What became of each event so far.
    private(set) var results: [DeliveryResult]
    private let assets: [AssetID]
    private let isExpressible: [Bool]
    // What is still to be sent, the next at the end.
    private var pending: [Range<Int>]
    // After an event that is to be retried, nothing more of its asset is sent.
    private var held: Set<AssetID> = []
    private var failures = 0

    /// A backend that fails for so many events by themselves is broken, and is not asked about the others.
    private static let maximumFailures = 2

    init(_ events: [LoggedEvent]) {
        assets = events.map { AssetID(of: $0) }
        isExpressible = events.map { LineageMapping.expresses($0.kind) }
        results = events.map { DeliveryResult.skipped(from: $0.kind) ?? .untried }
        pending = events.isEmpty ? [] : [events.indices]
    }

    /// The events of the next request, by their indices in the batch; nil when all is said.
    mutating func next() -> [Int]? {
        while let range = pending.popLast() {
            let events = range.filter { isExpressible[$0] && !held.contains(assets[$0]) }
            if !events.isEmpty { return events }
        }
        return nil
    }

    /// Takes what became of the request with these events.
    mutating func finish(_ events: [Int], _ outcome: Outcome) {
        switch outcome {
        case .taken: for event in events { results[event] = .delivered }
        case .partly(let failed):
            for (index, event) in events.enumerated() { record(failed[index] ?? .delivered, for: event) }
        case .refused(let result): refuse(events, result)
        case .unavailable(let failure):
            for event in events { results[event] = .retry(failure) }
            pending = []
        }
    }

    private mutating func refuse(_ events: [Int], _ result: DeliveryResult) {
        guard let first = events.first, let last = events.last, first < last else {
            for event in events { record(result, for: event) }
            if case .retry = result { failures += 1 }
            if failures == Self.maximumFailures { pending = [] }
            return
        }
        let middle = events[events.count / 2]
        pending += [middle..<last + 1, first..<middle]
    }

    private mutating func record(_ result: DeliveryResult, for event: Int) {
        results[event] = result
        if case .retry = result { held.insert(assets[event]) }
    }
}

extension BatchDelivery.Outcome {
    /// What an answer of the batch endpoint says about a request with so many events.
    init(_ answer: OutboundAnswer, count: Int, from destination: HTTPDestination) {
        switch LineageAnswer.result(of: answer, from: destination) {
        case .delivered: self = Self.details(answer, count, destination)
        case .retry(let failure) where !failure.isCounted: self = .unavailable(failure)
        case let result: self = .refused(result)
        }
    }

    private static func details(_ answer: OutboundAnswer, _ count: Int, _ destination: HTTPDestination) -> Self {
        guard let details = LineageBatchAnswer(json: answer.body), !details.isSuccess else { return .taken }
        var failed: [Int: DeliveryResult] = [:]
        for failure in details.failures where (0..<count).contains(failure.index) {
            var reason = destination.failure(of: answer)
            reason.message = "\(destination.origin) did not take the event: \(failure.reason.prefix(500))"
            failed[failure.index] = failure.isRetriable ? .retry(reason) : .rejected(reason)
        }
        guard failed.isEmpty else { return .partly(failed) }
        var unclear = destination.failure(of: answer)
        unclear.message = "\(destination.origin) did not take all events of a batch, and did not say which; set batch to false"
        return .refused(.retry(unclear))
    }
}

extension DeliveryResult {
    /// The result of an event for which OpenLineage has none; nil: it has one.
    static func skipped(from kind: EventKind) -> DeliveryResult? {
        LineageMapping.expresses(kind) ? nil : .skipped(reason: "OpenLineage has no event for \(kind.name)")
    }
}

/// What the answers of a backend mean.
enum LineageAnswer {
    /// What an answer says about the events of its request.
    ///
    /// A refusal that is about the sender or the address, and not about the events, opens the circuit and loses none of them: 401,
    /// 403, 404, 405, 407, 415 and every redirection.
    static func result(of answer: OutboundAnswer, from destination: HTTPDestination) -> DeliveryResult {
        guard [401, 403, 404, 405, 407, 415].contains(answer.status) || (300..<400).contains(answer.status) else {
            return destination.result(of: answer)
        }
        var failure = destination.failure(of: answer)
        failure.isCounted = false
        if answer.status == 415 {
            failure.message = "\(destination.origin) answered 415; if it takes no gzip, set compression to none."
        }
        return .retry(failure)
    }
}
#endif
