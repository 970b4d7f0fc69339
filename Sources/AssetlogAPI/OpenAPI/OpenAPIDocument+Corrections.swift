// Voids and wipes. Both routes also lie below the name of a deployment.
extension OpenAPIDocument {
    static let correctionOperations = [void, wipe].flatMap { [$0, $0.inDeployment] }

    private static let void = OpenAPIOperation(
        method: "post", path: "/api/v1/events/{event_id}/void", id: "voidEvent", tag: "events",
        summary: "Void an event that should not have been reported",
        description: "It stays readable, marked as void, and counts no more. The void is an event of its own and can't be undone."
            + " An event that is void already is not voided again: the answer names the void that there is.",
        rights: ["admin"], parameters: ["event_id", "dry_run"], body: "Void",
        answers: [(200, "Correction")] + bodyProblems + [(409, "ConflictProblem")])

    private static let wipe = OpenAPIOperation(
        method: "post", path: "/api/v1/asset/wipe", id: "wipeAsset", tag: "events",
        summary: "Wipe an asset, or some of its partitions",
        description: "What was recorded before counts no more, and stays readable. The wipe is an event of its own and can't be undone."
            + " An asset whose last event is a wipe of all of it is not wiped again: the answer names that wipe.",
        rights: ["admin"], parameters: ["dry_run", "idempotency_key"], body: "Wipe",
        answers: [(200, "Correction")] + bodyProblems + [(422, "KeyOfAnotherRequestProblem")])

    // MARK: Components

    static let correctionBodies = [("Void", "VoidRequest"), ("Wipe", "WipeRequest")].map { name, schema in
        #"""
        "\#(name)": {
          "required": true, "description": "A small object",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}}
        }
        """#
    }.joined(separator: ",")

    static let correctionAnswers = #"""
        "Correction": {
          "description": "The event that records it; with `dry_run=true` what it would be",
          "headers": {"Idempotency-Replayed": {"$ref": "#/components/headers/Idempotency-Replayed"}},
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CorrectionAnswer"}}}
        }
        """#

    private static let reason = #"""
        "reason": {"description": "Why, for those who read the log", "type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[^\\u0000]+$"}
        """#

    static let correctionSchemas = #"""
        "VoidRequest": {
          "type": "object", "required": ["reason"], "additionalProperties": false, "properties": {\#(reason)}
        },
        "WipeRequest": {
          "type": "object", "description": "The asset is named by `asset_key`, or by `asset`", "required": ["reason"],
          "additionalProperties": false,
          "properties": {
            "asset_key": \#(nullable("SubmittedAssetKey")),
            "asset": {
              "description": "The parts of the key, split at every slash", "type": ["string", "null"], "minLength": 1, "maxLength": 2048,
              "pattern": "^[^\\u0000]+$"
            },
            "partitions": {
              "description": "Only these partitions", "type": ["array", "null"], "items": {"$ref": "#/components/schemas/Text"},
              "minItems": 1, "maxItems": 10000
            },
            \#(reason)
          },
          "if": {"required": ["asset"], "properties": {"asset": {"type": "string"}}},
          "then": {"properties": {\#(absent("asset_key"))}},
          "else": {"required": ["asset_key"], "properties": {"asset_key": {"type": ["array", "string"]}}}
        },
        "CorrectionAnswer": {
          "description": "The event that records it, or with `dry_run=true` what would be recorded", "type": "object",
          "properties": {
            "event_id": {"$ref": "#/components/schemas/EventID"},
            "sequence": {"description": "Its number in the log", "type": "integer", "format": "int64", "minimum": 1}, \#(dryRunMembers)
          },
          "additionalProperties": true, "if": {"required": ["event"]}, "then": {"required": ["sources", "warnings"]},
          "else": {"required": ["event_id", "sequence"]}
        }
        """#
}
