import AssetlogCore
import Testing

/// Times that a client's clock made and nobody chose.
@Suite("An approximate timestamp") struct ApproximateTimestampTests {
    // The clock of the server, which is also that of the reports below.
    private static let now = "2026-11-24T12:00:00.000000Z"

    private static let times = [
        (#""2026-11-23T19:00:00Z""#, "2026-11-23T19:00:00.000000Z"), ("1795460400.5", "2026-11-23T19:00:00.500000Z"),
        (#""2026-11-24T12:00:00Z""#, now),
        // A clock that is ahead, by little or by much, or has not been set since it was made.
        (#""2026-11-24T12:00:00.000001Z""#, now), (#""2026-11-24T13:00:00Z""#, now), (#""2106-02-07T06:28:16Z""#, now),
        ("1e300", now), (#""1970-01-01T00:00:12Z""#, now), ("0", now),
    ]

    @Test("is recorded where it can be right, on the event API", arguments: times)
    func events(written: String, time: String) {
        let item = Array(Submitter.item(#""timestamp":\#(written)"#).utf8)
        let (timestamp, choice) = submit(item)
        #expect(timestamp?.description == time)
        #expect(choice == .approximateTimestamp)
    }

    @Test("is recorded where it can be right, by a report, whether there are extensions or not", arguments: times, [false, true])
    func reports(_ row: (String, String), extensions: Bool) {
        for kind in ["materialization", "observation", "check"] {
            let reporter = Reporter(extensions: extensions, isTimestampApproximate: true)
            let answer = reporter.report(
                "/report_asset_\(kind)/a", json: #"{"timestamp":\#(row.0),"check_name":"c","passed":true}"#)
            #expect(answer.recorded?.timestamp.description == row.1, "\(answer.error ?? "")")
            #expect(answer.choice == .approximateTimestamp)
        }
    }

    @Test("is a time all the same", arguments: ["true", #""yesterday""#, #""2026-11-23T19:00:00""#])
    func malformed(written: String) {
        #expect(submit(Array(Submitter.item(#""timestamp":\#(written)"#).utf8)).timestamp == nil)
        let reporter = Reporter(isTimestampApproximate: true)
        #expect(reporter.report("/report_asset_observation/a", json: #"{"timestamp":\#(written)}"#).status == 400)
    }

    @Test("changes nothing else of a report")
    func nothingElse() {
        let body = #"{"timestamp":"2026-11-23T19:00:00Z","tags":{"a":"b"},"metadata":{"u":{"type":"url","raw_value":"x"}}}"#
        let plain = Reporter().report("/report_asset_observation/a", json: body)
        let approximate = Reporter(isTimestampApproximate: true).report("/report_asset_observation/a", json: body)
        #expect(plain.details == approximate.details)
        #expect(plain.recorded?.timestamp.description == Self.now)
        // The next one of the same resolver is an ordinary report again.
        #expect(
            Reporter(isTimestampApproximate: true).report("/report_asset_observation/a", json: "{}").recorded?.timestamp.description
                == Self.now)
    }

    @Test("is no part of what an event says", arguments: [nil, 3, 8, 9] as [Int64?])
    func content(timestamp: Int64?) {
        let logged = Event(
            id: EventID(high: 1, low: 1), kind: .observation, assetKey: AssetKey(["a"]), timestamp: Timestamp(microseconds: 3),
            receivedAt: Timestamp(microseconds: 8))
        var again = logged
        again.receivedAt.microseconds = 20
        again.timestamp = Timestamp(microseconds: timestamp ?? 20)
        let isSame = again.withColumns([.identity, .approximateTimestamp]) { again in logged.withColumns { again.isRepetition(of: $0) } }
        #expect(isSame)
        again.partition = "p"
        #expect(!again.withColumns([.identity, .approximateTimestamp]) { again in logged.withColumns { again.isRepetition(of: $0) } })
    }

    private func submit(_ item: [UInt8]) -> (timestamp: Timestamp?, choice: ClientChoice) {
        item.withUnsafeBytes { item in
            do throws(SubmissionError) {
                return try EventResolver().resolve(
                    item, deployment: "default", receivedAt: Submitter.now, isTimestampApproximate: true, authorize: { _, _ in true }
                ) { events in
                    let columns = events.columns(at: 0, id: EventID(high: 1, low: 1))
                    return (columns.timestamp, columns.clientChoice)
                }
            } catch {
                return (nil, [])
            }
        }
    }
}
