import AssetlogCore
import Testing

@Suite struct RoundTripTests {
    /// The event as a reader gets it, without what only the server gives.
    static func readBack(_ event: Event) throws -> String {
        var json: [UInt8] = []
        EventJSON.append(LoggedEvent(sequence: 1, event: event), to: &json)
        let text = String(decoding: json, as: UTF8.self)
        let end = try #require(text.ranges(of: #","received_at":""#).last)
        return "{" + text[..<end.lowerBound].dropFirst(#"{"sequence":1,"#.count) + "}"
    }

    @Test("An event that is given back as it was read is the same event", arguments: EventKind.reportable)
    func items(kind: EventKind) throws {
        var maker = ItemMaker(seed: UInt64(kind.rawValue))
        for _ in 0..<1500 {
            let item = maker.item(of: kind)
            let first = Submitter().submit(item)
            let event = try #require(first.events.first, "\(first.error?.detail ?? "") \(item)")
            #expect(event.kind == kind)
            let written = try Self.readBack(event)
            let again = Submitter().submit(written)
            #expect(again.events == first.events, "\(again.error?.detail ?? "") \(item)\n\(written)")
        }
    }

    @Test("The deepest metadata that a report may have is read back and can be given back")
    func deepest() throws {
        let value = String(repeating: "[", count: 510) + String(repeating: "]", count: 510)
        let report = Reporter().report("/report_asset_observation/x", json: #"{"metadata":{"m":\#(value)}}"#)
        let event = try #require(report.recorded, "\(report.error ?? "")")
        let written = try Self.readBack(event)
        #expect(written.contains(#""metadata":{"m":{"type":"json","value":\#(value)}}"#))
        #expect(Submitter().submit(written).events == [event])
    }

    @Test(
        "A report's event that is given back is the same event",
        arguments: [
            (
                "/report_asset_materialization/w/o",
                #"{"partition":"","data_version":"\u0041","description":"d","metadata":{"n":NaN,"i":-Infinity,"b":{"y":1,"x":[2.50]},"a":null,"z":-0}}"#
            ),
            ("/report_asset_materialization/w/o", "{}"), ("/report_asset_observation/%22", #"{"metadata":{"type":"t","value":{"x":[]}}}"#),
            (
                "/report_asset_check/w/o",
                #"{"check_name":"","passed":true,"severity":"WARN","metadata":{"b":true,"a":[{"type":"int","value":1}]}}"#
            ),
            ("/report_asset_check/w/o?passed=false&check_name=a+b&partition=p", #"{"metadata":null}"#),
        ])
    func reports(target: String, body: String) throws {
        let report = Reporter().report(target, json: body)
        let event = try #require(report.recorded, "\(report.error ?? "")")
        let again = Submitter().submit(try Self.readBack(event))
        #expect(again.events == [event], "\(again.error?.detail ?? "")")
    }
}
