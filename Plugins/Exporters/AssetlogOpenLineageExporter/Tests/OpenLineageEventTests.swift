#if OpenLineage
import AssetlogCore
import AssetlogOpenLineage
import Foundation
import Testing

@testable import AssetlogOpenLineageExporter

struct OpenLineageEventTests {
    private let mapping: LineageMapping

    init() throws {
        mapping = LineageMapping(
            naming: DatasetNaming(namespace: try NamespaceTemplate("dagster"), rules: [try NamespaceRule("raw/** -> s3://raw")]))
    }

    private func json(of event: LoggedEvent) throws -> [UInt8] {
        try #require(try mapping.event(for: event)).json
    }

    @Test("each kind of event has its form", arguments: ExpectedEvent.all)
    func kinds(expected: ExpectedEvent) throws {
        #expect(String(decoding: try json(of: expected.event), as: UTF8.self) == expected.json)
    }

    private func facet(_ name: String, of event: LoggedEvent) throws -> [String: Any]? {
        let object = try JSONSerialization.jsonObject(with: Data(try json(of: event))) as? [String: Any]
        let output = (object?["outputs"] as? [[String: Any]])?.first ?? (object?["inputs"] as? [[String: Any]])?.first
        let groups = [object?["run"] as? [String: Any], output].compactMap { $0?["facets"] as? [String: Any] }
        let own = ["inputFacets", "outputFacets"].compactMap { output?[$0] as? [String: Any] }
        return (groups + own).compactMap { $0[name] as? [String: Any] }.first
    }

    // MARK: Labels

