#if Dagster
import AssetlogCore
import AssetlogDelivery
import Testing

@testable import AssetlogDagsterExporter

/// What is sent for an event.
struct ReportTests {
    private static let id = "01990000-0000-7000-8000-000000000001"
    /// The facts that every report has in its metadata, in the order in which they follow the event's own.
    private static let facts = #""assetlog/event_id":"\#(id)","assetlog/timestamp":"2026-09-21T14:13:21.000000Z""#
    private static let time = #""timestamp":"2026-09-21T14:13:21.000000Z""#

    private func report(_ event: LoggedEvent) throws -> Report {
        guard case .report(let report) = Report.translation(of: event) else {
            throw ExportError("\(Report.translation(of: event))")
        }
        return report
    }

    private func body(_ event: LoggedEvent) throws -> String {
        String(decoding: try report(event).body, as: UTF8.self)
    }

    @Test(
        "each kind of event that Dagster has a report for becomes one, with all that the report can say",
        arguments: [
            (
                LoggedEvent.sample(), "/report_asset_materialization/warehouse/orders",
                #"{\#(time),"metadata":{\#(facts)}}"#
            ),
            (
                .sample(
                    partition: "2026-11-22",
                    details: #"{"description":"nightly","data_version":"1.1","tags":{"dagster/data_version":"1.1","#
                        + #""dagster/data_version_is_user_provided":"true"},"metadata":{"rows":{"type":"int","value":10}}}"#,
                    reportedBy: "loader"),
                "/report_asset_materialization/warehouse/orders",
                #"{"partition":"2026-11-22","description":"nightly","data_version":"1.1",\#(time),"#
                    + #""metadata":{"rows":10,\#(facts),"assetlog/reported_by":"loader"}}"#
            ),
            (
                .sample(1, .observation, details: #"{"data_version":"2"}"#, deployment: "prod"),
                "/report_asset_observation/warehouse/orders",
                #"{"data_version":"2",\#(time),"metadata":{\#(facts),"assetlog/deployment":"prod"}}"#
            ),
            (
                .sample(
                    1, .check, partition: "",
                    details: #"{"description":"none","check_name":"no_nulls","passed":false,"severity":"WARN","blocking":true}"#),
                "/report_asset_check/warehouse/orders",
                #"{"partition":"","description":"none","check_name":"no_nulls","passed":false,"severity":"WARN","#
                    + #"\#(time),"blocking":true,"metadata":{\#(facts),"assetlog/blocking":true,"assetlog/description":"none"}}"#
            ),
            (
                .sample(details: #"{"tags":{"dagster/data_version":"not reported","team":"core"}}"#),
                "/report_asset_materialization/warehouse/orders",
                #"{\#(time),"tags":{"dagster/data_version":"not reported","team":"core"},"metadata":{\#(facts),"#
                    + #""assetlog/tags":{"dagster/data_version":"not reported","team":"core"}}}"#
            ),
        ])
    func kinds(event: LoggedEvent, path: String, body: String) throws {
        let report = try report(event)
        #expect(report.path == path)
        #expect(String(decoding: report.body, as: UTF8.self) == body)
        #expect(
            report.headers.map { "\($0.name): \($0.value.revealed)" } == [
                "Idempotency-Key: \"\(Self.id)\"", "Assetlog-Timestamp: approximate",
            ])
    }

    @Test(
        "what Dagster has no report for is skipped with a reason",
        arguments: [
            (EventKind.materializationStarted, "materialization_started"), (.materializationFailed, "materialization_failed"),
            (.materializationSkipped, "materialization_skipped"), (.void, "void"), (.wipe, "wipe"),
        ])
    func skipped(kind: EventKind, name: String) {
        guard case .skipped(let reason) = Report.translation(of: .sample(1, kind)) else {
            Issue.record("\(name) is not skipped")
            return
        }
        #expect(reason == "Dagster has no report for \(name)")
    }

    @Test("the assets that the data was made from are sent to another Assetlog, and stand in the metadata for Dagster")
    func upstream() throws {
        let event = LoggedEvent.sample(1, details: #"{"tags":{},"metadata":{},"upstream":[["raw","a"],["b"]]}"#)
        guard case .report(let report) = Report.translation(of: event) else {
            Issue.record("it is not reported")
            return
        }
        let body = String(decoding: report.body, as: UTF8.self)
        #expect(body.contains(#","upstream":[["raw","a"],["b"]],"#), "\(body)")
        #expect(body.contains(#""assetlog/upstream":[["raw","a"],["b"]]"#), "\(body)")
    }

    // MARK: The key

    @Test(
        "a key stands in the path, percent-encoded, where it is sure to arrive as it is",
        arguments: [
            (["a"], "a"), (["a", "b", "c"], "a/b/c"), (["a b", "ü", "100%", "?#&+"], "a%20b/%C3%BC/100%25/%3F%23%26%2B"),
            ([".hidden", "a..b"], ".hidden/a..b"), (["x", "[1]"], "x/%5B1%5D"),
        ])
    func path(key: [String], path: String) throws {
        let event = LoggedEvent.sample(1, .check, key, details: #"{"check_name":"c","passed":true}"#)
        #expect(try report(event).path == "/report_asset_check/\(path)")
        #expect(try !body(event).contains("asset_key"))
    }

    @Test(
        "every other key stands in the body, whole",
        arguments: [
            ["a/b"], ["a", "b/c"], [""], ["a", ""], ["."], ["a", ".."], ["line\nfeed"], ["tab\t"], ["back\\slash"], ["[\"a\"]"],
            ["del\u{7f}"], [String(repeating: "é", count: 400)],
        ])
    func keyInBody(key: [String]) throws {
        let event = LoggedEvent.sample(1, .check, key, details: #"{"check_name":"c","passed":true}"#)
        #expect(try report(event).path == "/report_asset_check/")
        #expect(try body(event).hasPrefix(#"{"asset_key":\#(AssetKey(key).canonical),"#))
    }

    @Test(
        "the length of a key is counted as Python writes it",
        arguments: [
            (["a", "b"], 10), ([""], 4), (["\""], 6), (["é"], 10), (["😀"], 16), (["\n\u{8}\u{1}\u{7f}"], 20),
        ])
    func keyLength(key: [String], length: Int) {
        #expect(AssetAddress.pythonLength(of: AssetKey(key)) == length)
    }

    @Test("a key that is longer than Dagster's tables have room for is rejected, but for a check", arguments: EventKind.allCases.prefix(3))
    func longKey(kind: EventKind) {
        let details = #"{"check_name":"c","passed":true}"#
        guard case .report = Report.translation(of: .sample(1, kind, [String(repeating: "x", count: 508)], details: details)) else {
            Issue.record("512 characters are not reported")
            return
        }
        let tooLong = Report.translation(of: .sample(1, kind, [String(repeating: "x", count: 509)], details: details))
        if kind == .check {
            guard case .report = tooLong else {
                Issue.record("a check is not reported")
                return
            }
        } else {
            guard case .rejected(let failure) = tooLong else {
                Issue.record("513 characters are not rejected")
                return
            }
            #expect(failure.message.contains("has 513 characters"))
        }
    }

    @Test("NUL in what becomes a column of Dagster's tables is rejected")
    func nul() {
        guard case .rejected(let failure) = Report.translation(of: .sample(details: #"{"data_version":"a\u0000"}"#)) else {
            Issue.record("it is not rejected")
            return
        }
        #expect(failure.message.contains("data_version contains NUL"))
    }

    // MARK: Metadata

    @Test(
        "a value is sent as plain JSON, and a type that Dagster would not infer from it is named",
        arguments: [
            (#"{"type":"text","value":"a"}"#, #""a""#, nil),
            (#"{"type":"int","value":123456789012345678901234567890}"#, "123456789012345678901234567890", nil),
            (#"{"type":"float","value":1.0}"#, "1.0", nil), (#"{"type":"float","value":-Infinity}"#, "-Infinity", nil),
            (#"{"type":"bool","value":true}"#, "true", nil), (#"{"type":"null","value":null}"#, "null", nil),
            (#"{"type":"json","value":{"a":[1,"b"]}}"#, #"{"a":[1,"b"]}"#, nil), (#"{"type":"json","value":5}"#, "5", "json"),
            (#"{"type":"url","value":"https://example.com"}"#, #""https://example.com""#, "url"),
            (#"{"type":"timestamp","value":1790000000.5}"#, "1790000000.5", "timestamp"),
            (#"{"type":"asset","value":["a","b"]}"#, #"["a","b"]"#, "asset"),
            (#"{"type":"table_schema","value":{"columns":[]}}"#, #"{"columns":[]}"#, "table_schema"),
        ])
    func values(value: String, sent: String, type: String?) throws {
        let body = try body(.sample(details: #"{"metadata":{"v":\#(value)}}"#))
        let note = type.map { #","assetlog/types":{"v":"\#($0)"}"# } ?? ""
        #expect(body == #"{\#(Self.time),"metadata":{"v":\#(sent),\#(Self.facts)\#(note)}}"#)
    }

    @Test(
        "a value that Dagster would take for one of its own is sent as text",
        arguments: ["__class__", "__enum__", "__set__", "__frozenset__", "__mapping_items__"])
    func reserved(name: String) throws {
        for value in [#"{"\#(name)":"X"}"#, #"[{"a":{"b":[{"\#(name)":[]}]}}]"#] {
            let body = try body(.sample(details: #"{"metadata":{"v":{"type":"json","value":\#(value)}}}"#))
            let text = value.replacing("\"", with: "\\\"")
            #expect(body.contains(#""metadata":{"v":"\#(text)","#))
            #expect(body.contains(#""assetlog/types":{"v":"json"}"#))
        }
    }

    @Test("what only looks like that is sent as it is", arguments: [#"["__class__"]"#, #"{"a":"\"__class__\":"}"#, #"{"__class":1}"#])
    func notReserved(value: String) throws {
        let body = try body(.sample(details: #"{"metadata":{"v":{"type":"json","value":\#(value)}}}"#))
        #expect(body.contains(#""metadata":{"v":\#(value),"#))
        #expect(!body.contains("assetlog/types"))
    }

    @Test("tags, and the types of labels, are sent as text when they have such a name")
    func reservedFacts() throws {
        let details = #"{"tags":{"__set__":"x"},"metadata":{"__enum__":{"type":"url","value":"u"}}}"#
        let body = try body(.sample(details: details))
        #expect(body.contains(#""assetlog/tags":"{\"__set__\":\"x\"}""#))
        #expect(body.contains(#""assetlog/types":"{\"__enum__\":\"url\"}""#))
    }

    @Test("more levels than Dagster can write are sent as text")
    func deep() throws {
        for (depth, isText) in [(200, false), (201, true)] {
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let body = try body(.sample(details: #"{"metadata":{"v":{"type":"json","value":\#(value)}}}"#))
            #expect(body.contains(#""v":"[["#) == isText)
        }
    }

    @Test("a label that Dagster takes for its own in a check is renamed, and said so")
    func reservedLabel() throws {
        let metadata = #""metadata":{"__class__":{"type":"int","value":1}}"#
        let check = try body(.sample(1, .check, details: #"{\#(metadata),"check_name":"c","passed":true}"#))
        #expect(check.contains(#""metadata":{"assetlog/label/__class__":1,"#))
        #expect(check.contains(#""assetlog/renamed_labels":["__class__"]"#))
        #expect(try body(.sample(details: "{\(metadata)}")).contains(#""metadata":{"__class__":1,"#))
    }

    @Test("the label of Dagster's checks of freshness is renamed, because they fail on every type that a report can have")
    func freshness() throws {
        let details = #"{"metadata":{"dagster/last_updated_timestamp":{"type":"timestamp","value":1790000000.0}}}"#
        for kind in [EventKind.materialization, .observation] {
            let body = try body(.sample(1, kind, details: details))
            #expect(body.contains(#""metadata":{"assetlog/last_updated_timestamp":1790000000.0,"#))
            #expect(body.contains(#""assetlog/renamed_labels":["dagster/last_updated_timestamp"]"#))
        }
    }

    @Test("labels of an event that the exporter sets itself are replaced, as after another Assetlog")
    func ownLabels() throws {
        let body = try body(
            .sample(details: #"{"metadata":{"assetlog/event_id":{"type":"text","value":"old"},"a":{"type":"int","value":1}}}"#))
        #expect(body == #"{\#(Self.time),"metadata":{"a":1,\#(Self.facts)}}"#)
    }

    @Test(
        "details that are damaged are no reason to stop",
        arguments: ["", "{", "[]", #"{"metadata"#, #"{"metadata":{"a":{"type":"int"}}"#, "null"])
    func damaged(details: String) throws {
        #expect(try body(.sample(details: details)) == #"{\#(Self.time),"metadata":{\#(Self.facts)}}"#)
    }

    // MARK: Order

    @Test("the events of an asset are in the order of time, at the indices that it had, and results come back in the given order")
    func order() {
        let batch = ExportBatch.sample([
            .sample(1, key("a"), seconds: 9), .sample(2, key("b"), seconds: 5), .sample(3, key("a"), seconds: 3),
            .sample(4, key("b"), seconds: 5), .sample(5, key("a"), seconds: 6),
        ])
        let order = BatchOrder(batch)
        #expect(order.batch.events.map(\.sequence) == [3, 2, 5, 4, 1])
        let results = order.batch.events.map { DeliveryResult.skipped(reason: "\($0.sequence)") }
        #expect(order.restored(results) == (1...5).map { .skipped(reason: "\($0)") })
    }

    private func key(_ part: String) -> [String] { [part] }
}

extension LoggedEvent {
    fileprivate static func sample(_ sequence: Int64, _ key: [String], seconds: Int64) -> LoggedEvent {
        .sample(sequence, .materialization, key, seconds: seconds)
    }
}
#endif
