// The answers that operations refer to, with their header fields.
extension OpenAPIDocument {
    static let answers = ([successes, submissionAnswers] + refusals.map(\.json)).joined(separator: ",")

    static let headers = #"""
        "Assetlog-Event-Id": {
          "description": "The event's ID; absent if nothing was recorded", "schema": {"$ref": "#/components/schemas/EventID"}
        },
        "Assetlog-Answer": {
          "description": "The answer is the server's own, not that of something in between: a retry would be refused too, or may succeed later",
          "required": true, "schema": {"type": "string", "enum": ["refused", "later"]}
        },
        "Idempotency-Replayed": {
          "description": "Present if the request was sent before and this is the answer it got", "schema": {"type": "string", "enum": ["true"]}
        },
        "WWW-Authenticate": {
          "description": "How to authenticate, or what the token lacks", "schema": {"type": "string", "pattern": "^Bearer "}
        },
        "Retry-After": {
          "description": "The number of seconds after which to retry", "required": true, "schema": {"type": "integer", "minimum": 0}
        },
        "RateLimit": {
          "description": "What is left of the rate limits that apply to the request", "required": true, "schema": {"type": "string"}
        },
        "RateLimit-Policy": {
          "description": "The rate limits that apply to the request", "required": true, "schema": {"type": "string"}
        },
        "Accept": {"description": "The accepted types", "schema": {"type": "string"}},
        "Accept-Encoding": {"description": "The accepted encodings", "schema": {"type": "string"}},
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
        "EventStream": {
          "description": "The events as they come in", "content": {"text/event-stream": {"schema": {"type": "string"}}}
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
          "description": "The metrics", "headers": {"Vary": {"$ref": "#/components/headers/Vary"}},
          "content": {
            "text/plain": {"schema": {"type": "string", "pattern": "^# HELP "}},
            "application/openmetrics-text": {"schema": {"type": "string", "pattern": "^# "}}
          }
        },
        "Alive": {
          "description": "The process runs", "content": {"text/plain": {"schema": {"type": "string", "pattern": "^ok\\n$"}}}
        },
        "Ready": {
          "description": "Reports can be recorded and events can be read",
          "content": {"text/plain": {"schema": {"type": "string", "pattern": "^(\\[[+!]\\] [^\\n]+\\n)*ready\\n$"}}}
        },
        "NotReady": {
          "description": "Reports can't be recorded, or events can't be read",
          "headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
          "content": {"text/plain": {"schema": {"type": "string", "pattern": "^(\\[[+!-]\\] [^\\n]+\\n)*not ready\\n$"}}}
        }
        """#

    private static let submissionAnswers = #"""
        "Submitted": {
          "description": "Some events were recorded, now or before; with `dry_run=true`: what would be recorded",
          "headers": {"Idempotency-Replayed": {"$ref": "#/components/headers/Idempotency-Replayed"}},
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SubmissionResult"}}}
        },
        "NothingRecorded": {
          "description": "Every item was refused, or one item of an atomic request; or the body has no events; or the Idempotency-Key was used before with a different body: the sentence says what differs",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/SubmissionResult"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}
          }
        },
        "BrokenSubmission": {
          "description": "A parameter is wrong, or the body was cut off or can't be split into items: earlier items were recorded, unless `atomic=true`; or the item of a dry run is wrong",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        },
        "SlowSubmission": {
          "description": "The body did not arrive in time; earlier items were recorded, unless `atomic=true`",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        },
        "SubmissionTooLarge": {
          "description": "The body is too large, or compressed too much; earlier items were recorded, unless `atomic=true`",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        },
        "SubmissionFailed": {
          "description": "The server failed; its log says how. The sentence says what is recorded",
          "headers": {"Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"}},
          "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}}}
        },
        "SubmissionUnavailable": {
          "description": "The log can't be written or read now, tokens can't be checked yet, or there is no memory for the request. The sentence says what is recorded, and whether more may be",
          "headers": {
            "Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"},
            "Retry-After": {"$ref": "#/components/headers/Retry-After"}
          },
          "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/SubmissionProblem"}},
            "application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}
          }
        }
        """#
}
