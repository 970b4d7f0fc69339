#if CloudEventsReceiver
import AssetlogCore
import Testing

@testable import AssetlogCloudEventsReceiver

@Suite("An event of another Assetlog")
struct OwnEventTests {
    private static let head =
        #""asset_key":["warehouse","o/r\"d"],"event_id":"0193b0a0-1111-7222-8333-444444444444","timestamp":"2026-09-21T14:13:20.123456Z""#
    private static let types = [
        ("materialization", "asset.materialization"), ("observation", "asset.observation"),
        ("check", "asset.check.evaluation"),
        ("materialization_started", "asset.materialization.started"),
        ("materialization_failed", "asset.materialization.failed"),
        ("materialization_skipped", "asset.materialization.skipped"),
    ]
    private static let metadata = #"""
        {"text":"t","int":12345678901234567890,"float":1.5,"whole":2.0,"bool":true,"null":null,"json":{"b":[1,{"a":null}],"c":"é"},
        "url":{"type":"url","raw_value":"https://x"},"path":{"type":"path","raw_value":"/a"},"notebook":{"type":"notebook","raw_value":"n"},
        "md":{"type":"md","raw_value":"*a*"},"run":{"type":"dagster_run","raw_value":"r"},"time":{"type":"timestamp","raw_value":1790000000.25},
        "asset":{"type":"asset","raw_value":["a","b"]},"nan":{"type":"float","raw_value":"NaN"},"inf":{"type":"float","raw_value":"-Infinity"},
        "table":{"type":"table","raw_value":{"records":[{"a":1}],"schema":[{"name":"a","type":"int"}]}},
        "schema":{"type":"table_schema","raw_value":{"columns":[{"name":"a","type":"int","constraints":{"nullable":false}}]}},
        "lineage":{"type":"table_column_lineage","raw_value":{"deps_by_column":{"a":[{"asset_key":["x"],"column_name":"b"}]}}},
        "":"no label","\u0001":"control"}
        """#

    private static let items: [String] = [
        #"{"kind":"materialization",\#(head)}"#,
        #"{"kind":"materialization",\#(head),"partition":""}"#,
        #"{"kind":"materialization",\#(head),"partition":"2026|ä\n","description":"d","data_version":"v1","tags":{"b":"1","a":"2"},"metadata":\#(metadata),"upstream":[["x","y"],["z"]]}"#,
        #"{"kind":"observation",\#(head),"tags":{"dagster/data_version":"v2"},"metadata":\#(metadata)}"#,
        #"{"kind":"check",\#(head),"check_name":"c","passed":false,"severity":"WARN","blocking":false,"description":"d","tags":{"a":"b"},"metadata":\#(metadata),"target":{"data_version":"v1"}}"#,
        #"{"kind":"check",\#(head),"check_name":"c","passed":true,"blocking":true,"target":{"event_id":"0193b0a0-1111-7222-8333-444444444445"}}"#,
        #"{"kind":"materialization_started",\#(head),"partition":"p","upstream":[["x"]]}"#,
        #"{"kind":"materialization_failed",\#(head)}"#,
        #"{"kind":"materialization_failed",\#(head),"failure":{"reason":"RUN_TERMINATED","message":"m"},"metadata":{"a":1}}"#,
        #"{"kind":"materialization_skipped",\#(head),"failure":{"reason":"UNKNOWN"}}"#,
        #"{"kind":"materialization",\#(head),"metadata":{"deep":\#(String(repeating: "[", count: 509))\#(String(repeating: "]", count: 509))}}"#,
    ]

    private static func type(of item: String) -> String {
        let type = types.first { item.hasPrefix(#"{"kind":"\#($0.0)","#) }
        return "io.assetlog.\(type?.1 ?? "").v1"
    }

    @Test("arrives as it was, in every mode", arguments: items.indices)
    func roundTrip(_ index: Int) throws {
        let item = Self.items[index]
        let event = try CloudEventsFixture.event(item)
        let type = Self.type(of: item)
        for element in [
            CloudEventsFixture.structuredOwn(event, type: type),
            CloudEventsFixture.binaryOwn(event, type: type),
        ] {
            let reading = try CloudEventsFixture.read(element)
            #expect(
                reading.refusal == nil && reading.unmapped.isEmpty && reading.items.count == 1,
                "\(reading)")
            let arrived = try CloudEventsFixture.event(
                String(decoding: try #require(reading.items.first).json, as: UTF8.self))
            #expect(arrived == event, "\(String(decoding: arrived.details, as: UTF8.self))")
        }
    }

    @Test(
        "that voids or wipes is said to be unmapped, as is one of a later release",
        arguments: ["void", "wipe", "dream"])
    func corrections(_ name: String) throws {
        let event = try CloudEventsFixture.event(Self.items[0])
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.structuredOwn(event, type: "io.assetlog.asset.\(name).v1"))
        #expect(reading.items.isEmpty && reading.refusal == nil && reading.unmapped.count == 1)
        #expect(reading.unmapped[0].contains(name))
    }

    @Test("that was made up to try a destination becomes nothing")
    func test() throws {
        let event = try CloudEventsFixture.event(Self.items[0])
        let reading = try CloudEventsFixture.read(
            CloudEventsFixture.structuredOwn(event, type: "io.assetlog.test.v1"))
        #expect(reading.items.isEmpty && reading.refusal == nil && reading.unmapped.isEmpty)
    }

    @Test(
        "that is not whole is refused with the field that is wrong",
        arguments: [
            (#""kind":"materialization""#, #""kind":"check""#, "different kinds"),
            (#""asset_key":["#, #""asset_key":[1,"#, "data.asset_key must be"),
            (#""asset_key""#, #""asset_kex""#, "data.asset_key is missing"),
            (#""partition":null"#, #""partition":7"#, "data.partition must be a text"),
            (#""tags":{}"#, #""tags":{"a":1}"#, "data.tags must be"),
            (#""metadata":{}"#, #""metadata":{"a":1}"#, "data.metadata must be"),
            (#""timestamp":"2026"#, #""timestamp":"x2026"#, "data.timestamp must be"),
            (#""event_id":"01"#, #""event_id":"02"#, "id and data.event_id differ"),
        ])
    func refusals(_ part: String, _ wrong: String, _ sentence: String) throws {
        let event = try CloudEventsFixture.event(Self.items[0])
        var element = CloudEventsFixture.structuredOwn(
            event, type: "io.assetlog.asset.materialization.v1")
        let text = String(decoding: element.body, as: UTF8.self)
        element.body = Array(text.replacing(part, with: wrong).utf8)
        #expect(text != String(decoding: element.body, as: UTF8.self))
        let reading = try CloudEventsFixture.read(element)
        #expect(reading.refusal?.contains(sentence) == true, "\(reading)")
    }

    @Test("with fields of a later release is recorded without them, which is said")
    func unknownFields() throws {
        let event = try CloudEventsFixture.event(Self.items[0])
        var element = CloudEventsFixture.structuredOwn(
            event, type: "io.assetlog.asset.materialization.v1")
        element.body = Array(
            String(decoding: element.body, as: UTF8.self).replacing(
                #""metadata":{}"#, with: #""metadata":{},"mood":"good""#
            ).utf8)
        let reading = try CloudEventsFixture.read(element)
        #expect(
            reading.items.count == 1 && reading.unmapped.count == 1
                && reading.unmapped[0].contains(#"without "mood""#))
    }
}
#endif
