import AssetlogCore
import Testing

@Suite("An item as JSON")
struct EventItemValueTests {
    /// What the event API makes of an item.
    private func details(_ item: EventItem) throws(SubmissionError) -> String {
        let resolver = EventResolver()
        let result = item.json.withUnsafeBytes { bytes in
            Result { () throws(SubmissionError) in
                try resolver.resolve(bytes, deployment: "default", receivedAt: .now(), authorize: { _, _ in true }) { events in
                    String(decoding: events.details, as: UTF8.self)
                }
            }
        }
        return try result.get()
    }

    @Test("has words and a target for a check too")
    func checks() throws {
        var item = EventItem(EventItem.Check(name: "c", passed: true, target: .dataVersion("v\"1")), of: AssetKey(["a"]))
        item.description = "d"
        #expect(
            try details(item)
                == #"{"description":"d","metadata":{},"check_name":"c","passed":true,"severity":"ERROR","target":{"data_version":"v\"1"}}"#)
        let id = EventID(high: 1, low: 2)
        item.check?.target = .event(id)
        #expect(try details(item).hasSuffix(#","target":{"event_id":"\#(id)"}}"#))
    }

    @Test("has metadata of every type that the event API has, by the type's name")
    func values() throws {
        var item = EventItem(.observation, of: AssetKey(["a"]))
        item.metadata = [
            ("n", .typed("notebook", Array(#""x""#.utf8))), ("z", .typed("null", Array("null".utf8))),
            ("i", .typed("int", Array("12345678901234567890".utf8))),
        ]
        let values =
            #""n":{"type":"notebook","value":"x"},"z":{"type":"null","value":null},"i":{"type":"int","value":12345678901234567890}"#
        #expect(try details(item) == #"{"tags":{},"metadata":{\#(values)}}"#)
        item.metadata = [("n", .typed("nonsense", Array("1".utf8)))]
        #expect(throws: SubmissionError.self) { try details(item) }
    }
}

@Suite("The answer of a receiver")
struct ReceiverAnswerTests {
    private struct Silent: Receiver {
        func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
    }

    @Test(
        "is 503 where something may be recorded later, and 422 where nothing could be used",
        arguments: [(0, 0, false, 200), (2, 2, false, 422), (2, 1, false, 200), (2, 1, true, 503), (2, 2, true, 503)])
    func status(_ received: Int, _ failed: Int, _ isRetriable: Bool, _ status: Int) {
        var results = ReceivingResults()
        (results.received, results.recorded) = (received, received - failed)
        for index in 0..<failed { results.add(.init(index: index, reason: "r", isRetriable: isRetriable)) }
        #expect(Silent().answer(results, to: ReceiverRoute("/api/v1/x")).status == status)
    }

    @Test("counts the failures that it does not name, and knows whether one of them is retriable")
    func many() {
        var results = ReceivingResults()
        for index in 0...ReceivingResults.maximumFailures {
            results.add(.init(index: index, reason: "r", isRetriable: index == ReceivingResults.maximumFailures))
        }
        #expect(results.failures.count == ReceivingResults.maximumFailures)
        #expect(results.failed == ReceivingResults.maximumFailures + 1 && results.isRetriable)
    }
}
