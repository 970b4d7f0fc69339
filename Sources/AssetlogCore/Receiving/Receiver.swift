/// Turns foreign requests into items of the event API: the message of a tool that already speaks some protocol becomes events.
///
/// It is pure: the same request, with the same events found, gives the same items. It holds no state, opens nothing and asks nobody.
/// The server does the rest: it splits lists, decompresses, limits, authorizes each item, records it once, and reads the log for it.
///
/// A tool sends again what it is not sure about, so every item has an ``EventItem/eventID`` that follows from the message. Where the
/// log has an event of that ID with other content, the first one stays and the item counts as a duplicate.
public protocol Receiver: Sendable {
    /// The events of the log that ``read(_:found:)`` needs for an element, by their IDs. The default needs none.
    ///
    /// Of more than ``ReceivedElement/maximumLookups``, only the first are looked up.
    func lookups(for element: ReceivedElement) -> [EventID]

    /// Reads an element.
    ///
    /// - Parameter found: The events that were looked up, as far as the log, or an earlier element of the request, has them.
    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading

    /// The answer to a request of which every element was read and what could be was recorded.
    ///
    /// The server itself answers 401, 403 (nothing of it may be recorded by its token), 413, 415, 429 and 503. The default answers
    /// 200, 503 when something may succeed when it is sent again, or 422 when nothing could be used, with the counts and what failed
    /// as JSON.
    func answer(_ results: ReceivingResults, to route: ReceiverRoute) -> ReceiverAnswer
}

extension Receiver {
    /// None.
    public func lookups(for element: ReceivedElement) -> [EventID] { [] }

    /// The counts and what failed.
    public func answer(_ results: ReceivingResults, to route: ReceiverRoute) -> ReceiverAnswer {
        // What is sent again is recorded once, so the sender may send all of it.
        let status = results.isRetriable ? 503 : results.isUseless ? 422 : 200
        return ReceiverAnswer(status: status, json: results.json)
    }
}

/// What a receiver answers.
public struct ReceiverAnswer: Hashable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// The body, JSON; empty: none.
    public var json: [UInt8]

    /// Makes an answer.
    public init(status: Int = 200, json: [UInt8] = []) {
        self.status = status
        self.json = json
    }
}
