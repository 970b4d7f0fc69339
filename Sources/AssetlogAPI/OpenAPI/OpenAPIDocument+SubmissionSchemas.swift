// An event as it is submitted.
//
// It is one object with the fields of every kind, and what each kind must and must not have stands behind `if`, which
// programs that make clients pass over. So do the forms of a value that can be a text or something else: to them it is any
// value.
extension OpenAPIDocument {
    static let submissionSchemas = [submission, submittedParts, partitions, submittedMetadata].joined(separator: ",")

    private static let submission = #"""
        "EventSubmission": {
          "type": "object",
          "description": "An event to record. Its fields are those of an event that is read back, without `sequence`, `received_at`, `reported_by` and `voided`; null means absent, and unknown fields are refused.",
          "required": ["kind", "asset_key"], "properties": {\#(fields), \#(fieldsOfKinds)}, "additionalProperties": false,
          "if": {"properties": {"kind": {"const": "check"}}},
          "then": {
            "required": ["check_name", "passed"],
            "properties": {
              "check_name": {"type": "string"}, "passed": {"type": "boolean"}, \#(absent("data_version", "failure", "upstream"))
            }
          },
          "else": {
            "properties": {\#(absent("check_name", "passed", "severity", "blocking", "target"))},
            "if": {"properties": {"kind": {"enum": ["materialization", "observation"]}}},
            "then": {"properties": {\#(absent("failure"))}},
            "else": {
              "properties": {\#(absent("data_version"))},
              "if": {"properties": {"kind": {"const": "materialization_started"}}},
              "then": {"properties": {\#(absent("failure"))}}
            }
          },
          "not": {
            "description": "One of them, not both", "required": ["partition", "partitions"],
            "properties": {"partition": {"not": {"const": null}}, "partitions": {"not": {"const": null}}}
          }
        },
        "EventSubmissionList": {
          "type": "array", "description": "Events to record", "minItems": 1,
          "items": {"$ref": "#/components/schemas/EventSubmission"}
        }
        """#

    private static let fields = #"""
        "kind": {"$ref": "#/components/schemas/ReportableKind"},
        "asset_key": {"$ref": "#/components/schemas/SubmittedAssetKey"},
        "event_id": \#(nullableID),
        "timestamp": {"$ref": "#/components/schemas/SubmittedTime"},
        "partition": {"$ref": "#/components/schemas/SubmittedPartition"},
        "partitions": {"$ref": "#/components/schemas/SubmittedPartitions"},
        "description": \#(nullableDescription),
        "tags": {
          "description": "For materializations and observations, `dagster/data_version` must equal `data_version` if both are given.",
          "type": ["object", "null"], "additionalProperties": {"$ref": "#/components/schemas/Text"},
          "propertyNames": {"minLength": 1, "maxLength": 2048, "pattern": "^[^\\u0000]*$"}
        },
        "metadata": {
          "type": ["object", "null"], "additionalProperties": {"$ref": "#/components/schemas/SubmittedMetadataValue"}
        },
        "deployment": {"description": "The deployment of the route; no other", "type": ["string", "null"]}
        """#

    private static let fieldsOfKinds = #"""
        "data_version": \#(nullableText), "check_name": \#(nullableText), "passed": {"type": ["boolean", "null"]},
        "severity": \#(nullableSeverity), "blocking": {"type": ["boolean", "null"]},
        "target": \#(nullable("SubmittedTarget")), "failure": \#(nullable("SubmittedFailure")),
        "upstream": \#(nullable("Upstream"))
        """#

    static func absent(_ fields: String...) -> String {
        fields.map { #""\#($0)": {"const": null}"# }.joined(separator: ", ")
    }

    static func nullable(_ schema: String) -> String {
        #"{"anyOf": [\#(OpenAPIText.reference("schemas", schema)), {"type": "null"}]}"#
    }

    private static let nullableID = #"""
        {
          "type": ["string", "null"], "description": "A UUID of your own, in either case, not all zeros or all ones",
          "format": "uuid",
          "not": {"type": "string", "pattern": "^(0{8}(-0{4}){3}-0{12}|[Ff]{8}(-[Ff]{4}){3}-[Ff]{12})$"}
        }
        """#

    private static let submittedParts = #"""
        "SubmittedAssetKey": {
          "description": "The parts of the asset's key as a list, or a text, which is one part and is not split",
          "if": {"type": "string"}, "then": {"$ref": "#/components/schemas/Text"},
          "else": {"$ref": "#/components/schemas/AssetKey"}
        },
        "SubmittedTime": {
          "description": "When it happened: RFC 3339 with its offset, or Unix seconds. Not before 1980, and at most 10 minutes ahead of the server's clock.",
          "if": {"type": "string"}, "then": {"format": "date-time"}, "else": {"type": ["number", "null"], "minimum": 315532800}
        },
        "SubmittedTarget": {
          "type": "object", "description": "One of `event_id` and `data_version` of the materialization that was checked",
          "properties": {"event_id": \#(nullableID), "data_version": \#(nullableText)}, "additionalProperties": false,
          "if": {"required": ["event_id"], "properties": {"event_id": {"type": "string"}}},
          "then": {"properties": {\#(absent("data_version"))}},
          "else": {"required": ["data_version"], "properties": {"data_version": {"type": "string"}}}
        },
        "SubmittedFailure": {
          "type": "object", "description": "Why an asset was not materialized", "required": ["reason"],
          "properties": {"reason": {"$ref": "#/components/schemas/FailureReason"}, "message": \#(nullableDescription)},
          "additionalProperties": false
        }
        """#

    private static let partitions = #"""
        "SubmittedPartition": {
          "description": "A text; or an object of one key for each dimension, which are joined by | in the order of the names",
          "if": {"type": "string"}, "then": {"$ref": "#/components/schemas/Text"},
          "else": {"anyOf": [\#(dimensions), {"type": "null"}]}
        },
        "SubmittedPartitions": {
          "description": "Partitions, one event each, at most 10,000: a list, a range of times, or an object of a key, a list or a range for each dimension, of which every combination is meant",
          "if": {"type": "array"},
          "then": {
            "minItems": 1, "maxItems": 10000,
            "items": {
              "if": {"type": "string"}, "then": {"$ref": "#/components/schemas/Text"}, "else": \#(dimensions)
            }
          },
          "else": {"anyOf": [\#(ranges), \#(product), {"type": "null"}]}
        }
        """#

    private static let dimensions = #"""
        {
          "type": "object", "minProperties": 1, "maxProperties": 64, "propertyNames": {"minLength": 1},
          "additionalProperties": \#(dimensionKey)
        }
        """#

    private static let dimensionKey = #"""
        {"type": "string", "description": "A text without NUL and |", "maxLength": 2048, "pattern": "^[^\\u0000|]*$"}
        """#

    private static let product = #"""
        {
          "type": "object", "minProperties": 1, "maxProperties": 64,
          "propertyNames": {"minLength": 1, "not": {"enum": ["from", "to", "every"]}},
          "additionalProperties": {
            "anyOf": [
              \#(dimensionKey), {"type": "array", "items": \#(dimensionKey), "minItems": 1, "maxItems": 10000}, \#(ranges)
            ]
          }
        }
        """#

    // Time partitions, both ends included, with the keys that Dagster gives them in the time zone.
    private static let ranges = #"""
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
          "properties": {
            "every": {"enum": ["hour"]}, "from": \#(hour("00")), "to": \#(hour("00")), "timezone": {"const": null}
          }
        },
        {
          "type": "object", "required": ["from", "to", "every", "timezone"], "additionalProperties": false,
          "properties": {
            "every": {"enum": ["hour"]}, "timezone": {"type": "string", "examples": ["Europe/Berlin"]},
            "from": \#(hour(localMinute)), "to": \#(hour(localMinute))
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
