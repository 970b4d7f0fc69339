// What is asked of exporters, and what they answer.
extension OpenAPIDocument {
    static let exporterSchemas = [exporterRequests, exporterList, exporterResults, deadLetterSchemas].joined(separator: ",")

    private static let exporterName = #""name": {"description": "The exporter's name", "type": "string"}"#

    private static let sequences = #"""
        {
          "type": "array", "items": {"type": "integer", "format": "int64", "minimum": 1}, "minItems": 1, "maxItems": 10000
        }
        """#

    private static let exporterRequests = #"""
        "ExporterPauseRequest": {
          "type": "object", "additionalProperties": false,
          "properties": {
            "reason": {"description": "Why, for those who see it paused", "type": ["string", "null"], "minLength": 1, "maxLength": 1024}
          }
        },
        "ExporterReplayRequest": {
          "type": "object", "description": "One of its members", "minProperties": 1, "maxProperties": 1,
          "additionalProperties": false,
          "properties": {
            "from": {"description": "The first sequence to deliver again", "type": "integer", "format": "int64", "minimum": 1},
            "time": {
              "description": "The first event to deliver again is the first one received then or later",
              "type": "string", "format": "date-time", "maxLength": 64
            },
            "dead_letters": {
              "description": "`true` for all of them, or the sequences of some", "if": {"type": "array"}, "then": \#(sequences),
              "else": {"const": true}
            }
          }
        },
        "DeadLetterSelection": {
          "type": "object", "description": "One of its members", "minProperties": 1, "maxProperties": 1,
          "additionalProperties": false, "properties": {
            "sequences": \#(sequences), "all": {"description": "Only `true`", "type": "boolean", "not": {"const": false}}
          }
        }
        """#

    private static let exporterList = #"""
        "ExporterList": {
          "type": "object", "required": ["exporters"], "additionalProperties": true,
          "properties": {"exporters": {"type": "array", "items": {"$ref": "#/components/schemas/Exporter"}}}
        },
        "Exporter": {
          "type": "object", "description": "How an exporter is doing", "additionalProperties": true,
          "required": [
            "name", "type", "state", "paused", "position", "head", "lag", "delivered", "skipped", "failures", "dead_letters", "circuit",
            "attempts", "last_error", "generation"
          ],
          "properties": {
            \#(exporterName),
            "type": {"description": "Its type in the configuration", "type": "string"},
            "state": {
              "type": "string",
              "x-extensible-enum": ["following", "catching_up", "retrying", "paused", "stopped", "standing_by", "starting"]
            },
            "paused": {"description": "Why it is paused; null: it is not", "type": ["string", "null"]},
            "position": {"description": "Every event up to this sequence is finished", "type": "integer", "format": "int64", "minimum": 0},
            "head": {"description": "The last sequence of the log", "type": "integer", "format": "int64", "minimum": 0},
            "lag": {"$ref": "#/components/schemas/ExporterLag"},
            "delivered": {"description": "Events delivered since this server started", "type": "integer", "minimum": 0},
            "skipped": {
              "description": "Events that the destination can't express, by reason, since this server started", "type": "object",
              "additionalProperties": {"type": "integer", "minimum": 0}
            },
            "failures": {"description": "Deliveries that failed since this server started", "type": "integer", "minimum": 0},
            "dead_letters": {"description": "Events that wait for an operator", "type": "integer", "minimum": 0},
            "circuit": {"type": "string", "x-extensible-enum": ["closed", "open", "half_open"]},
            "attempts": {"description": "Failures since the last success", "type": "integer", "minimum": 0},
            "last_error": {"description": "What the last failure said; null after a success", "type": ["string", "null"]},
            "generation": {"description": "How often it was replayed", "type": "integer", "format": "int64", "minimum": 0}
          }
        },
        "ExporterLag": {
          "type": "object", "description": "How far it is behind", "required": ["events", "seconds"], "additionalProperties": true,
          "properties": {
            "events": {"description": "Sequences between it and the end of the log", "type": "integer", "format": "int64", "minimum": 0},
            "seconds": {
              "description": "For how long the oldest event that is not delivered has been in the log; null where another server runs it",
              "type": ["number", "null"], "minimum": 0
            }
          }
        }
        """#

    private static let exporterResults = #"""
        "ExporterPause": {
          "type": "object", "required": ["name", "paused"], "additionalProperties": true,
          "properties": {
            \#(exporterName), "paused": {"description": "Why it is paused; null: it is not", "type": ["string", "null"]}
          }
        },
        "ExporterReplay": {
          "type": "object", "description": "Where it begins, or how many dead letters there are", "required": ["name"],
          "additionalProperties": true,
          "properties": {
            \#(exporterName), "from": {"description": "The first sequence", "type": "integer", "format": "int64", "minimum": 1},
            "dead_letters": {"type": "integer", "minimum": 0},
            "removed_up_to": {
              "description": "Retention has removed events up to this sequence, which are not delivered again; absent: none behind `from`",
              "type": "integer", "format": "int64", "minimum": 1
            }
          }
        },
        "ExporterTest": {
          "type": "object", "required": ["name", "ok", "message"], "additionalProperties": true,
          "properties": {
            \#(exporterName), "ok": {"description": "Whether the destination takes events", "type": "boolean"},
            "message": {"description": "A sentence about the destination", "type": "string"}
          }
        }
        """#

    private static let deadLetterSchemas = #"""
        "DeadLetterPage": {
          "type": "object", "required": ["dead_letters", "next"], "additionalProperties": true,
          "properties": {
            "dead_letters": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/DeadLetter"}},
            "next": {"description": "The `after` of the next page; null: there is none", "type": ["integer", "null"], "format": "int64"}
          }
        },
        "DeadLetter": {
          "type": "object", "description": "An event that the destination did not take", "additionalProperties": true,
          "required": ["sequence", "event_id", "attempts", "failed_at", "message", "answer", "replay_requested"],
          "properties": {
            "sequence": {"description": "The event's number in the log", "type": "integer", "format": "int64", "minimum": 1},
            "event_id": {"$ref": "#/components/schemas/EventID"},
            "attempts": {"description": "How often it was tried", "type": "integer", "minimum": 0},
            "failed_at": {"$ref": "#/components/schemas/Time"},
            "message": {"description": "Why it was given up", "type": "string"},
            "answer": {"description": "What the destination answered last, at most 4,096 bytes", "type": "string"},
            "replay_requested": {"description": "Whether it will be delivered again", "type": "boolean"}
          }
        },
        "DeadLetterCount": {
          "type": "object", "required": ["name", "dead_letters"], "additionalProperties": true,
          "properties": {\#(exporterName), "dead_letters": {"description": "How many they were", "type": "integer", "minimum": 0}}
        }
        """#
}
