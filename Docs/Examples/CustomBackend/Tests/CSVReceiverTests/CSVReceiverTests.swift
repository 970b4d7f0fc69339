import AssetlogCore
import AssetlogTesting
import Testing

@testable import CSVReceiver

struct CSVReceiverTests {
    private static let subject = ReceiverSubject(
        .csvReceiver, values: ["prefix": ["reports"]],
        samples: ["orders,2026-11-22,1200", "customers,2026-11-22,0"].map { line in
            ReceivedElement(path: "/hooks/csv", body: Array(line.utf8), contentType: "text/csv")
        })

    @Test("keeps the contract of a receiver", arguments: ReceiverConformance.cases)
    func conforms(to part: ConformanceCase<ReceiverSubject>) async throws {
        try await part.run(on: Self.subject)
    }

    @Test("makes an event of each line but the names of the columns")
    func items() throws {
        let setup = try Self.subject.make()
        func read(_ line: String) -> ReceivedReading {
            setup.receiver.read(ReceivedElement(path: "/hooks/csv", body: Array(line.utf8), contentType: "text/csv"), found: [:])
        }
        let item = try #require(read("orders,2026-11-22,1200").items.first)
        #expect(item.assetKey == AssetKey(["reports", "orders"]) && item.partition == "2026-11-22")
        // A second count of the same day is a duplicate: the first one stays.
        #expect(read("orders,2026-11-22,1300").items.first?.eventID == item.eventID)
        #expect(read("orders,2026-11-23,1200").items.first?.eventID != item.eventID)
        #expect(read("asset,day,rows").items.isEmpty && read("asset,day,rows").refusal == nil)
        #expect(read("orders,1200").refusal?.contains("must be asset,day,rows") == true)
    }
}
