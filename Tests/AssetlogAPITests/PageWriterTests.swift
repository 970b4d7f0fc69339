import AssetlogCore
import NIOCore
import Testing

@testable import AssetlogAPI

@Suite("The JSON of a page")
struct PageWriterTests {
    private static func event(_ sequence: Int64, bytes: Int) -> LoggedEvent {
        let details = Array(#"{"description":"\#(String(repeating: "x", count: bytes))"}"#.utf8)
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: EventID(high: 1, low: UInt64(sequence)), kind: .materialization, assetKey: AssetKey(["a"]),
                timestamp: .now(), receivedAt: .now(), details: details))
    }

    @Test("has the events in order, and takes no more than was counted", arguments: [0, 1, 3, 1000])
    func order(count: Int) {
        let events = (0..<count).map { Self.event(Int64($0) + 1, bytes: 4000) }
        let writer = PageWriter(MarkedPage(events: events.map { MarkedEvent(event: $0) }, continuation: .ascending(after: 7)))
        let byteCount = writer.byteCount
        var json: [UInt8] = []
        for event in events {
            if !json.isEmpty { json.append(UInt8(ascii: ",")) }
            EventJSON.append(event, to: &json)
        }
        let body = writer.write(next: 7)
        #expect(String(buffer: body) == #"{"events":[\#(String(decoding: json, as: UTF8.self))],"next":7}"#)
        #expect(body.readableBytes <= byteCount)
    }
}
