// The answers that operations refer to, with their header fields.
extension OpenAPIDocument {
    static let answers = ([successes, submissionAnswers] + refusals.map(\.json)).joined(separator: ",")

    static let headers = #"""
        "Assetlog-Event-Id": {
          "description": "The identity of the event; absent where nothing was recorded", "schema": {"$ref": "#/components/schemas/EventID"}
        },
        "Assetlog-Answer": {
          "description": "The answer is the server's own, and not that of something in between: the same request would be answered so again, or may be taken later",
          "required": true, "schema": {"type": "string", "enum": ["refused", "later"]}
        },
        "Idempotency-Replayed": {
          "description": "Stands there where the request was sent before, and this is the answer to it", "schema": {"type": "string", "enum": ["true"]}
        },
        "WWW-Authenticate": {
          "description": "How to authenticate, or what the token lacks", "schema": {"type": "string", "pattern": "^Bearer "}
        },
        "Retry-After": {
          "description": "The seconds after which to try again", "required": true, "schema": {"type": "integer", "minimum": 0}
        },
        "RateLimit": {
          "description": "What is left of the rates that count for the request", "required": true, "schema": {"type": "string"}
        },
        "RateLimit-Policy": {
          "description": "The rates that count for the request", "required": true, "schema": {"type": "string"}
        },
        "Accept": {"description": "The types that are taken", "schema": {"type": "string"}},
        "Accept-Encoding": {"description": "The codings that are taken", "schema": {"type": "string"}},
        "Vary": {
          "description": "What the format depends on", "required": true,
          "schema": {"type": "string", "enum": ["Accept, Accept-Encoding", "Accept"]}
        }
        """#

    private static let successes = #"""
        "Recorded": {
          "description": "The event is recorded and durable; with `dry_run=true`: what would be recorded",
          "headers": {
            "Assetlog-Event-Id": {"$ref": "#/components/headers/Assetlog-Event-Id"},
            "Idempotency-Replayed": {"$ref": "#/components/headers/Idempotency-Replayed"}
          },
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReportResult"}}}
        },
        "EventPage": {
          "description": "A page, and where the next one starts",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EventPage"}}}
        },
        "Event": {
          "description": "The event", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}
        },
        "OpenAPI": {
          "description": "This document",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAPIDocument"}}}
        },
        "ServerInfo": {
          "description": "The versions", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ServerInfo"}}}
        },
        "Metrics": {
          "description": "The numbers", "headers": {"Vary": {"$ref": "#/components/headers/Vary"}},
          "content": {
            "text/plain": {"schema": {"type": "string", "pattern": "^# HELP "}},
            "application/openmetrics-text": {"schema": {"type": "string", "pattern": "^# "}}
          }
        },
        "Alive": {
          "description": "The process runs", "content": {"text/plain": {"schema": {"type": "string", "pattern": "^ok\\n$"}}}
        },
        "Ready": {
          "description": "Reports are taken and events can be read",
          "content": {"text/plain": {"schema": {"type": "string", "pattern": "^(\\[[+]\\] [^\\n]+\\n)*ready\\n$"}}}
        },
        "NotReady": {
          "description": "Reports are not taken, or events can't be read",
          "headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
          "content": {"text/plain": {"schema": {"type": "string", "pattern": "^(\\[[+-]\\] [^\\n]+\\n)*not ready\\n$"}}}
        },
        "Page": {
          "description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}
        },
        "PageWithoutLog": {
          "description": "The page, which says that the log can't be read; or it can't be told yet which tokens are valid",
          "headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
          "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}
          }
        }
        """#

    private static let submissionAnswers = #"""
        "Submitted": {
          "description": "Some events were recorded, or were before; with `dry_run=true`: what would be recorded",
          "headers": {"Idempotency-Replayed": {"$ref": "#/components/headers/Idempotency-Replayed"}},
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SubmissionResult"}}}
        },
        "NothingRecorded": {
          "description": "Every item was refused, or one of an atomic submission; or there is no event in the body; or the Idempotency-Key was sent before with another body",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/SubmissionResult"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
          }
        },
        "BrokenSubmission": {
          "description": "A parameter is wrong, or the body broke off or can't be cut into items: what came before it was recorded, unless `atomic=true`; or the item of a rehearsal is wrong",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        },
        "SubmissionTooLarge": {
          "description": "The body is too large, or too large for its compressed form; what came before was recorded, unless `atomic=true`",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        }
        """#
}
