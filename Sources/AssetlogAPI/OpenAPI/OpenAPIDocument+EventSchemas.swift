import AssetlogCore

// An event as it is read back.
extension OpenAPIDocument {
    static let eventSchemas = [texts, event, metadata].joined(separator: ",")

    private static let texts = #"""
        "Text": {
          "type": "string", "description": "A text without NUL, of at most 2,048 bytes of UTF-8", "maxLength": 2048,
          "pattern": "^[^\\u0000]*$"
        },
        "Description": {"type": "string", "description": "A text without NUL", "pattern": "^[^\\u0000]*$"},
        "AssetKey": {
          "type": "array", "description": "The parts of an asset's name, at most 2,048 bytes of UTF-8 together",
          "items": {"$ref": "#/components/schemas/Text"}, "minItems": 1, "examples": [["warehouse", "orders"]]
        },
        "EventID": {
          "type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
          "examples": ["0193b0a0-1111-7222-8333-444444444444"]
        },
        "Kind": {"type": "string", "enum": \#(OpenAPIText.strings(EventKind.allCases.map(\.name)))},
        "Time": {
          "type": "string", "description": "RFC 3339 in UTC, to the microsecond", "format": "date-time",
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$",
          "examples": ["2026-11-23T19:00:00.123456Z"]
        },
        "Severity": {"description": "How severe it is if a check does not pass", "type": "string", "enum": ["WARN", "ERROR"]},
        "Target": {
          "description": "The materialization that a check is about",
          "oneOf": [
            {
              "type": "object", "required": ["event_id"], "additionalProperties": false,
              "properties": {"event_id": {"$ref": "#/components/schemas/EventID"}}
            },
            {
              "type": "object", "required": ["data_version"], "additionalProperties": false,
              "properties": {"data_version": {"$ref": "#/components/schemas/Text"}}
            }
          ]
        },
        "Reason": {
          "description": "Why an asset was not materialized, with Dagster's reasons",
          "type": "string", "enum": \#(OpenAPIText.strings(FailureReason.allCases.map(\.rawValue)))
        },
        "Failure": {
          "type": "object", "required": ["reason"], "additionalProperties": false,
          "properties": {
            "reason": {"$ref": "#/components/schemas/Reason"}, "message": {"$ref": "#/components/schemas/Description"}
          }
        }
        """#

    private static let event = #"""
        "EventContent": {
          "type": "object", "description": "The contents of an event, recorded or not",
          "required": [
            "event_id", "deployment", "kind", "asset_key", "partition", "description", "data_version", "tags", "metadata",
            "check_name", "passed", "severity", "timestamp", "received_at", "reported_by"
          ],
          "properties": {
            "event_id": {"$ref": "#/components/schemas/EventID"},
            "deployment": {"type": "string"},
            "kind": {"$ref": "#/components/schemas/Kind"},
            "asset_key": {"$ref": "#/components/schemas/AssetKey"},
            "partition": {"type": ["string", "null"]},
            "description": {"type": ["string", "null"]},
            "data_version": {"type": ["string", "null"]},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "metadata": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/MetadataValue"}},
            "check_name": {"description": "null for other kinds than checks", "type": ["string", "null"]},
            "passed": {"description": "null for other kinds than checks", "type": ["boolean", "null"]},
            "severity": {"description": "null for other kinds than checks", "anyOf": [{"$ref": "#/components/schemas/Severity"}, {"type": "null"}]},
            "blocking": {"description": "Whether a check blocks; only if given", "type": "boolean"},
            "target": {"$ref": "#/components/schemas/Target"},
            "failure": {"$ref": "#/components/schemas/Failure"},
            "timestamp": {"description": "When it happened", "$ref": "#/components/schemas/Time"},
            "received_at": {"description": "When the server received it", "$ref": "#/components/schemas/Time"},
            "reported_by": {"description": "The name of the token that reported it", "type": ["string", "null"]}
          },
          "if": {"properties": {"kind": {"const": "check"}}},
          "then": {"properties": {"check_name": {"type": "string"}, "passed": {"type": "boolean"}, "severity": {"type": "string"}}},
          "else": {
            "properties": {
              "check_name": {"type": "null"}, "passed": {"type": "null"}, "severity": {"type": "null"}, "blocking": {"not": {}},
              "target": {"not": {}}
            }
          }
        },
        "Event": {
          "type": "object", "description": "An event of the log", "allOf": [{"$ref": "#/components/schemas/EventContent"}],
          "required": ["sequence"],
          "properties": {"sequence": {"description": "Its number in the log", "type": "integer", "minimum": 1}},
          "unevaluatedProperties": false
        },
        "RehearsedEvent": {
          "type": "object", "description": "An event as it would be", "allOf": [{"$ref": "#/components/schemas/EventContent"}],
          "required": ["sequence"], "properties": {"sequence": {"type": "null"}}, "unevaluatedProperties": false
        },
        "EventPage": {
          "type": "object", "required": ["events", "next"], "additionalProperties": false,
          "properties": {
            "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}, "maxItems": 1000},
            "next": {"description": "The last sequence that the page covers, or with `order=latest` that of its last event; `after` of the next page", "type": "integer", "minimum": 0}
          }
        }
        """#

    // The types that a value may have, with what it is then.
    private static let metadataTypes = [
        (["text", "url", "path", "notebook", "md", "dagster_run"], #"{"type": "string"}"#),
        (["int"], #"{"type": "integer"}"#),
        (["float"], #"{"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}"#),
        (["bool"], #"{"type": "boolean"}"#), (["null"], #"{"type": "null"}"#), (["json"], "{}"),
        (["timestamp"], #"{"description": "Unix seconds", "type": "number"}"#),
        (["asset"], ##"{"$ref": "#/components/schemas/AssetKey"}"##),
        (["table", "table_schema", "table_column_lineage"], #"{"type": "object"}"#),
    ]

    private static let metadata = #"""
        "MetadataValue": {
          "description": "A value and its type. Numbers that JSON lacks are the strings NaN, Infinity and -Infinity.",
          "oneOf": [\#(metadataTypes.map(metadataValue).joined(separator: ","))]
        }
        """#

    private static func metadataValue(_ types: [String], _ value: String) -> String {
        #"""
        {
          "type": "object", "required": ["type", "value"], "additionalProperties": false,
          "properties": {"type": {"enum": \#(OpenAPIText.strings(types))}, "value": \#(value)}
        }
        """#
    }
}
