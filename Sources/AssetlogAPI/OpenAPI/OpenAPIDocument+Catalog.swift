// What is known about assets. Every path also lies below the name of a deployment.
extension OpenAPIDocument {
    static let catalogOperations = [
        catalog(
            "assets", id: "listAssets", summary: "List assets with their states", answer: "AssetList",
            description: "The filters are combined. `counts` has the number of assets by state of the whole selection, without the"
                + " filter `state`. A token lists and counts the assets that it covers.",
            CatalogRoutes.listNames),
        catalog("asset", id: "getAsset", summary: "Read what is known about an asset", answer: "AssetDetails", CatalogRoutes.assetNames),
        catalog(
            "asset/partitions", id: "listPartitions", summary: "List the partitions of an asset, or count them",
            answer: "PartitionList",
            description: "In the order of the bytes of their names. With `summary=true` the answer has counts by state, the ranges of"
                + " consecutive dates, and the dates that are missing among them.",
            CatalogRoutes.partitionNames),
        catalog(
            "asset/checks", id: "listAssetChecks", summary: "List the checks of an asset with their latest results",
            answer: "CheckList", CatalogRoutes.checkNames),
        catalog(
            "asset/check/history", id: "listCheckHistory", summary: "Read the results of a check, the latest first",
            answer: "EventPage", description: "A page of the log, as `GET /api/v1/events` gives it with `order=latest`.",
            CatalogRoutes.historyNames),
        catalog(
            "asset/series", id: "getSeries", summary: "Read the values of a numeric label over time", answer: "Series",
            description: "Up to `points` values come as they are; more of them as buckets with their least, greatest, mean and last"
                + " value.",
            CatalogRoutes.seriesNames),
        catalog("checks", id: "listChecks", summary: "List the checks of all assets", answer: "CheckList", CatalogRoutes.allChecksNames),
        catalog(
            "overview", id: "getOverview", summary: "Read what is wrong, and how much is reported", answer: "Overview",
            CatalogFreshness.names),
    ].flatMap { [$0, $0.inDeployment] }

    private static func catalog(
        _ path: String, id: String, summary: String, answer: String, description: String = "", _ parameters: [String]
    ) -> OpenAPIOperation {
        let isOfLog = answer == "EventPage"
        let unavailable = isOfLog ? "UnavailableProblem" : "\(answer)SoFar"
        let refusals = problems.filter { $0.status != 503 } + [(503, unavailable)]
        let others: [(status: Int, name: String)] = isOfLog ? [] : [(304, "NotModified"), (501, "NoCatalogProblem")]
        return OpenAPIOperation(
            method: "get", path: "/api/v1/\(path)", id: id, tag: "catalog", summary: summary, description: description,
            rights: ["read"], parameters: parameters.map { component($0, of: path) }, answers: [(200, answer)] + others + refusals)
    }

    // Parameters that mean something else in another route have a component of their own.
    private static func component(_ parameter: String, of path: String) -> String {
        switch (path, parameter) {
        case ("asset/check/history", "check_name"): "named_check"
        case ("asset/check/history", "after"), ("asset/check/history", "limit"): parameter
        case (_, "after"): "page_token"
        case (_, "limit"): "page_limit"
        case ("checks", "state"): "check_state"
        case (_, "state"): "asset_state"
        case (_, "order"): "partition_order"
        default: parameter
        }
    }

