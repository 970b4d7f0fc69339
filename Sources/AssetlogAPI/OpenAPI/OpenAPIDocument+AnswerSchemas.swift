// What answers consist of, besides events.
//
// Objects that are answered are open: a later release may add members, and a client that was made of this document must
// still read its answers. The lists of `x-extensible-enum` may grow too. The tests hold each release to what it says.
extension OpenAPIDocument {
    static let answerSchemas = [submissionResult, dryRun, errors, serverSchemas].joined(separator: ",")

    private static let counts = #"""
        "received": {"description": "The number of items received", "type": "integer", "minimum": 0},
        "recorded": {"description": "The number of events that were recorded", "type": "integer", "minimum": 0},
        "duplicate": {"description": "The number of events that were already recorded", "type": "integer", "minimum": 0},
        "refused": {"description": "The number of items that were refused", "type": "integer", "minimum": 0},
        "first_sequence": {
          "description": "The lowest sequence of these events", "type": ["integer", "null"], "format": "int64", "minimum": 1
        },
        "last_sequence": {
          "description": "The highest sequence of these events", "type": ["integer", "null"], "format": "int64", "minimum": 1
        },
        "items_not_listed": {"description": "How many items beyond 10,000 are not listed", "type": "integer", "minimum": 1},
        "items": {"type": "array", "maxItems": 10000, "items": {"$ref": "#/components/schemas/ItemResult"}}
        """#

    private static let countNames =
        #""received", "recorded", "duplicate", "refused", "first_sequence", "last_sequence", "items""#

    private static let submissionResult = #"""
        "SubmissionResult": {
          "type": "object",
          "description": "What became of a submission. With `dry_run=true`: `event`, `sources` and `warnings` of one event, or `received` and `items` of a list.",
          "properties": {\#(counts), \#(dryRunMembers)}, "additionalProperties": true,
          "if": {"required": ["event"]},
          "then": {"required": ["sources", "warnings"], "not": {"required": ["received"]}},
          "else": {
            "required": ["received", "items"],
            "if": {"required": ["recorded"]}, "then": {"required": [\#(countNames)]}, "else": {"maxProperties": 2}
          }
        },
        "ItemResult": {
          "type": "object",
          "description": "What became of an item: its event, or the problem; with `dry_run=true` what would be recorded",
          "required": ["index", "status"], "additionalProperties": true,
          "properties": {
            "index": {"description": "The index of the item in the body, from 0", "type": "integer", "minimum": 0},
            "status": {"type": "integer", "x-extensible-enum": [200, 400, 403, 413, 422, 503]},
            "event_id": {"description": "The ID of its first event", "$ref": "#/components/schemas/EventID"},
            "events": {"description": "How many events it became, if more than one", "type": "integer", "minimum": 2},
            "duplicate": {"description": "Its events were already recorded", "type": "boolean"},
            "problem": {"$ref": "#/components/schemas/Problem"}, \#(dryRunMembers)
          },
          "if": {"properties": {"status": {"const": 200}}},
          "then": {
            "not": {"required": ["problem"]},
            "if": {"required": ["event"]}, "then": {"required": ["sources", "warnings"]}, "else": {"required": ["event_id"]}
          },
          "else": {"required": ["problem"], "properties": {"problem": {"required": ["pointer"]}}, "maxProperties": 3}
        },
        "SubmissionProblem": {
          "type": "object",
          "description": "Problem details (RFC 9457). Where the body broke off or could not be recorded to its end: what became of the items before, and the `index` of the first item that is not known to be recorded",
          "required": ["type", "title", "status", "detail"], "additionalProperties": true,
          "properties": {
            \#(problem), \#(counts),
            "index": {"description": "The first item that is not known to be recorded, from 0", "type": "integer", "minimum": 0}
          },
          "if": {"required": ["index"]}, "then": {"required": [\#(countNames)]}, "else": {"not": {"required": ["received"]}}
        }
        """#

    private static let dryRun = #"""
        "ReportResult": {
          "type": "object", "description": "Empty; with `dry_run=true` what would be recorded",
          "properties": {\#(dryRunMembers)}, "additionalProperties": true,
          "dependentRequired": {
            "event": ["sources", "warnings"], "sources": ["event", "warnings"], "warnings": ["event", "sources"]
          }
        }
        """#

    static let dryRunMembers = #"""
        "event": {"$ref": "#/components/schemas/DryRunEvent"},
        "sources": {
          "description": "Where the value of each field came from", "type": "object",
          "additionalProperties": {"type": "string", "x-extensible-enum": ["path", "body", "query", "default"]}
        },
        "warnings": {"description": "What the sender may not have intended", "type": "array", "items": {"type": "string"}}
        """#

    private static let problem = #"""
        "type": {
          "type": "string",
          "x-extensible-enum": ["about:blank", "https://iana.org/assignments/http-problem-types#quota-exceeded"]
        },
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"description": "What was wrong, and what to do", "type": "string", "minLength": 1},
        "parameter": {"description": "The parameter that was wrong", "type": "string"},
        "example": {"description": "The parameter with a valid value", "type": "string"},
        "pointer": {"description": "Where in the item, as a JSON pointer (RFC 6901)", "type": "string", "pattern": "^(/|$)"},
        "violated-policies": {
          "type": "array", "items": {"type": "string", "x-extensible-enum": ["address", "token"]}, "minItems": 1
        }
        """#

    private static let errors = #"""
        "ErrorAnswer": {
          "type": "object", "required": ["error"], "additionalProperties": true,
          "properties": {"error": {"description": "What was wrong, and what to do", "type": "string", "minLength": 1}}
        },
        "Problem": {
          "type": "object", "description": "Problem details (RFC 9457)", "required": ["type", "title", "status", "detail"],
          "additionalProperties": true, "properties": {\#(problem)}
        }
        """#

    private static let serverSchemas = #"""
        "ServerInfo": {
          "type": "object",
          "required": ["dagster_webserver_version", "dagster_version", "dagster_graphql_version", "assetlog_version"],
          "additionalProperties": true,
          "properties": {
            "dagster_webserver_version": {"description": "The version of Dagster whose reports are understood", "type": "string"},
            "dagster_version": {"type": "string"},
            "dagster_graphql_version": {"type": "string"},
            "assetlog_version": {"type": "string"}
          }
        },
        "OpenAPIDocument": {
          "type": "object", "description": "A document of OpenAPI 3.1",
          "required": ["openapi", "info", "servers", "paths", "components"], "additionalProperties": true
        }
        """#
}
