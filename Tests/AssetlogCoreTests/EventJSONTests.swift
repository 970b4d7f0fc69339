import AssetlogCore
import Testing

@Suite struct EventJSONTests {
    static func json(_ details: String, partition: String? = nil, reportedBy: String? = nil, kind: EventKind = .materialization) -> String {
        let event = Event(
            id: EventID(high: 0x0193, low: 2), deployment: "default", kind: kind, assetKey: AssetKey(["warehouse", "orders"]),
            partition: partition, timestamp: Timestamp(microseconds: 1_795_460_400_123_456),
            receivedAt: Timestamp(microseconds: 1_795_460_400_000_000), reportedBy: reportedBy, details: Array(details.utf8))
        var output = Array("[".utf8)
        EventJSON.append(LoggedEvent(sequence: 42, event: event), to: &output)
        return String(decoding: output.dropFirst(), as: UTF8.self)
    }

    static let start =
        #"{"sequence":42,"event_id":"00000000-0000-0193-0000-000000000002","deployment":"default","kind":"materialization","asset_key":["warehouse","orders"],"#
    static let end = #""timestamp":"2026-11-23T19:00:00.123456Z","received_at":"2026-11-23T19:00:00.000000Z","reported_by":"#

    @Test("Every field stands in its place")
    func whole() {
        let details = #"{"description":"d","data_version":"v","tags":{"a":"b"},"metadata":{"rows":{"type":"int","value":10}}}"#
        #expect(
            Self.json(details, partition: "p\"", reportedBy: "ci") == Self.start
                + #""partition":"p\"","description":"d","data_version":"v","tags":{"a":"b"},"metadata":{"rows":{"type":"int","value":10}},"check_name":null,"passed":null,"severity":null,"#
                + Self.end + #""ci"}"#)
    }

    @Test("What an event does not have is null, tables are empty", arguments: ["{}", "", "[1", "5", #"{"description":"#])
    func empty(details: String) {
        #expect(
            Self.json(details) == Self.start
                + #""partition":null,"description":null,"data_version":null,"tags":{},"metadata":{},"check_name":null,"passed":null,"severity":null,"#
                + Self.end + "null}")
    }

    @Test("What only some events have stands there only when they have it")
    func sometimes() {
        let check = Self.json(
            #"{"metadata":{},"check_name":"c","passed":true,"severity":"ERROR","blocking":false,"target":{"data_version":"v"}}"#)
        #expect(check.contains(#""severity":"ERROR","blocking":false,"target":{"data_version":"v"},"timestamp":"#))
        let failure = Self.json(
            #"{"tags":{},"metadata":{},"failure":{"reason":"UNKNOWN","message":"m"},"later":1}"#, kind: .materializationFailed)
        #expect(failure.contains(#""kind":"materialization_failed","#))
        #expect(failure.contains(#""severity":null,"failure":{"reason":"UNKNOWN","message":"m"},"timestamp":"#))
        #expect(failure.hasSuffix(#""reported_by":null,"later":1}"#))
    }

    @Test("Members that this version does not know are kept at the end")
    func unknown() {
        let json = Self.json(#"{"metadata":{},"later":[1,{"a":NaN}],"passed":true,"more":null}"#)
        #expect(json.hasSuffix(#""reported_by":null,"later":[1,{"a":"NaN"}],"more":null}"#))
        #expect(json.contains(#""passed":true,"#))
    }

    @Test(
        "Words that only Python reads become texts, texts stay",
        arguments: [
            (#"{"metadata":{"v":{"type":"float","value":NaN}}}"#, #"{"v":{"type":"float","value":"NaN"}}"#),
            (
                #"{"metadata":{"v":{"type":"float","value":-Infinity},"w":{"type":"float","value":Infinity}}}"#,
                #"{"v":{"type":"float","value":"-Infinity"},"w":{"type":"float","value":"Infinity"}}"#
            ),
            (
                #"{"metadata":{"v":{"type":"json","value":[NaN,-Infinity,{"NaN":Infinity}]}}}"#,
                #"{"v":{"type":"json","value":["NaN","-Infinity",{"NaN":"Infinity"}]}}"#
            ),
            (
                #"{"metadata":{"NaN":{"type":"text","value":"NaN, -Infinity \" NaN"}}}"#,
                #"{"NaN":{"type":"text","value":"NaN, -Infinity \" NaN"}}"#
            ),
            (#"{"metadata":{"v":{"type":"int","value":-5}}}"#, #"{"v":{"type":"int","value":-5}}"#),
        ])
    func words(details: String, metadata: String) {
        #expect(Self.json(details).contains("\"metadata\":\(metadata),"))
    }
}
