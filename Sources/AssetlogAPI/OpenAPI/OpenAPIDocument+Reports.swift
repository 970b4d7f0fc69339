import AssetlogCore

// The three endpoints of Dagster, each with the key in its path and without, each also below a deployment.
extension OpenAPIDocument {
    static let reportOperations = ReportEndpoint.allCases.flatMap { endpoint in
        [report(to: endpoint, hasKey: true), report(to: endpoint, hasKey: false)].flatMap { [$0, $0.inDeployment] }
    }

    private static func report(to endpoint: ReportEndpoint, hasKey: Bool) -> OpenAPIOperation {
        let (kind, name) = names(endpoint)
        return OpenAPIOperation(
            method: "post", path: "/\(endpoint.pathSegment)/\(hasKey ? "{asset_key}" : "")",
            id: "report\(name)\(hasKey ? "" : "ByKey")", tag: "reports",
            summary: hasKey ? "Report \(kind)" : "Report \(kind), the asset's key in the body or the query",
            description: description(endpoint, hasKey: hasKey), rights: ["report:\(endpoint.kind.name)"],
            parameters: (hasKey ? ["path_asset_key"] : ["query_asset_key"]) + parameters(endpoint),
            body: "\(name)\(hasKey ? "" : "ByKey")", answers: reportAnswers)
    }

    private static func names(_ endpoint: ReportEndpoint) -> (kind: String, name: String) {
        switch endpoint {
        case .materialization: ("a materialization", "Materialization")
        case .check: ("the result of a check", "Check")
        case .observation: ("an observation", "Observation")
        }
    }

    private static func parameters(_ endpoint: ReportEndpoint) -> [String] {
        let own = endpoint == .check ? ["check_name", "passed", "severity"] : ["description", "data_version"]
        return ["query_partition", "query_metadata"] + own.map { "query_\($0)" } + ["dry_run", "idempotency_key", "approximate_timestamp"]
    }

    private static func description(_ endpoint: ReportEndpoint, hasKey: Bool) -> String {
        let key = hasKey ? "" : " The slash at the end may be left out. A key must be in the body or in the query."
        let check = endpoint == .check ? " `check_name` and `passed` must be in one of them." : ""
        return "A field of the body counts before the parameter of the same name, even when it is null; fields that are not known"
            + " are ignored. Without a Content-Type the body is ignored too.\(check)\(key) The answer comes when the event is durable."
    }

    private static let reportAnswers: [(status: Int, name: String)] = [
        (200, "Recorded"), (400, "BadRequest"), (401, "ReportNotAllowed"), (403, "Forbidden"), (404, "NotFound"),
        (408, "TooSlow"), (413, "TooLarge"), (414, "TargetTooLong"), (415, "UnknownCoding"), (422, "KeyOfAnother"),
        (429, "TooMany"), (431, "HeadersTooLarge"), (500, "Failed"), (503, "Unavailable"),
    ]

    static let reportSchemas = #"""
        "ReportedMetadata": {"type": "object", "description": "Any labels with any values", "additionalProperties": true},
        "Materialization": {
          "type": "object",
          "description": "What was materialized. With `report.extensions` also `timestamp`, `tags` and typed metadata, as in the event API; otherwise these are ignored.",
          "properties": {\#(assetEventFields)}
        },
        "MaterializationByKey": {
          "type": "object", "allOf": [{"$ref": "#/components/schemas/Materialization"}], "properties": {\#(keyField)}
        },
        "Observation": {
          "type": "object",
          "description": "What was observed. With `report.extensions` also `timestamp`, `tags` and typed metadata, as in the event API; otherwise these are ignored.",
          "properties": {\#(assetEventFields)}
        },
        "ObservationByKey": {
          "type": "object", "allOf": [{"$ref": "#/components/schemas/Observation"}], "properties": {\#(keyField)}
        },
        "Check": {
          "type": "object",
          "description": "What a check found. With `report.extensions` also `timestamp`, `tags`, `description`, `blocking`, `target` and typed metadata, as in the event API; otherwise these are ignored.",
          "properties": {
            \#(commonFields),
            "check_name": {"$ref": "#/components/schemas/Text"},
            "passed": {"type": "boolean"},
            "severity": {"anyOf": [{"$ref": "#/components/schemas/Severity"}, {"type": "null"}], "default": "ERROR"}
          }
        },
        "CheckByKey": {
          "type": "object", "allOf": [{"$ref": "#/components/schemas/Check"}], "properties": {\#(keyField)}
        }
        """#

    private static let keyField = #"""
        "asset_key": {
          "description": "A string is one part, and is not split.",
          "anyOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/AssetKey"}]
        }
        """#

    private static let commonFields = #"""
        "partition": {"anyOf": [{"$ref": "#/components/schemas/Text"}, {"type": "null"}]},
        "metadata": {"anyOf": [{"$ref": "#/components/schemas/ReportedMetadata"}, {"type": "null"}]}
        """#

    private static let assetEventFields = #"""
        \#(commonFields),
        "description": {"anyOf": [{"$ref": "#/components/schemas/Description"}, {"type": "null"}]},
        "data_version": {"anyOf": [{"$ref": "#/components/schemas/Text"}, {"type": "null"}]}
        """#
}
