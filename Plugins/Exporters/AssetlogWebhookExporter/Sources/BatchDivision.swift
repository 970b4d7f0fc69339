#if Webhook
import AssetlogCore

/// Decides which events of a batch stand in the next request, so that one bad event does not take the others with it.
///
/// A batch that is refused, or fails in a way that one of its events may cause, is sent again in halves, the first half first,
/// until the event is found that fails alone. It keeps the order of the batch. It sends nothing itself.
struct BatchDivision {
    /// What became of the events so far; nil: not sent yet.
    private var results: [DeliveryResult?]
    /// What is still to be sent, the next one last.
    private var pending: [Range<Int>]

    /// Starts with all events of a batch in one request.
    init(count: Int) {
        results = Array(repeating: nil, count: count)
        pending = count > 0 ? [0..<count] : []
    }

    /// The events of the next request; nil: there is none.
    mutating func next() -> Range<Int>? { pending.popLast() }

    /// Takes what became of a request, the last that ``next()`` gave.
    mutating func finish(_ range: Range<Int>, _ result: DeliveryResult) {
        switch result {
        case .retry(let failure) where range.count == 1 || !failure.isCounted:
            // The destination as a whole may be in trouble, so the others wait.
            results[range.lowerBound] = result
            pending = []
        case .retry, .rejected:
            guard range.count > 1 else { return results[range.lowerBound] = result }
            let middle = range.lowerBound + range.count / 2
            pending += [middle..<range.upperBound, range.lowerBound..<middle]
        case .delivered, .skipped, .untried:
            for index in range { results[index] = result }
        }
    }

    /// Whether nothing is decided yet.
    var isFresh: Bool { results.allSatisfy { $0 == nil } }

    /// What became of each event; those that were not sent are untried.
    var outcome: [DeliveryResult] { results.map { $0 ?? .untried } }
}
#endif
