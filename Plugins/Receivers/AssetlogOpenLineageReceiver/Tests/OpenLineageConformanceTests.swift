#if OpenLineageReceiver
import AssetlogCore
import AssetlogTesting
import Testing

@testable import AssetlogOpenLineageReceiver

@Suite("The receiver of OpenLineage")
struct OpenLineageConformanceTests {
    private static func subject() throws -> ReceiverSubject {
        let outputs = "\"outputs\": [\(Samples.dataset("shop.public.orders")), \(Samples.dataset("shop.public.lines"))]"
        let facets = #""facets": {"documentation": {"description": "words"}, "own": {"x": [1, 2]}}"#
        let observed =
            #"{"eventTime": "\#(Samples.time)", "producer": "test", "dataset": \#(Samples.dataset("orders", in: "kafka://k", facets))}"#
        let own = [Samples.event("START", outputs, time: "2026-11-30T09:00:00Z"), Samples.event("FAIL"), observed].map { Array($0.utf8) }
        // Of those that were recorded, the ones that say something: RUNNING and OTHER become no event.
        let recorded = try Samples.recorded().filter { body in
            let event = try JSONView(body)
            return ["START", "COMPLETE"].contains(event["eventType"]?.text) && event["outputs"]?.elements.isEmpty == false
        }
        return ReceiverSubject(
            .openLineageReceiver, values: [:],
            samples: (own + recorded.prefix(6)).map { ReceivedElement(path: "/api/v1/lineage", body: $0) })
    }

    @Test("keeps the contract of a receiver", arguments: ReceiverConformance.cases)
    func conforms(to part: ConformanceCase<ReceiverSubject>) async throws {
        #expect(try await part.run(on: Self.subject()) == .passed)
    }
}
#endif
