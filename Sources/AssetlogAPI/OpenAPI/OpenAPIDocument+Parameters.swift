// The parameters of all operations, and the bodies of those that take one.
extension OpenAPIDocument {
    static let parameters = [pathParameters, reportParameters, writeParameters, listParameters, probeParameters]
        .joined(separator: ",")

    private static let pathParameters = #"""
        "deployment": {
          "name": "deployment", "in": "path", "required": true, "description": "The name of a deployment that the server knows",
          "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": 128}, "example": "prod"
        },
        "path_asset_key": {
          "name": "asset_key", "in": "path", "required": true,
          "description": "The asset key. Every slash separates two parts, written `/` or `%2F`; a part that contains a slash can only be sent in the body. A line feed at the end is dropped.",
          "schema": {"type": "string", "pattern": "^[^\\u0000\\n]+\\n?$", "minLength": 1, "maxLength": 2048},
          "example": "warehouse/orders"
        },
        "event_id": {
          "name": "event_id", "in": "path", "required": true,
          "description": "An event ID, as in the field `event_id` of an event, or in the header `Assetlog-Event-Id`",
          "schema": {"type": "string", "format": "uuid"}, "example": "0193b0a0-1111-7222-8333-444444444444"
        }
        """#

    private static let reportParameters = #"""
        "query_asset_key": {
          "name": "asset_key", "in": "query",
          "description": "A JSON array of the key's parts, or ASCII text in which everything but letters, digits and underscores separates parts",
          "schema": {"type": "string"}, "example": "[\"warehouse\",\"orders\"]"
        },
        "query_partition": {
          "name": "partition", "in": "query", "description": "The partition",
          "schema": {"$ref": "#/components/schemas/Text"}
        },
        "query_metadata": {
          "name": "metadata", "in": "query", "description": "The metadata: an object as JSON text, or `null`",
          "schema": {"type": "string", "contentMediaType": "application/json"}, "example": "{\"rows\": 10}"
        },
        "query_description": {
          "name": "description", "in": "query", "description": "Metadata about it",
          "schema": {"$ref": "#/components/schemas/Description"}
        },
        "query_data_version": {
          "name": "data_version", "in": "query", "description": "The version of the data",
          "schema": {"$ref": "#/components/schemas/Text"}
        },
        "query_check_name": {
          "name": "check_name", "in": "query", "description": "The name of the check",
          "schema": {"$ref": "#/components/schemas/Text"}, "example": "no_nulls"
        },
        "query_passed": {
          "name": "passed", "in": "query", "description": "Whether the check passed", "schema": {"type": "boolean"}
        },
        "query_severity": {
          "name": "severity", "in": "query", "description": "How severe it is if the check does not pass",
          "schema": {"$ref": "#/components/schemas/Severity"}
        }
        """#

    private static let writeParameters = #"""
        "dry_run": {
          "name": "dry_run", "in": "query",
          "description": "With `true` nothing is recorded; the answer shows what would be",
          "schema": {"type": "boolean", "default": false}
        },
        "atomic": {
          "name": "atomic", "in": "query",
          "description": "With `true` all events are recorded or none; at most 10,000 of them, and 8 MiB",
          "schema": {"type": "boolean", "default": false}
        },
        "items": {
          "name": "items", "in": "query", "description": "Which items the answer lists, at most 10,000",
          "schema": {"type": "string", "enum": ["refused", "all"], "default": "refused"}
        },
        "idempotency_key": {
          "name": "Idempotency-Key", "in": "header",
          "description": "The identity of the request, another one for each: `nightly-2026-11-25`, bare or in quotes. Sent again with the same content it is not recorded again, with another it is refused. Each token has its own keys.",
          "schema": {
            "type": "string",
            "pattern": "^(?:[!#-~][!-~]{0,254}|\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\]){1,255}\")$"
          }
        },
        "approximate_timestamp": {
          "name": "Assetlog-Timestamp", "in": "header",
          "description": "`approximate` states that every `timestamp` in the request comes from the client's clock, which may be wrong: one that can't be right is replaced by the time of receipt, and none is compared when the event is sent again. With it, the report endpoints accept `timestamp` even without `report.extensions`. Any other value is ignored.",
          "schema": {"type": "string"}, "example": "approximate"
        }
        """#

    private static let listParameters = #"""
        "stream_after": {
          "name": "after", "in": "query",
          "description": "The sequence after which the stream begins; 0 is the start of the log. Without it, the stream begins at the end of the log.",
          "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807}
        },
        "last_event_id": {
          "name": "Last-Event-ID", "in": "header",
          "description": "The `id` of the last block that was read, which an EventSource sends when it connects again: the stream goes on after it. It counts before `after`.",
          "schema": {"type": "integer", "format": "int64", "minimum": 0}, "example": 42
        },
        "after": {
          "name": "after", "in": "query",
          "description": "A sequence: the events after it; with `order=desc` those before it; with `order=latest` those after its event in that order, which must be readable. 0 is the start in every order.",
          "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807, "default": 0}
        },
        "limit": {
          "name": "limit", "in": "query", "description": "The most events of the page",
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
        },
        "order": {
          "name": "order", "in": "query", "description": "By sequence, ascending or descending; or `latest`: what happened last first, by `timestamp` and then sequence",
          "schema": {"type": "string", "enum": ["asc", "desc", "latest"], "default": "asc"}
        },
        "asset": {
          "name": "asset", "in": "query",
          "description": "The asset. Every slash separates two parts of its key, as in the path of a report.",
          "schema": {"type": "string", "minLength": 1, "maxLength": 2048, "pattern": "^[^\\u0000]*$"}, "example": "warehouse/orders"
        },
        "asset_key": {
          "name": "asset_key", "in": "query",
          "description": "The asset: the parts of its key as a JSON array, for a part with a slash in it. Instead of `asset`",
          "schema": {"type": "string", "contentMediaType": "application/json"}, "example": "[\"warehouse\",\"orders\"]"
        },
        "prefix": {
          "name": "prefix", "in": "query",
          "description": "The assets whose key begins with these parts, split at every slash or as a JSON array: `a/b` is `a/b` and `a/b/c`, not `a/bc`",
          "schema": {"type": "string", "minLength": 1, "maxLength": 2048, "pattern": "^[^\\u0000]*$"}, "example": "warehouse"
        },
        "kind": {
          "name": "kind", "in": "query",
          "description": "Events of this kind, or of these: given more than once, or separated by commas",
          "style": "form", "explode": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}, "minItems": 1}
        },
        "partition": {
          "name": "partition", "in": "query", "description": "Events of this partition", "schema": {"$ref": "#/components/schemas/Text"}
        },
        "check_name": {
          "name": "check_name", "in": "query", "description": "Results of the check of this name", "schema": {"$ref": "#/components/schemas/Text"}
        },
        "passed": {
          "name": "passed", "in": "query", "description": "Results of checks that passed, or of those that did not",
          "schema": {"type": "boolean"}
        },
        "voided": {
          "name": "voided", "in": "query", "description": "Events that are void, or those that are not", "schema": {"type": "boolean"}
        },
        "from": {
          "name": "from", "in": "query", "description": "Events that happened then or later, by their `timestamp`",
          "schema": {"type": "string", "format": "date-time", "maxLength": 64}, "example": "2026-11-23T00:00:00Z"
        },
        "to": {
          "name": "to", "in": "query", "description": "Events that happened before; not before `from`",
          "schema": {"type": "string", "format": "date-time", "maxLength": 64}, "example": "2026-11-24T00:00:00Z"
        }
        """#

    private static let probeParameters = #"""
        "verbose": {
          "name": "verbose", "in": "query", "description": "With any value, or none, the answer lists the checks",
          "allowEmptyValue": true, "schema": {"type": "string"}, "example": ""
        },
        "exclude": {
          "name": "exclude", "in": "query",
          "description": "A check to leave out: `log`, `storage` or `tokens`; other values have no effect", "schema": {"type": "string"},
          "example": "storage"
        }
        """#

    static let requestBodies =
        ["Materialization", "MaterializationByKey", "Check", "CheckByKey", "Observation", "ObservationByKey"].map { name in
            #"""
            "\#(name)": {
              "description": "The report; an empty body, or `null`, counts as none. May be compressed (`Content-Encoding: gzip` or `deflate`)",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(name)"}}}
            },
            """#
        }.joined() + submissionBody

    private static let submissionBody = #"""
        "Submission": {
          "required": true,
          "description": "A list of events, or one on each line. An event that is not in a list is taken as well.",
          "content": {
            "application/json": {
              "schema": {"$ref": "#/components/schemas/EventSubmissionList"},
              "example": [{"kind": "materialization", "asset_key": ["warehouse", "orders"], "metadata": {"rows": 10}}]
            },
            \#(ItemSplitter.Format.lineTypes.map(lines).joined(separator: ","))
          }
        }
        """#

    private static func lines(_ type: String) -> String {
        #"""
        "\#(type)": {
          "schema": {"type": "string", "description": "An `EventSubmission` as JSON on each line"},
          "example": "{\"kind\": \"observation\", \"asset_key\": \"orders\"}\n"
        }
        """#
    }
}
