// An event as it is submitted: a schema for the kinds that have the same fields.
extension OpenAPIDocument {
    static let submissionSchemas = [submission, submittedParts, partitions, submittedMetadata].joined(separator: ",")

    private static let submission = #"""
        "EventSubmission": {
          "description": "An event to record. Its fields are those of an event that is read back, without `sequence`, `received_at` and `reported_by`; null means absent, and unknown fields are refused.",
          "oneOf": [
            {"$ref": "#/components/schemas/AssetEventSubmission"}, {"$ref": "#/components/schemas/CheckSubmission"},
            {"$ref": "#/components/schemas/StartSubmission"}, {"$ref": "#/components/schemas/FailureSubmission"}
          ],
          "discriminator": {
            "propertyName": "kind",
            "mapping": {
              "materialization": "#/components/schemas/AssetEventSubmission",
              "observation": "#/components/schemas/AssetEventSubmission",
              "check": "#/components/schemas/CheckSubmission",
              "materialization_started": "#/components/schemas/StartSubmission",
              "materialization_failed": "#/components/schemas/FailureSubmission",
              "materialization_skipped": "#/components/schemas/FailureSubmission"
            }
          }
        },
        "AssetEventSubmission": {
          "required": ["kind", "asset_key"],
          "properties": {
            "kind": {"enum": ["materialization", "observation"]}, \#(fields), \#(noCheck), \#(absent("failure")),
            "data_version": \#(nullable("Text"))
          },
          \#(closing)
        },
        "CheckSubmission": {
          "required": ["kind", "asset_key", "check_name", "passed"],
          "properties": {
            "kind": {"enum": ["check"]}, \#(fields), \#(absent("data_version")), \#(absent("failure")),
            "check_name": {"$ref": "#/components/schemas/Text"},
            "passed": {"type": "boolean"},
            "severity": {"anyOf": [{"$ref": "#/components/schemas/Severity"}, {"type": "null"}], "default": "ERROR"},
            "blocking": {"type": ["boolean", "null"]},
            "target": \#(nullable("SubmittedTarget"))
          },
          \#(closing)
        },
        "StartSubmission": {
          "required": ["kind", "asset_key"],
          "properties": {
            "kind": {"enum": ["materialization_started"]}, \#(fields), \#(noCheck), \#(absent("data_version")), \#(absent("failure"))
          },
          \#(closing)
        },
        "FailureSubmission": {
          "required": ["kind", "asset_key"],
          "properties": {
            "kind": {"enum": ["materialization_failed", "materialization_skipped"]}, \#(fields), \#(noCheck),
            \#(absent("data_version")),
            "failure": {
              "type": ["object", "null"], "required": ["reason"], "additionalProperties": false,
              "properties": {
                "reason": {"$ref": "#/components/schemas/Reason"},
                "message": \#(nullable("Description"))
              }
            }
          },
          \#(closing)
        }
        """#

    // What every kind has.
    private static let fields = #"""
        "asset_key": {
          "description": "A string is one part, and is not split.",
          "anyOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/AssetKey"}]
        },
        "event_id": \#(nullable("NewEventID")),
        "timestamp": {
          "description": "When it happened: RFC 3339 with its offset, or Unix seconds. Not before 1980, and at most 10 minutes ahead of the server's clock.",
          "anyOf": [
            {"type": "string", "format": "date-time"}, {"type": "number", "minimum": 315532800}, {"type": "null"}
          ]
        },
        "partition": {
          "anyOf": [
            {"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/PartitionDimensions"}, {"type": "null"}
          ]
        },
        "partitions": \#(nullable("Partitions")),
        "description": \#(nullable("Description")),
        "tags": {
          "description": "For materializations and observations, `dagster/data_version` must equal `data_version` if both are given.",
          "type": ["object", "null"], "additionalProperties": {"$ref": "#/components/schemas/Text"},
          "propertyNames": {"minLength": 1, "maxLength": 2048, "pattern": "^[^\\u0000]*$"}
        },
        "metadata": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/components/schemas/SubmittedMetadata"}},
        "deployment": {"description": "The deployment of the route; no other", "type": ["string", "null"]}
        """#

    private static let noCheck = ["check_name", "passed", "severity", "blocking", "target"].map(absent).joined(separator: ", ")

    private static func absent(_ field: String) -> String { #""\#(field)": {"type": "null"}"# }

    private static func nullable(_ schema: String) -> String {
        #"{"anyOf": [\#(OpenAPIText.reference("schemas", schema)), {"type": "null"}]}"#
    }

    private static let closing = #"""
        "type": "object", "additionalProperties": false,
        "not": {
          "description": "One of them, not both", "required": ["partition", "partitions"],
          "properties": {"partition": {"not": {"type": "null"}}, "partitions": {"not": {"type": "null"}}}
        }
        """#

    private static let submittedParts = #"""
        "NewEventID": {
          "type": "string", "description": "A UUID of your own, in either case, not all zeros or all ones", "format": "uuid",
          "not": {"pattern": "^(0{8}(-0{4}){3}-0{12}|[Ff]{8}(-[Ff]{4}){3}-[Ff]{12})$"}
        },
        "SubmittedTarget": {
          "description": "One of `event_id` and `data_version` of the materialization that was checked",
          "anyOf": [
            {
              "type": "object", "required": ["event_id"], "additionalProperties": false,
              "properties": {"event_id": {"$ref": "#/components/schemas/NewEventID"}, "data_version": {"type": "null"}}
            },
            {
              "type": "object", "required": ["data_version"], "additionalProperties": false,
              "properties": {"data_version": {"$ref": "#/components/schemas/Text"}, "event_id": {"type": "null"}}
            }
          ]
        }
        """#

    private static let partitions = #"""
        "PartitionDimensions": {
          "type": "object", "description": "One partition of several dimensions, whose keys are joined by | in the order of the names",
          "minProperties": 1, "maxProperties": 64, "propertyNames": {"minLength": 1},
          "additionalProperties": {"$ref": "#/components/schemas/DimensionKey"}
        },
        "DimensionKey": {
          "type": "string", "description": "A text without NUL and |", "maxLength": 2048, "pattern": "^[^\\u0000|]*$"
        },
        "Partitions": {
          "description": "Partitions, one event each, at most 10,000",
          "anyOf": [
            {
              "type": "array", "minItems": 1, "maxItems": 10000,
              "items": {"anyOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/PartitionDimensions"}]}
            },
            {"$ref": "#/components/schemas/PartitionRange"},
            {"$ref": "#/components/schemas/PartitionProduct"}
          ]
        },
        "PartitionRange": {
          "description": "Time partitions, both ends included, with the keys that Dagster gives them in the time zone",
          "anyOf": [
            {
              "type": "object", "required": ["from", "to", "every"], "additionalProperties": false,
              "properties": {"every": {"enum": ["day", "week"]}, "from": \#(date), "to": \#(date), "timezone": \#(zone)}
            },
            {
              "type": "object", "required": ["from", "to", "every"], "additionalProperties": false,
              "properties": {
                "every": {"enum": ["month"]}, "to": \#(date), "timezone": \#(zone),
                "from": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-01$"}
              }
            },
            {
              "type": "object", "required": ["from", "to", "every"], "additionalProperties": false,
              "properties": {"every": {"enum": ["hour"]}, "from": \#(hour("00")), "to": \#(hour("00")), "timezone": {"type": "null"}}
            },
            {
              "type": "object", "required": ["from", "to", "every", "timezone"], "additionalProperties": false,
              "properties": {
                "every": {"enum": ["hour"]}, "timezone": {"type": "string", "examples": ["Europe/Berlin"]},
                "from": \#(hour(localMinute)), "to": \#(hour(localMinute))
              }
            }
          ]
        },
        "PartitionProduct": {
          "type": "object", "description": "Every combination of the keys of the dimensions", "minProperties": 1, "maxProperties": 64,
          "propertyNames": {"minLength": 1, "not": {"enum": ["from", "to", "every"]}},
          "additionalProperties": {
            "anyOf": [
              {"$ref": "#/components/schemas/DimensionKey"},
              {"type": "array", "items": {"$ref": "#/components/schemas/DimensionKey"}, "minItems": 1, "maxItems": 10000},
              {"$ref": "#/components/schemas/PartitionRange"}
            ]
          }
        }
        """#

    private static let date = #"{"type": "string", "format": "date"}"#

    private static let zone =
        #"{"description": "A name of the IANA time zone database; UTC by default", "type": ["string", "null"], "examples": ["Europe/Berlin"]}"#

    // Where the clock is set back, the offset tells two equal hours apart.
    private static let localMinute = "[0-5][0-9]([+-][0-9]{4}([0-9]{2})?)?"

    private static func hour(_ minute: String) -> String {
        #"""
        {
          "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "pattern": "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])-([01][0-9]|2[0-3]):\#(minute)$"}
          ]
        }
        """#
    }
}
