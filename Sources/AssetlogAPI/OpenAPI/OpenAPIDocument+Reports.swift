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
        "ReportedMetadata": {
          "type": ["object", "null"], "description": "Any labels with any values", "additionalProperties": true
        },
        \#(body("Materialization", says: "What was materialized, and what is to be known about it", ignored: "`timestamp`, `tags`, `upstream`", assetEventFields)),
        \#(body("Observation", says: "What was observed", ignored: "`timestamp`, `tags`, `upstream`", assetEventFields)),
        \#(body("Check", says: "What a check found", ignored: "`timestamp`, `tags`, `description`, `blocking`, `target`", checkFields))
        """#

    // The body where the path has the key, and the one that has it itself.
    private static func body(_ name: String, says: String, ignored: String, _ fields: String) -> String {
        let description = OpenAPIText.string(
            "\(says). With `report.extensions` also \(ignored) and typed metadata, as an event that is submitted has them;"
                + " without, they are ignored.")
        return #"""
            "\#(name)": {"type": "object", "description": \#(description), "properties": {\#(fields)}},
            "\#(name)ByKey": {"type": "object", "description": \#(description), "properties": {\#(keyField), \#(fields)}}
            """#
    }

    private static let keyField = ##""asset_key": {"$ref": "#/components/schemas/SubmittedAssetKey"}"##

    private static let commonFields = #"""
        "partition": \#(nullableText), "metadata": {"$ref": "#/components/schemas/ReportedMetadata"}
        """#

    private static let assetEventFields = #"""
        \#(commonFields), "description": \#(nullableDescription), "data_version": \#(nullableText)
        """#

    private static let checkFields = #"""
        \#(commonFields),
        "check_name": {"$ref": "#/components/schemas/Text"}, "passed": {"type": "boolean"}, "severity": \#(nullableSeverity)
        """#

    /// Like the schema `Text`, or null.
    static let nullableText = #"{"type": ["string", "null"], "maxLength": 2048, "pattern": "^[^\\u0000]*$"}"#

    /// Like the schema `Description`, or null.
    static let nullableDescription = #"{"type": ["string", "null"], "pattern": "^[^\\u0000]*$"}"#

    /// The severity of a check, or null.
    static let nullableSeverity = #"""
        {
          "description": "How severe it is if the check does not pass; `ERROR` where it is not given",
          "anyOf": [{"$ref": "#/components/schemas/Severity"}, {"type": "null"}]
        }
        """#
}
