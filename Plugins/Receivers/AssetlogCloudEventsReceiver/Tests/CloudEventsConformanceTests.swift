#if CloudEventsReceiver
import AssetlogCore
import AssetlogTesting
import Testing

@testable import AssetlogCloudEventsReceiver

@Suite("The receiver of CloudEvents")
struct CloudEventsConformanceTests {
    private static let mappings = [
        "type=com.example.loaded kind=materialization asset=warehouse/{data.table:.} partition={data.day} metadata={data.stats} version={id}",
        "type=com.example.tested kind=check asset={subject:/} check={data.test} passed={data.state}=ok severity={data.level}",
    ]

    private static func subject() throws -> ReceiverSubject {
        let item =
            #""asset_key":["a","b"],"event_id":"0193b0a0-1111-7222-8333-444444444444","timestamp":"2026-09-21T14:13:20Z","#
        let materialization = try CloudEventsFixture.event(
            "{\"kind\":\"materialization\",\(item)\"metadata\":{\"rows\":1,\"t\":\"x\"}}")
        let check = try CloudEventsFixture.event(
            "{\"kind\":\"check\",\(item)\"check_name\":\"c\",\"passed\":false}")
        return ReceiverSubject(
            .cloudEventsReceiver, values: ["mappings": mappings],
            samples: [
                CloudEventsFixture.structuredOwn(
                    materialization, type: "io.assetlog.asset.materialization.v1"),
                CloudEventsFixture.binaryOwn(check, type: "io.assetlog.asset.check.evaluation.v1"),
                CloudEventsFixture.foreign(
                    #","data":{"table":"sales.orders","day":"2026-11-22","stats":{"rows":12,"ok":true}}"#),
                CloudEventsFixture.structured(
                    #"{"specversion":"1.0","id":"8","source":"/t","type":"com.example.tested","subject":"a/b","data":{"test":"t","state":"ok"}}"#,
                    contentType: "application/cloudevents-batch+json"),
                CloudEventsFixture.binary(
                    [
                        "ce-specversion": "1.0", "ce-id": "9", "ce-source": "/t",
                        "ce-type": "com.example.tested", "ce-subject": "a%20b",
                    ],
                    #"{"test":"t","state":"bad","level":"warn"}"#),
            ])
    }

    @Test("keeps the contract of a receiver", arguments: ReceiverConformance.cases)
    func conforms(to part: ConformanceCase<ReceiverSubject>) async throws {
        #expect(try await part.run(on: Self.subject()) == .passed)
    }
}
#endif
