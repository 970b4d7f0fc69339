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
          "type": "string", "description": "A UUID, in lower case", "format": "uuid",
          "examples": ["0193b0a0-1111-7222-8333-444444444444"]
        },
        "Kind": {"type": "string", "enum": \#(OpenAPIText.strings(EventKind.allCases.map(\.name)))},
        "ReportableKind": {
          "type": "string", "description": "A kind that is reported; voids and wipes have routes of their own",
          "enum": \#(OpenAPIText.strings(EventKind.reportable.map(\.name)))
        },
        "Upstream": {
          "type": "array", "description": "The assets that the data was made from", "maxItems": 1000,
          "items": {"$ref": "#/components/schemas/AssetKey"}
        },
        "Voided": {
          "type": "object", "description": "How the event was voided", "required": ["event_id", "by", "reason", "timestamp"],
          "properties": {
            "event_id": {"description": "The void, itself an event", "$ref": "#/components/schemas/EventID"},
            "by": {"description": "The name of the token with which it was voided", "type": ["string", "null"]},
            "reason": {"type": "string"}, "timestamp": {"$ref": "#/components/schemas/Time"}
          },
          "additionalProperties": true
        },
        "Time": {
          "type": "string", "description": "RFC 3339 in UTC, to the microsecond", "format": "date-time",
          "examples": ["2026-11-23T19:00:00.123456Z"]
        },
        "Severity": {"description": "How severe it is if a check does not pass", "type": "string", "enum": ["WARN", "ERROR"]},
        "Target": {
          "type": "object", "description": "The materialization that a check is about: its event, or its version of the data",
          "properties": {
            "event_id": {"$ref": "#/components/schemas/EventID"}, "data_version": {"$ref": "#/components/schemas/Text"}
          },
          "minProperties": 1, "maxProperties": 1, "additionalProperties": true
        },
        "FailureReason": {
          "description": "Why an asset was not materialized, with Dagster's reasons",
          "type": "string", "enum": \#(reasons)
        },
        "Failure": {
          "type": "object", "description": "Why an asset was not materialized", "required": ["reason"],
          "properties": {
            "reason": {"type": "string", "x-extensible-enum": \#(reasons)},
            "message": {"$ref": "#/components/schemas/Description"}
          },
          "additionalProperties": true
        }
        """#

    private static let reasons = OpenAPIText.strings(FailureReason.allCases.map(\.rawValue))

    private static let event = #"""
        "Event": {
          "type": "object", "description": "An event of the log",
          \#(content(sequence: #"{"description": "Its number in the log", "type": "integer", "format": "int64", "minimum": 1}"#))
        },
        "DryRunEvent": {
          "type": "object", "description": "An event as it would be",
          \#(content(sequence: #"{"description": "Always null: it has no place in the log", "const": null}"#))
        },
        "EventPage": {
          "type": "object", "description": "A page of the log, and where the next one starts",
          "required": ["events", "next"], "additionalProperties": true,
          "properties": {
            "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}, "maxItems": 1000},
            "next": {
              "description": "The last sequence that was looked at: `after` of the next page. It is `after` of this page at the end. With `order=latest` it may be another number, of an event that is not shown.",
              "type": "integer", "format": "int64", "minimum": 0
            }
          }
        }
        """#

    private static func content(sequence: String) -> String {
        #"""
        "required": [
          "sequence", "event_id", "deployment", "kind", "asset_key", "partition", "description", "data_version", "tags",
          "metadata", "check_name", "passed", "severity", "timestamp", "received_at", "reported_by"
        ],
        "properties": {
          "sequence": \#(sequence),
          "event_id": {"$ref": "#/components/schemas/EventID"},
          "deployment": {"type": "string"},
          "kind": {"type": "string", "x-extensible-enum": \#(OpenAPIText.strings(EventKind.allCases.map(\.name)))},
          "asset_key": {"$ref": "#/components/schemas/AssetKey"},
          "partition": {"type": ["string", "null"]},
          "description": {"type": ["string", "null"]},
          "data_version": {"type": ["string", "null"]},
          "tags": {"type": "object", "additionalProperties": {"type": "string"}},
          "metadata": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/MetadataValue"}},
          "check_name": {"description": "null for other kinds than checks", "type": ["string", "null"]},
          "passed": {"description": "null for other kinds than checks", "type": ["boolean", "null"]},
          "severity": {"description": "`WARN` or `ERROR`; null for other kinds than checks", "type": ["string", "null"]},
          "blocking": {"description": "Whether a check blocks; only if given", "type": "boolean"},
          "target": {"$ref": "#/components/schemas/Target"},
          "failure": {"$ref": "#/components/schemas/Failure"},
          "upstream": {"$ref": "#/components/schemas/Upstream"},
          "voids": {"description": "The event that a void is about", "$ref": "#/components/schemas/EventID"},
          "partitions": {
            "description": "The partitions that a wipe is about; without them, the whole asset", "type": "array",
            "items": {"type": "string"}, "minItems": 1
          },
          "reason": {"description": "Why, of a void or a wipe", "type": "string"},
          "timestamp": {"description": "When it happened", "$ref": "#/components/schemas/Time"},
          "received_at": {"description": "When the server received it", "$ref": "#/components/schemas/Time"},
          "reported_by": {"description": "The name of the token that reported it", "type": ["string", "null"]},
          "voided": {"$ref": "#/components/schemas/Voided"}
        },
        "additionalProperties": true,
        "if": {"properties": {"kind": {"const": "check"}}},
        "then": {
          "properties": {
            "check_name": {"type": "string"}, "passed": {"type": "boolean"}, "severity": {"enum": ["WARN", "ERROR"]}
          }
        },
        "else": {
          "properties": {
            "check_name": {"const": null}, "passed": {"const": null}, "severity": {"const": null}, "blocking": false,
            "target": false
          }
        }
        """#
    }

    // The types that a value may have, with what it is then.
    private static let metadataTypes = [
        (["text", "url", "path", "notebook", "md", "dagster_run"], #"{"type": "string"}"#),
        (["int"], #"{"type": "integer"}"#),
        (["float"], #"{"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}"#),
        (["bool"], #"{"type": "boolean"}"#), (["null"], #"{"const": null}"#), (["json"], "{}"),
        (["timestamp"], #"{"description": "Unix seconds", "type": "number"}"#),
        (["asset"], ##"{"$ref": "#/components/schemas/AssetKey"}"##),
        (["table", "table_schema", "table_column_lineage"], #"{"type": "object"}"#),
    ]

    private static let metadata = #"""
        "MetadataValue": {
          "type": "object",
          "description": "A value and its type. Numbers that JSON lacks are the strings NaN, Infinity and -Infinity.",
          "required": ["type", "value"],
          "properties": {
            "type": {"type": "string", "x-extensible-enum": \#(OpenAPIText.strings(metadataTypes.flatMap(\.0)))},
            "value": {"description": "What the type says: a text, a number, true or false, null, a list, an object"}
          },
          "additionalProperties": true, \#(OpenAPIText.cases(metadataTypes.map(metadataValue)))
        }
        """#

    private static func metadataValue(_ types: [String], _ value: String) -> (condition: String, schema: String) {
        (
            #"{"properties": {"type": {"enum": \#(OpenAPIText.strings(types))}}}"#,
            #"{"properties": {"value": \#(value)}}"#
        )
    }
}