    @Test(
        "the first label that is a count gives the rows",
        arguments: [
            (#""rows":{"type":"int","value":5}"#, 5),
            (#""dagster/row_count":{"type":"int","value":9},"rows":{"type":"int","value":5}"#, 5),
            (#""rows":{"type":"int","value":5},"dagster/partition_row_count":{"type":"int","value":4}"#, 4),
            (#""rows":{"type":"text","value":"5"},"row_count":{"type":"int","value":6}"#, 6),
            (#""rows":{"type":"int","value":-1},"dagster/row_count":{"type":"int","value":0}"#, 0),
            (#""rows":{"type":"int","value":9223372036854775808}"#, nil),
            (#""rows":{"type":"float","value":5.0}"#, nil),
            (#""rows":{"type":"float","value":NaN}"#, nil),
            (#""rows":{"type":"json","value":{"value":5}}"#, nil),
            ("", nil),
        ])
    func rowCount(metadata: String, count: Int?) throws {
        let event = LoggedEvent.sample(details: #"{"metadata":{\#(metadata)}}"#)
        #expect(try facet("outputStatistics", of: event)?["rowCount"] as? Int == count)
    }

    @Test(
        "what a check expected and found is text",
        arguments: [
            (#"{"type":"text","value":"a\n"}"#, "a\n"), (#"{"type":"bool","value":true}"#, "true"),
            (#"{"type":"int","value":12345678901234567890}"#, "12345678901234567890"),
            (#"{"type":"float","value":-Infinity}"#, "-Infinity"),
            (#"{"type":"json","value":[1]}"#, nil), (#"{"type":"null","value":null}"#, nil),
        ])
    func expectations(value: String, text: String?) throws {
        let details = #"{"metadata":{"expected":\#(value),"actual":\#(value)},"check_name":"c","passed":true,"severity":"ERROR"}"#
        let facet = try facet("dataQualityAssertions", of: .sample(kind: .check, details: details))
        let assertion = (facet?["assertions"] as? [[String: Any]])?.first
        #expect(assertion?["expected"] as? String == text)
        #expect(assertion?["actual"] as? String == text)
        #expect(assertion?["severity"] as? String == "error")
    }

    @Test(
        "a failure without a message says what else is known",
        arguments: [
            (#"{"description":"d","failure":{"reason":"UNKNOWN","message":"m"}}"#, "m"),
            (#"{"description":"d","failure":{"reason":"UNKNOWN"}}"#, "d"), (#"{"failure":{"reason":"UNKNOWN"}}"#, "UNKNOWN"),
            ("{}", "no reason was given"),
        ])
    func errorMessages(details: String, message: String) throws {
        #expect(try facet("errorMessage", of: .sample(kind: .materializationFailed, details: details))?["message"] as? String == message)
    }

    @Test("metadata that is too large is left out, and that is said", arguments: [(60_000, false), (70_000, true)])
    func largeMetadata(size: Int, isLeftOut: Bool) throws {
        let text = String(repeating: "x", count: size)
        let event = LoggedEvent.sample(details: #"{"metadata":{"rows":{"type":"int","value":5},"t":{"type":"text","value":"\#(text)"}}}"#)
        let source = try facet("assetlog_event", of: event)
        #expect((source?["metadata"] == nil) == isLeftOut)
        #expect((source?["metadataLeftOut"] as? Bool ?? false) == isLeftOut)
        #expect(try facet("outputStatistics", of: event)?["rowCount"] as? Int == 5)
    }

    @Test("metadata as deep as an event may have it is sent whole")
    func deepMetadata() throws {
        let depth = 500
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let event = LoggedEvent.sample(details: #"{"metadata":{"deep":{"type":"json","value":\#(nested)}}}"#)
        #expect(String(decoding: try json(of: event), as: UTF8.self).contains(nested))
    }

    @Test(
        "what an asset was made from are the inputs of its run",
        arguments: [EventKind.materialization, .materializationStarted, .materializationFailed, .materializationSkipped])
    func inputs(kind: EventKind) throws {
        let event = LoggedEvent.sample(kind: kind, details: #"{"tags":{},"metadata":{},"upstream":[["raw","a"],["b"]]}"#)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(try json(of: event))) as? [String: Any])
        let inputs = try #require(object["inputs"] as? [[String: Any]])
        #expect(inputs.map { $0["namespace"] as? String } == ["s3://raw", "dagster"])
        #expect(inputs.map { $0["name"] as? String } == ["raw/a", "b"])
    }

    @Test("a void and a wipe are none of its events", arguments: [EventKind.void, .wipe])
    func inexpressible(kind: EventKind) throws {
        #expect(try mapping.event(for: .sample(kind: kind)) == nil)
        #expect(!LineageMapping.expresses(kind))
    }

    // MARK: Any event

    @Test("any event that was reported is one of OpenLineage, the same every time", arguments: 1...200)
    func randomEvent(number: Int64) throws {
        let event = LoggedEvent.random(number)
        let json = try self.json(of: event)
        #expect(try self.json(of: event) == json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        let run = object["run"] as? [String: Any]
        let inputs = object["inputs"] as? [[String: Any]] ?? []
        let outputs = object["outputs"] as? [[String: Any]] ?? []
        let dataset = try #require(object["dataset"] as? [String: Any] ?? (inputs + outputs).first)
        #expect((run == nil) == (event.kind == .observation))
        #expect(inputs.count == (event.kind == .check ? 1 : 0))
        #expect(outputs.count == ([.check, .observation].contains(event.kind) ? 0 : 1))
        let name = DatasetName(namespace: try #require(dataset["namespace"] as? String), name: try #require(dataset["name"] as? String))
        #expect(name.assetKey == event.assetKey)
        #expect(name.namespace == (event.assetKey.parts.first == "raw" ? "s3://raw" : "dagster"))
        for holder in [run, dataset].compactMap({ $0 }) {
            for group in ["facets", "inputFacets", "outputFacets"] {
                for (name, facet) in holder[group] as? [String: [String: Any]] ?? [:] {
                    #expect(facet["_producer"] as? String == "urn:assetlog:server", "\(name)")
                    #expect((facet["_schemaURL"] as? String)?.contains("#/$defs/") == true, "\(name)")
                }
            }
        }
        #expect(try sequence(of: Data(json)) == number)
    }
}

extension LoggedEvent {
    /// An event that depends on its number only.
    fileprivate static func random(_ number: Int64) -> LoggedEvent {
        var generator = Numbers(state: UInt64(number))
        let texts = ["", "raw", "a/b", "100%", "日本", "tab\t", "\"quoted\"\\", "e\u{301}", "x.y:z#", "\u{2028}"]
        let kind = EventKind.reportable.randomElement(using: &generator) ?? .check
        let key = (0...Int.random(in: 0...3, using: &generator)).map { _ in texts.randomElement(using: &generator) ?? "" }
        let labels = MeasureLabels.rowCount + MeasureLabels.byteCount + MeasureLabels.actual + MeasureLabels.lastUpdated + ["other"]
        let values = [
            "5", "-1", "1e300", "NaN", "-Infinity", "null", "true", #""text""#, "[1,{}]", #"{"columns":[{"name":"a"}]}"#,
        ]
        let metadata = labels.map { #""\#($0)":{"type":"json","value":\#(values.randomElement(using: &generator) ?? "0")}"# }
        let words = texts.map { text in
            var json: [UInt8] = []
            CanonicalJSON.appendString(text.utf8, to: &json)
            return String(decoding: json, as: UTF8.self)
        }
        let word = words.randomElement(using: &generator) ?? ""
        let details =
            #"{"description":\#(word),"data_version":\#(word),"tags":{"t":\#(word)},"metadata":{\#(metadata.joined(separator: ","))},"#
            + #""check_name":\#(word),"passed":true,"severity":"ERROR","target":{"data_version":\#(word)},"failure":{"reason":\#(word)}}"#
        return .sample(
            number, kind: kind, key: key, partition: texts.randomElement(using: &generator), reportedBy: key.first, details: details)
    }
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
#endif
