import AssetlogCore

extension ReceiverConformance {
    /// What the sender is answered.
    static let answering: [ConformanceCase<ReceiverSubject>] = [
        test("every answer has a status from 200 to 599, and JSON or nothing") { fixture in
            for route in fixture.setup.routes {
                for (name, results) in results {
                    let answer = fixture.setup.receiver.answer(results, to: route)
                    try expect(
                        (200...599).contains(answer.status), "The answer to \(name) at \(route.path) has the status \(answer.status).")
                    let isJSON = answer.json.isEmpty || answer.json.withUnsafeBytes { (try? JSONScanner.validate($0)) != nil }
                    try expect(isJSON, "The answer to \(name) at \(route.path) has a body that is no JSON.")
                    try expect(
                        answer.json.isEmpty || ![204, 205, 304].contains(answer.status),
                        "The answer to \(name) at \(route.path) has the status \(answer.status), with which there is no body.")
                }
            }
        }
    ]

    private static let results: [(name: String, results: ReceivingResults)] = [
        ("a request without elements", ReceivingResults()),
        ("an element that was recorded", results(1, recorded: 1)),
        ("an element that was recorded before", results(1, duplicate: 1)),
        ("an element that could not be mapped", results(1, unmapped: 1)),
        ("an element that was refused", results(1, failures: 1)),
        ("an element that may be recorded later", results(1, failures: 1, areRetriable: true)),
        ("a list that was recorded", results(1000, recorded: 2000)),
        ("a list of which some was refused", results(1000, recorded: 900, failures: 100)),
        ("a list of which some may be recorded later", results(1000, recorded: 900, failures: 100, areRetriable: true)),
        ("a list that was refused", results(100_000, failures: 100_000)),
    ]

    private static func results(
        _ received: Int, recorded: Int = 0, duplicate: Int = 0, unmapped: Int = 0, failures: Int = 0, areRetriable: Bool = false
    ) -> ReceivingResults {
        var results = ReceivingResults()
        (results.received, results.recorded, results.duplicate) = (received, recorded, duplicate)
        results.unmapped = unmapped
        for index in 0..<failures {
            results.add(.init(index: index, reason: "It has \"quotes\", \\ and \u{1}.", isRetriable: areRetriable))
        }
        return results
    }
}
