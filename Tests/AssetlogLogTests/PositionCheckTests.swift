import AssetlogCore
import Testing

@testable import AssetlogLog

@Suite("The positions of a consumer in a log")
struct PositionCheckTests {
    private static let log = LogID(high: 1, low: 1)
    private static let other = LogID(high: 2, low: 2)
    private static let event = EventID(high: 3, low: 3)
    private static let foreign = EventID(high: 4, low: 4)

    /// A position, and what the log has there: `=` the same event, `!` another one, `-` none.
    private static func position(_ log: LogID?, _ sequence: Int64, _ found: Character?) -> PositionCheck.Position {
        PositionCheck.Position(
            log: log, sequence: sequence, event: found == nil ? nil : event,
            found: found == "=" ? event : found == "!" ? foreign : nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var cursor: PositionCheck.Position
        var reached: PositionCheck.Position?
        var delivered: PositionCheck.Position?
        var deliveredGeneration: Int64 = 2
        var verdict: PositionCheck.Verdict
        var testDescription: String { name }
    }

    /// The log ends at 10; the cursor is in generation 2.
    private static let cases: [Case] = [
        Case(name: "new", cursor: position(nil, 0, nil), verdict: .fits),
        Case(name: "of an older release", cursor: position(nil, 10, nil), verdict: .fits),
        Case(name: "in its log", cursor: position(log, 10, "="), verdict: .fits),
        Case(name: "where its event was removed", cursor: position(log, 4, "-"), verdict: .fits),
        Case(
            name: "of another log", cursor: position(other, 4, "="),
            verdict: .restarts(after: 0, beyond: 2, .cursorOfAnotherLog)),
        Case(
            name: "of another log and ahead", cursor: position(other, 40, nil),
            verdict: .restarts(after: 0, beyond: 2, .cursorOfAnotherLog)),
        Case(
            name: "ahead, as somebody named it", cursor: position(nil, 11, nil),
            verdict: .restarts(after: 10, beyond: 2, .cursorAhead)),
        Case(
            name: "ahead with an event that was lost", cursor: position(log, 11, "-"),
            verdict: .restarts(after: 0, beyond: 2, .cursorAhead)),
        Case(
            name: "at another event", cursor: position(log, 7, "!"),
            verdict: .restarts(after: 0, beyond: 2, .cursorElsewhere)),
        Case(name: "read further", cursor: position(log, 7, "="), reached: position(log, 9, "="), verdict: .fits),
        Case(
            name: "read further than the log", cursor: position(log, 7, "="), reached: position(log, 12, "-"),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(
            name: "read further in another log", cursor: position(log, 7, "="), reached: position(other, 9, "="),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(
            name: "read another event", cursor: position(log, 7, "="), reached: position(log, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .readingAhead)),
        Case(name: "delivered further", cursor: position(log, 7, "="), delivered: position(log, 9, "="), verdict: .fits),
        Case(name: "delivered by an older release", cursor: position(nil, 7, nil), delivered: position(nil, 9, "="), verdict: .fits),
        Case(
            name: "delivered what the log does not reach", cursor: position(log, 7, "="), delivered: position(log, 15, "-"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "delivered another event", cursor: position(log, 7, "="), delivered: position(log, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "an older release delivered another event", cursor: position(nil, 7, nil), delivered: position(nil, 9, "!"),
            verdict: .restarts(after: 7, beyond: 2, .destinationElsewhere)),
        Case(
            name: "delivered from another log, which the exporter sees", cursor: position(log, 7, "="),
            delivered: position(other, 900, "!"), verdict: .fits),
        Case(
            name: "delivered in a later generation than a cursor that was lost", cursor: position(nil, 0, nil),
            delivered: position(log, 9, "="), deliveredGeneration: 5, verdict: .follows(generation: 5)),
        Case(
            name: "delivered in a later generation what the log does not have", cursor: position(log, 7, "="),
            delivered: position(log, 9, "!"), deliveredGeneration: 5,
            verdict: .restarts(after: 7, beyond: 5, .destinationElsewhere)),
        Case(
            name: "delivered in an older generation", cursor: position(log, 7, "="), delivered: position(log, 90, "-"),
            deliveredGeneration: 1, verdict: .fits),
    ]

    @Test("are left as they are, or are set back so that nothing is lost", arguments: cases)
    func verdicts(_ example: Case) {
        var positions = PositionCheck.Positions(cursor: example.cursor, generation: 2)
        positions.reached = example.reached
        positions.delivered = example.delivered
        positions.deliveredGeneration = example.deliveredGeneration
        #expect(PositionCheck(log: Self.log, head: 10).verdict(positions) == example.verdict)
    }
}
