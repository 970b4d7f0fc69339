import AssetlogCore
import Testing

@testable import AssetlogLog

@Suite("The places of a consumer in a log")
struct PlaceCheckTests {
    private static let log = LogID(high: 1, low: 1)
    private static let other = LogID(high: 2, low: 2)
    private static let event = EventID(high: 3, low: 3)
    private static let foreign = EventID(high: 4, low: 4)

    /// A place, and what the log has there: `=` the same event, `!` another one, `-` none.
    private static func place(_ log: LogID?, _ sequence: Int64, _ found: Character?) -> PositionCheck.Place {
        PositionCheck.Place(
            log: log, sequence: sequence, event: found == nil ? nil : event,
            found: found == "=" ? event : found == "!" ? foreign : nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var cursor: PositionCheck.Place
        var reached: PositionCheck.Place?
        var delivered: PositionCheck.Place?
        var deliveredGeneration: Int64 = 2
        var verdict: PositionCheck.Verdict
        var testDescription: String { name }
    }

    /// The log ends at 10; the cursor is in generation 2.
    private static let cases: [Case] = [
        Case(name: "new", cursor: place(nil, 0, nil), verdict: .fits),
        Case(name: "of an older release", cursor: place(nil, 10, nil), verdict: .fits),
        Case(name: "in its log", cursor: place(log, 10, "="), verdict: .fits),
        Case(name: "where its event was removed", cursor: place(log, 4, "-"), verdict: .fits),
        Case(
            name: "of another log", cursor: place(other, 4, "="),
            verdict: .restarts(after: 0, beyond: 2, .cursorOfAnotherLog)),
        Case(
            name: "of another log and ahead", cursor: place(other, 40, nil),
            verdict: .restarts(after: 0, beyond: 2, .cursorOfAnotherLog)),
        Case(
            name: "ahead, as somebody named it", cursor: place(nil, 11, nil),
            verdict: .restarts(after: 10, beyond: 2, .cursorAhead)),
        Case(
            name: "ahead with an event that was lost", cursor: place(log, 11, "-"),
            verdict: .restarts(after: 0, beyond: 2, .cursorAhead)),
        Case(
            name: "at another event", cursor: place(log, 7, "!"),
            verdict: .restarts(after: 0, beyond: 2, .cursorElsewhere)),
        Case(name: "read further", cursor: place(log, 7, "="), reached: place(log, 9, "="), verdict: .fits),
        Case(
            name: "read further than the log", cursor: place(log, 7, "="), reached: place(log, 12, "-"),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(
            name: "read further in another log", cursor: place(log, 7, "="), reached: place(other, 9, "="),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(
            name: "read another event", cursor: place(log, 7, "="), reached: place(log, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(name: "delivered further", cursor: place(log, 7, "="), delivered: place(log, 9, "="), verdict: .fits),
        Case(name: "delivered by an older release", cursor: place(nil, 7, nil), delivered: place(nil, 9, "="), verdict: .fits),
        Case(
            name: "delivered what the log does not reach", cursor: place(log, 7, "="), delivered: place(log, 15, "-"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "delivered another event", cursor: place(log, 7, "="), delivered: place(log, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "an older release delivered another event", cursor: place(nil, 7, nil), delivered: place(nil, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "delivered from another log, which the exporter sees", cursor: place(log, 7, "="),
            delivered: place(other, 900, "!"), verdict: .fits),
        Case(
            name: "delivered in a later generation than a cursor that was lost", cursor: place(nil, 0, nil),
            delivered: place(log, 9, "="), deliveredGeneration: 5, verdict: .follows(generation: 5)),
        Case(
            name: "delivered in a later generation what the log does not have", cursor: place(log, 7, "="),
            delivered: place(log, 9, "!"), deliveredGeneration: 5,
            verdict: .restarts(after: 7, beyond: 5, .destinationElsewhere)),
        Case(
            name: "delivered in an older generation", cursor: place(log, 7, "="), delivered: place(log, 90, "-"),
            deliveredGeneration: 1, verdict: .fits),
    ]

    @Test("are left as they are, or are set back so that nothing is lost", arguments: cases)
    func verdicts(_ example: Case) {
        var places = PositionCheck.Places(cursor: example.cursor, generation: 2)
        places.reached = example.reached
        places.delivered = example.delivered
        places.deliveredGeneration = example.deliveredGeneration
        #expect(PositionCheck(log: Self.log, head: 10).verdict(places) == example.verdict)
    }
}
