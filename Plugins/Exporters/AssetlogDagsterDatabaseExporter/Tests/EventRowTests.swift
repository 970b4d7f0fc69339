#if DagsterDatabase
import AssetlogCore
import Testing

@testable import AssetlogDagsterDatabaseExporter

struct EventRowTests {
    @Test("a materialization is Dagster's text of it, byte by byte")
    func materialization() throws {
        let event = LoggedEvent.made(
            1, partition: "p1", reportedBy: "nightly",
            details:
                #"{"description":"full é","data_version":"1.1","tags":{"dagster/data_version":"1.1","dagster/data_version_is_user_provided":"true","team":"core"},"metadata":{"rows":{"type":"int","value":10}}}"#
        )
        let row = try row(event)
        #expect(row.dataVersion == "1.1")
        #expect(String(decoding: row.key, as: UTF8.self) == #"["warehouse", "orders"]"#)
        let content = #"""
            {"__class__": "StepMaterializationData", "asset_lineage": [], "materialization": {"__class__": "AssetMaterialization",
             "asset_key": {"__class__": "AssetKey", "path": ["warehouse", "orders"]}, "description": "full \u00e9",
             "metadata_entries": [\#(Self.entry("rows", "Int", #""value": 10"#)), \#(Self.facts(1, reporter: "nightly"))],
             "partition": "p1", "tags": {"dagster/data_version": "1.1", "dagster/data_version_is_user_provided": "true",
             "team": "core"}}}
            """#
        #expect(text(row) == Self.entry(content, type: "ASSET_MATERIALIZATION", time: "1790000001.0"))
    }

    @Test("an observation is Dagster's text of it, byte by byte")
    func observation() throws {
        let content = #"""
            {"__class__": "AssetObservationData", "asset_observation": {"__class__": "AssetObservation",
             "asset_key": {"__class__": "AssetKey", "path": ["a/b", "\u65e5"]}, "description": null,
             "metadata_entries": [\#(Self.facts(2))], "partition": null, "tags": {}}}
            """#
        let row = try row(.made(2, .observation, of: ["a/b", "日"]))
        #expect(text(row) == Self.entry(content, type: "ASSET_OBSERVATION", time: "1790000002.0"))
    }

    @Test(
        "an evaluation of a check is Dagster's text of it, byte by byte, with its labels sorted",
        arguments: [
            (
                #"{"metadata":{"n":{"type":"int","value":3},"B":{"type":"null","value":null}},"check_name":"c","passed":true}"#, "ERROR",
                "true", "null"
            ),
            (
                #"{"metadata":{"n":{"type":"int","value":3},"B":{"type":"null","value":null}},"check_name":"c","passed":false,"severity":"WARN","blocking":true}"#,
                "WARN", "false", "true"
            ),
        ])
    func check(details: String, severity: String, passed: String, blocking: String) throws {
        let row = try row(.made(3, .check, of: ["a"], partition: "p", details: details))
        let content = #"""
            {"__class__": "AssetCheckEvaluation", "asset_key": {"__class__": "AssetKey", "path": ["a"]}, "blocking": \#(blocking),
             "check_name": "c", "description": null, "metadata": {"B": {"__class__": "NullMetadataEntryData"},
             "assetlog/event_id": {"__class__": "TextMetadataEntryData", "text": "01990000-0000-7000-8000-000000000003"},
             "assetlog/received_at": {"__class__": "TextMetadataEntryData", "text": "\#(Self.time(0))"},
             "assetlog/timestamp": {"__class__": "TextMetadataEntryData", "text": "\#(Self.time(3))"},
             "n": {"__class__": "IntMetadataEntryData", "value": 3}}, "partition": "p",
             "severity": {"__enum__": "AssetCheckSeverity.\#(severity)"}, "success": \#(passed), "target_materialization_data": null}
            """#
        #expect(row.checkName == "c")
        #expect(row.hasPassed == (passed == "true"))
        #expect(text(row) == Self.entry(content, type: "ASSET_CHECK_EVALUATION", time: "1790000003.0"))
    }

    @Test(
        "a metadata value has Dagster's class for its type",
        arguments: [
            ("text", #""x""#, #"{"__class__": "TextMetadataEntryData", "text": "x"}"#),
            ("url", #""u""#, #"{"__class__": "UrlMetadataEntryData", "url": "u"}"#),
            ("path", #""/p""#, #"{"__class__": "PathMetadataEntryData", "path": "/p"}"#),
            ("notebook", #""/n""#, #"{"__class__": "NotebookMetadataEntryData", "path": "/n"}"#),
            ("md", "\"# x\"", ##"{"__class__": "MarkdownMetadataEntryData", "md_str": "# x"}"##),
            ("dagster_run", #""r""#, #"{"__class__": "DagsterPipelineRunMetadataEntryData", "run_id": "r"}"#),
            ("float", "NaN", #"{"__class__": "FloatMetadataEntryData", "value": NaN}"#),
            ("bool", "true", #"{"__class__": "BoolMetadataEntryData", "value": true}"#),
            ("timestamp", "1790000000.5", #"{"__class__": "TimestampMetadataValue", "value": 1790000000.5}"#),
            ("json", #"{"a":[1,2.5]}"#, #"{"__class__": "JsonMetadataEntryData", "data": {"a": [1, 2.5]}}"#),
            (
                "asset", #"["a","b"]"#,
                #"{"__class__": "DagsterAssetMetadataEntryData", "asset_key": {"__class__": "AssetKey", "path": ["a", "b"]}}"#
            ),
        ])
    func classes(type: String, value: String, expected: String) {
        let stored = MetadataValue(type: type, Array(value.utf8)[...])
        #expect(stored.keepsType)
        #expect(String(decoding: stored.json.bytes, as: UTF8.self) == expected)
    }

    @Test(
        "a table, its schema and its lineage have Dagster's classes",
        arguments: [
            (
                "table_schema",
                #"{"columns":[{"name":"a"},{"constraints":{"nullable":false,"other":["x"],"unique":true},"description":"d","name":"b","tags":{"k":"v"},"type":"int"}],"constraints":{"other":["o"]}}"#,
                #"{"__class__": "TableSchemaMetadataEntryData", "schema": {"__class__": "TableSchema", "columns": [\#(column("a", "string")), "#
                    + #"{"__class__": "TableColumn", "constraints": {"__class__": "TableColumnConstraints", "nullable": false, "other": ["x"], "#
                    + #""unique": true}, "description": "d", "name": "b", "tags": {"k": "v"}, "type": "int"}], "#
                    + #""constraints": {"__class__": "TableConstraints", "other": ["o"]}}}"#
            ),
            (
                "table", #"{"records":[{"a":1},{"a":null}],"schema":[{"name":"a","type":"int"}]}"#,
                #"{"__class__": "TableMetadataEntryData", "records": [{"__class__": "TableRecord", "data": {"a": 1}}, "#
                    + #"{"__class__": "TableRecord", "data": {"a": null}}], "schema": {"__class__": "TableSchema", "#
                    + #""columns": [\#(column("a", "int"))], "constraints": {"__class__": "TableConstraints", "other": []}}}"#
            ),
            (
                "table_column_lineage",
                #"{"deps_by_column":{"c":[{"asset_key":"u/v","column_name":"x"},{"asset_key":["a/b"],"column_name":"y"}]}}"#,
                #"{"__class__": "TableColumnLineageMetadataValue", "column_lineage": {"__class__": "TableColumnLineage", "#
                    + #""deps_by_column": {"c": [{"__class__": "TableColumnDep", "asset_key": {"__class__": "AssetKey", "path": ["u", "v"]}, "#
                    + #""column_name": "x"}, {"__class__": "TableColumnDep", "asset_key": {"__class__": "AssetKey", "path": ["a/b"]}, "#
                    + #""column_name": "y"}]}}}"#
            ),
        ])
    func tables(type: String, value: String, expected: String) {
        let stored = MetadataValue(type: type, Array(value.utf8)[...])
        #expect(stored.keepsType)
        #expect(String(decoding: stored.json.bytes, as: UTF8.self) == expected)
    }

    private static func column(_ name: String, _ type: String) -> String {
        #"{"__class__": "TableColumn", "constraints": {"__class__": "TableColumnConstraints", "nullable": true, "other": [], "#
            + #""unique": false}, "description": null, "name": "\#(name)", "type": "\#(type)"}"#
    }

    @Test(
        "what Dagster could not read back becomes something that it can, and its type is named in assetlog/types",
        arguments: [
            ("json", #"{"x":[{"__class__":"Nothing"}]}"#, #""text": "{\"x\":[{\"__class__\":\"Nothing\"}]}""#),
            ("json", #"{"\u005f_set__":[]}"#, #""text": "{\"\\u005f_set__\":[]}""#),
            ("json", "5", #"{"__class__": "IntMetadataEntryData", "value": 5}"#),
            ("json", "-0.5", #"{"__class__": "FloatMetadataEntryData", "value": -0.5}"#),
            ("json", "-Infinity", #"{"__class__": "FloatMetadataEntryData", "value": -Infinity}"#),
            ("json", #""x""#, #"{"__class__": "TextMetadataEntryData", "text": "x"}"#),
            ("json", String(repeating: "[", count: 201) + String(repeating: "]", count: 201), #""text": "[[[[["#),
            (
                "table_schema", #"{"columns":[{"type":"int"}]}"#,
                #"{"__class__": "JsonMetadataEntryData", "data": {"columns": [{"type": "int"}]}}"#
            ),
            ("table", #"{"records":[{"a":[]}],"schema":[]}"#, #""data": {"records": [{"a": []}], "schema": []}"#),
            ("table", #"{"records":[{"__class__":1}],"schema":[]}"#, #""text": "{\"records\":"#),
            (
                "table_column_lineage", #"{"deps_by_column":{"c":[{"asset_key":5}]}}"#,
                #""data": {"deps_by_column": {"c": [{"asset_key": 5}]}}"#
            ),
            ("tomorrow", #"{"a":1}"#, #"{"__class__": "JsonMetadataEntryData", "data": {"a": 1}}"#),
        ])
    func neutralizes(type: String, value: String, expected: String) throws {
        let text = try text(row(.made(1, details: #"{"metadata":{"label":{"type":"\#(type)","value":\#(value)}}}"#)))
        #expect(text.contains(expected))
        #expect(text.contains(Self.entry("assetlog/types", "Json", #""data": {"label": "\#(type)"}"#)))
    }

    @Test("labels of a check that are Dagster's own names are renamed, and listed")
    func renames() throws {
        let text = try text(
            row(.made(1, .check, details: #"{"metadata":{"__class__":{"type":"int","value":1}},"check_name":"c","passed":true}"#)))
        #expect(text.contains(#""assetlog/label/__class__": {"__class__": "IntMetadataEntryData", "value": 1}"#))
        #expect(text.contains(#""assetlog/renamed_labels": {"__class__": "JsonMetadataEntryData", "data": ["__class__"]}"#))
    }

    @Test(
        "the label by which Dagster judges freshness is of the type timestamp, or renamed",
        arguments: [
            ("int", "1790000000", "dagster/last_updated_timestamp", #"{"__class__": "TimestampMetadataValue", "value": 1790000000.0}"#),
            ("float", "1.5", "dagster/last_updated_timestamp", #"{"__class__": "TimestampMetadataValue", "value": 1.5}"#),
            ("timestamp", "1.5", "dagster/last_updated_timestamp", #"{"__class__": "TimestampMetadataValue", "value": 1.5}"#),
            ("text", #""now""#, "assetlog/last_updated_timestamp", #"{"__class__": "TextMetadataEntryData", "text": "now"}"#),
        ])
    func freshness(type: String, value: String, label: String, expected: String) throws {
        let text = try text(
            row(.made(1, .observation, details: #"{"metadata":{"dagster/last_updated_timestamp":{"type":"\#(type)","value":\#(value)}}}"#)))
        #expect(text.contains(#""entry_data": \#(expected), "label": "\#(label)"}"#))
    }

    @Test(
        "tags that Dagster would refuse when it reads them are metadata",
        arguments: [
            (#"{"a/b":"c","d":""}"#, #"{"a/b": "c", "d": ""}"#, nil),
            (#"{"a":"two words"}"#, "{}", #"{"a": "two words"}"#), (#"{"a b":"c"}"#, "{}", #"{"a b": "c"}"#),
            (#"{"a\n":"c"}"#, "{}", #"{"a\n": "c"}"#), (#"{"a/b/c":"d"}"#, "{}", #"{"a/b/c": "d"}"#),
            (#"{"dagster/partition/x":"d"}"#, "{}", #"{"dagster/partition/x": "d"}"#), (#"{"é":"d"}"#, "{}", #"{"\u00e9": "d"}"#),
        ] as [(String, String, String?)])
    func tags(tags: String, valid: String, others: String?) throws {
        let text = try text(row(.made(1, details: #"{"tags":\#(tags)}"#)))
        #expect(text.contains(#""tags": \#(valid)}"#))
        let entry = others.map { Self.entry("assetlog/tags", "Json", #""data": \#($0)"#) }
        #expect(text.contains("assetlog/tags") == (others != nil))
        #expect(entry.map(text.contains) ?? true)
    }

    @Test("a check's target and tags, and a deployment that is not the default, are metadata")
    func facts() throws {
        let details = #"{"tags":{"a":"b"},"check_name":"c","passed":true,"target":{"data_version":"7"}}"#
        let text = try text(row(.made(1, .check, deployment: "prod", details: details)))
        #expect(text.contains(#""assetlog/target": {"__class__": "JsonMetadataEntryData", "data": {"data_version": "7"}}"#))
        #expect(text.contains(#""assetlog/tags": {"__class__": "JsonMetadataEntryData", "data": {"a": "b"}}"#))
        #expect(text.contains(#""assetlog/deployment": {"__class__": "TextMetadataEntryData", "text": "prod"}"#))
    }

    @Test("a label of the exporter's own takes the place of the event's")
    func ownLabels() throws {
        let text = try text(row(.made(1, details: #"{"metadata":{"assetlog/event_id":{"type":"text","value":"forged"}}}"#)))
        #expect(!text.contains("forged"))
    }

    @Test("the assets that the data was made from stand in the metadata")
    func upstream() throws {
        let text = try text(row(.made(1, details: #"{"tags":{},"metadata":{},"upstream":[["raw","a"],["b"]]}"#)))
        #expect(text.contains(#""data": [["raw", "a"], ["b"]]}, "label": "assetlog/upstream""#), "\(text)")
    }

    @Test(
        "kinds that open source Dagster does not read are skipped",
        arguments: [EventKind.materializationStarted, .materializationFailed, .materializationSkipped, .void, .wipe])
    func skips(_ kind: EventKind) {
        guard case .skipped = EventRow.translation(of: .made(1, kind)) else {
            Issue.record("\(kind) was not skipped")
            return
        }
    }

    @Test(
        "what the tables can't hold is rejected with what to do",
        arguments: [
            (.made(1, of: [String(repeating: "k", count: 509)]), "has 513 characters"),
            (.made(1, of: [String(repeating: "é", count: 90)]), "has 544 characters"),
            (.made(1, partition: "a\0b"), "The partition contains NUL"),
            (.made(1, details: #"{"data_version":"\u0000"}"#), "The data_version contains NUL"),
            (.made(1, .check, details: #"{"check_name":"\u0000","passed":true}"#), "The check_name contains NUL"),
            (
                .made(1, .check, of: [String(repeating: "k", count: 2048)], partition: String(repeating: "p", count: 600), details: "{}"),
                "an index of"
            ),
            (.made(1, details: "{"), "no JSON"),
        ] as [(LoggedEvent, String)])
    func rejects(event: LoggedEvent, message: String) {
        guard case .rejected(let failure) = EventRow.translation(of: event) else {
            Issue.record("the event was not rejected")
            return
        }
        #expect(failure.message.contains(message))
    }

    @Test("a key of the most characters is taken, and a check with a longer one")
    func longest() throws {
        _ = try row(.made(1, of: [String(repeating: "k", count: 508)]))
        _ = try row(.made(1, .check, of: [String(repeating: "k", count: 509)], details: #"{"check_name":"c","passed":true}"#))
    }

    // MARK: Expected texts

    private func row(_ event: LoggedEvent) throws -> EventRow {
        guard case .row(let row) = EventRow.translation(of: event) else { throw ExportError("\(event) is no row") }
        return row
    }

    private func text(_ row: EventRow) -> String { String(decoding: row.entry, as: UTF8.self) }

    private static func time(_ second: Int64) -> String {
        Timestamp(microseconds: LoggedEvent.epoch + second * 1_000_000).description
    }

    private static func entry(_ label: String, _ kind: String, _ field: String) -> String {
        #"{"__class__": "EventMetadataEntry", "description": null, "entry_data": {"__class__": "\#(kind)MetadataEntryData", \#(field)}, "label": "\#(label)"}"#
    }

    private static func facts(_ second: Int64, reporter: String? = nil) -> String {
        let id = "01990000-0000-7000-8000-00000000000\(second)"
        let facts =
            [("event_id", id), ("timestamp", time(second)), ("received_at", time(0))] + (reporter.map { [("reported_by", $0)] } ?? [])
        return facts.map { entry("assetlog/\($0.0)", "Text", #""text": "\#($0.1)""#) }.joined(separator: ", ")
    }

    private static func entry(_ content: String, type: String, time: String) -> String {
        let content = content.replacing("\n", with: "")
        return #"{"__class__": "EventLogEntry", "dagster_event": {"__class__": "DagsterEvent", "event_specific_data": \#(content), "#
            + #""event_type_value": "\#(type)", "logging_tags": {}, "message": null, "pid": null, "pipeline_name": "", "#
            + #""solid_handle": null, "step_handle": null, "step_key": null, "step_kind_value": null}, "error_info": null, "#
            + #""level": 20, "message": "", "pipeline_name": "", "run_id": "", "step_key": null, "timestamp": \#(time), "user_message": ""}"#
    }
}
#endif
