// What answers consist of beside events.
extension OpenAPIDocument {
    static let answerSchemas = [submissionResult, rehearsal, errors, serverSchemas].joined(separator: ",")

    private static let counts = #"""
        "received": {"description": "The number of items received", "type": "integer", "minimum": 0},
        "recorded": {"description": "The number of events that were recorded", "type": "integer", "minimum": 0},
        "duplicate": {"description": "The number of events that were already recorded", "type": "integer", "minimum": 0},
        "refused": {"description": "The number of items that were refused", "type": "integer", "minimum": 0},
        "first_sequence": {"description": "The lowest sequence of these events", "type": ["integer", "null"], "minimum": 1},
        "last_sequence": {"description": "The highest sequence of these events", "type": ["integer", "null"], "minimum": 1},
        "items_not_listed": {"description": "How many items beyond 10,000 are not listed", "type": "integer", "minimum": 1},
        "items": {
          "type": "array", "maxItems": 10000,
          "items": {
            "oneOf": [{"$ref": "#/components/schemas/RecordedItem"}, {"$ref": "#/components/schemas/RefusedItem"}]
          }
        }
        """#

    private static let countNames =
        #""received", "recorded", "duplicate", "refused", "first_sequence", "last_sequence", "items""#

    private static let submissionResult = #"""
        "SubmissionAnswer": {
          "type": "object", "required": [\#(countNames)], "additionalProperties": false, "properties": {\#(counts)}
        },
        "RecordedItem": {
          "type": "object", "required": ["index", "status", "event_id"], "additionalProperties": false,
          "properties": {
            "index": {"$ref": "#/components/schemas/Index"}, "status": {"const": 200},
            "event_id": {"description": "The ID of its first event", "$ref": "#/components/schemas/EventID"},
            "events": {"description": "How many events it became, if more than one", "type": "integer", "minimum": 2},
            "duplicate": {"description": "Its events were already recorded", "type": "boolean"}
          }
        },
        "RefusedItem": {
          "type": "object", "required": ["index", "status", "problem"], "additionalProperties": false,
          "properties": {
            "index": {"$ref": "#/components/schemas/Index"}, "status": {"$ref": "#/components/schemas/ItemStatus"},
            "problem": {"$ref": "#/components/schemas/ItemProblem"}
          }
        },
        "Index": {"description": "The index of the item in the body, from 0", "type": "integer", "minimum": 0},
        "ItemStatus": {"enum": [400, 403, 413, 422, 503]},
        "BrokenSubmission": {
          "type": "object", "description": "The results of the items before the body was cut off",
          "required": ["type", "title", "status", "detail", "index", \#(countNames)], "additionalProperties": false,
          "properties": {
            "type": {"const": "about:blank"}, "title": {"type": "string"}, "status": {"enum": [400, 413]},
            "detail": {"type": "string"}, "index": {"$ref": "#/components/schemas/Index"}, \#(counts)
          }
        }
        """#

    private static let rehearsal = #"""
        "Rehearsal": {
          "type": "object", "description": "What would be recorded", "required": ["event", "sources", "warnings"],
          "additionalProperties": false, "properties": {\#(rehearsed)}
        },
        "RehearsalList": {
          "type": "object", "required": ["received", "items"], "additionalProperties": false,
          "properties": {
            "received": {"type": "integer", "minimum": 0},
            "items": {
              "type": "array", "maxItems": 10000,
              "items": {
                "oneOf": [{"$ref": "#/components/schemas/RehearsedItem"}, {"$ref": "#/components/schemas/RefusedItem"}]
              }
            }
          }
        },
        "RehearsedItem": {
          "type": "object", "required": ["index", "status", "event", "sources", "warnings"], "additionalProperties": false,
          "properties": {"index": {"$ref": "#/components/schemas/Index"}, "status": {"const": 200}, \#(rehearsed)}
        }
        """#

    private static let rehearsed = #"""
        "event": {"$ref": "#/components/schemas/RehearsedEvent"},
        "sources": {
          "description": "Where the value of each field came from", "type": "object",
          "additionalProperties": {"enum": ["path", "body", "query", "default"]}
        },
        "warnings": {"description": "What the sender may not have intended", "type": "array", "items": {"type": "string"}}
        """#

    private static let errors = #"""
        "Nothing": {"type": "object", "description": "An empty object", "additionalProperties": false},
        "Error": {
          "type": "object", "required": ["error"], "additionalProperties": false,
          "properties": {"error": {"description": "What was wrong, and what to do", "type": "string", "minLength": 1}}
        },
        "Problem": {
          "type": "object", "description": "Problem details (RFC 9457)", "required": ["type", "title", "status", "detail"],
          "additionalProperties": false,
          "properties": {
            "type": {"enum": ["about:blank", "https://iana.org/assignments/http-problem-types#quota-exceeded"]},
            "title": {"type": "string", "minLength": 1},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"description": "What was wrong, and what to do", "type": "string", "minLength": 1},
            "parameter": {"description": "The parameter that was wrong", "type": "string"},
            "example": {"description": "The parameter with a valid value", "type": "string"},
            "violated-policies": {"type": "array", "items": {"enum": ["address", "token"]}, "minItems": 1}
          }
        },
        "ItemProblem": {
          "type": "object", "description": "Problem details (RFC 9457) of an item",
          "required": ["type", "title", "status", "detail", "pointer"], "additionalProperties": false,
          "properties": {
            "type": {"const": "about:blank"}, "title": {"type": "string", "minLength": 1},
            "status": {"$ref": "#/components/schemas/ItemStatus"},
            "detail": {"description": "What was wrong, and what to do", "type": "string", "minLength": 1},
            "pointer": {"description": "Where in the item, as a JSON pointer (RFC 6901)", "type": "string", "pattern": "^(/|$)"}
          }
        }
        """#

    private static let serverSchemas = #"""
        "ServerInfo": {
          "type": "object",
          "required": ["dagster_webserver_version", "dagster_version", "dagster_graphql_version", "assetlog_version"],
          "additionalProperties": false,
          "properties": {
            "dagster_webserver_version": {"description": "The version of Dagster whose reports are understood", "type": "string"},
            "dagster_version": {"type": "string"},
            "dagster_graphql_version": {"type": "string"},
            "assetlog_version": {"type": "string"}
          }
        },
        "Description-of-API": {
          "type": "object", "required": ["openapi", "info", "servers", "paths", "components"],
          "properties": {"openapi": {"const": "3.1.0"}}
        }
        """#
}