    static let catalogParameters = #"""
        "page_token": {
          "name": "after", "in": "query", "description": "The `next` of the page before; without it, the first page",
          "schema": {"type": "string", "maxLength": 16384}
        },
        "page_limit": {
          "name": "limit", "in": "query", "description": "The most elements of the page",
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
        },
        "q": {
          "name": "q", "in": "query", "description": "Assets with this text in a part of their key",
          "schema": {"$ref": "#/components/schemas/Text"}, "example": "orders"
        },
        "asset_state": {
          "name": "state", "in": "query", "description": "Those in this state, or in one of these", "style": "form", "explode": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/AssetStateWord"}, "minItems": 1}
        },
        "check_state": {
          "name": "state", "in": "query", "description": "Checks with this latest result, or with one of these", "style": "form",
          "explode": true, "schema": {"type": "array", "items": {"type": "string", "enum": ["failed", "warned", "passed"]}, "minItems": 1}
        },
        "tag": {
          "name": "tag", "in": "query", "description": "Assets whose latest tags have this one: its name, or `name:text`",
          "schema": {"$ref": "#/components/schemas/Text"}, "example": "team:core"
        },
        "sort": {
          "name": "sort", "in": "query",
          "description": "By key; or those that were materialized last first (`updated`), or last (`oldest`); or those in the worst state first",
          "schema": {"type": "string", "enum": ["key", "updated", "oldest", "state"], "default": "key"}
        },
        "updated_after": {
          "name": "updated_after", "in": "query", "description": "Assets with an event that happened then or later",
          "schema": {"type": "string", "format": "date-time", "maxLength": 64}, "example": "2026-11-23T00:00:00Z"
        },
        "updated_before": {
          "name": "updated_before", "in": "query", "description": "Assets whose latest event happened before",
          "schema": {"type": "string", "format": "date-time", "maxLength": 64}, "example": "2026-11-24T00:00:00Z"
        },
        "summary": {
          "name": "summary", "in": "query", "description": "With `true` the partitions are counted, not listed",
          "schema": {"type": "boolean", "default": false}
        },
        "partition_order": {
          "name": "order", "in": "query", "description": "By the bytes of their names, ascending or descending",
          "schema": {"type": "string", "enum": ["asc", "desc"], "default": "asc"}
        },
        "by": {
          "name": "by", "in": "query", "description": "A row for each name, or for each partition that a check was run on",
          "schema": {"type": "string", "enum": ["name", "partition"], "default": "name"}
        },
        "named_check": {
          "name": "check_name", "in": "query", "required": true, "description": "The check",
          "schema": {"$ref": "#/components/schemas/Text"}, "example": "no_nulls"
        },
        "label": {
          "name": "label", "in": "query", "required": true, "description": "A label of numeric metadata",
          "schema": {"$ref": "#/components/schemas/Text"}, "example": "rows"
        },
        "points": {
          "name": "points", "in": "query", "description": "The most values that come as they are, and the most buckets",
          "schema": {"type": "integer", "minimum": 1, "maximum": 5000, "default": 500}
        },
        "min_sequence": {
          "name": "min_sequence", "in": "query",
          "description": "The answer must contain the event of this sequence, which `GET /api/v1/events` gives: the request waits for it",
          "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 9223372036854775807}
        },
        "wait": {
          "name": "wait", "in": "query", "description": "How many seconds it waits for `min_sequence`",
          "schema": {"type": "integer", "minimum": 0, "maximum": 60, "default": 10}
        }
        """#

    static let catalogAnswers = [
        catalogAnswer("AssetList", "A page of assets", "AssetList"), catalogAnswer("AssetDetails", "The asset", "AssetDetails"),
        catalogAnswer("PartitionList", "A page of partitions, or their summary", "PartitionAnswer"),
        catalogAnswer("CheckList", "A page of checks", "CheckList"), catalogAnswer("Series", "The values", "Series"),
        catalogAnswer("Overview", "The overview", "Overview"),
        #"""
        "NotModified": {"description": "What the answer says is what the tag in `If-None-Match` stands for", "headers": {\#(tagFields)}}
        """#,
    ].joined(separator: ",")

    private static let tagFields = #"""
        "ETag": {"$ref": "#/components/headers/ETag"}, "Assetlog-As-Of": {"$ref": "#/components/headers/Assetlog-As-Of"}
        """#

    private static func catalogAnswer(_ name: String, _ description: String, _ schema: String) -> String {
        #"""
        "\#(name)": {
          "description": \#(OpenAPIText.string(description)), "headers": {\#(tagFields)},
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}}
        },
        "\#(name)SoFar": {
          "description": "The catalog has not come to `min_sequence` in time, and the answer says what it knows so far; or it can't be read now",
          "headers": {
            "Assetlog-Answer": {"$ref": "#/components/headers/Assetlog-Answer"},
            "Retry-After": {"$ref": "#/components/headers/Retry-After"}
          },
          "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
          }
        }
        """#
    }

    static let catalogHeaders = #"""
        "ETag": {"description": "Names what the answer says", "required": true, "schema": {"type": "string", "pattern": "^W/\""}},
        "Assetlog-As-Of": {
          "description": "The sequence up to which the answer is true, as in `as_of`", "required": true,
          "schema": {"type": "integer", "format": "int64", "minimum": 0}
        }
        """#
}
