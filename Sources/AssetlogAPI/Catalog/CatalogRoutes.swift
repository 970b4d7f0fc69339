import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// What is known about assets: `GET /api/v1/assets`, `/api/v1/asset` and what is below, `/api/v1/checks`, `/api/v1/overview`.
struct CatalogRoutes: RouteGroup {
    let reads: CatalogReads
    let events: EventRoutes

    var routes: [Route] {
        [
            route("assets", assets), route("asset", asset), route("asset/partitions", partitions), route("asset/checks", checks),
            route("asset/check/history", history), route("asset/series", series), route("checks", allChecks),
            route("overview", overview),
        ]
    }

    private func route(_ path: String, _ handler: @escaping Route.Handler) -> Route {
        Route(.get, "/api/v1/\(path)", .anyOf(.read), about: .deployment, handler: handler)
    }

    // MARK: Lists of assets

    static let listNames =
        ["q", "state", "prefix", "tag", "sort", "updated_after", "updated_before"] + QueryParameters.pageNames + CatalogFreshness.names

    func assets(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.listNames, lists: ["state"])
        var query = AssetListQuery(scope: CatalogScope(context))
        query.text = try parameters.text("q")
        query.states = try parameters.words("state", AssetState.self, named: \.name)
        query.prefix = try parameters.prefix()
        query.tag = try parameters.tag()
        query.order =
            try parameters.choice(
                "sort", [("key", .key), ("updated", .materialization), ("oldest", .oldest), ("state", .state)]) ?? .key
        query.updatedFrom = try parameters.time("updated_after")
        query.updatedBefore = try parameters.time("updated_before")
        query.limit = try parameters.pageLimit()
        query.after = parameters["after"]
        return try await reads.answer(request, context, try CatalogFreshness(parameters)) { [query] catalog in
            try await catalog.assets(query).map { list in
                var json = JSONObject()
                json.append("assets", list.assets.map(\.json))
                json.append("next", list.next)
                json.append("counts", list.counts.json(withTotal: false))
                return json
            }
        }
    }

    func overview(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: CatalogFreshness.names)
        let (scope, freshness) = (CatalogScope(context), try CatalogFreshness(parameters))
        return try await reads.answer(request, context, freshness) { catalog in
            try await catalog.overview(scope, containing: freshness.sequence ?? 0).map(\.json)
        }
    }

    static let allChecksNames = ["state"] + QueryParameters.pageNames + CatalogFreshness.names

    func allChecks(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.allChecksNames, lists: ["state"])
        let query = CheckListQuery(
            scope: CatalogScope(context), results: try parameters.words("state", CheckResult.self, named: \.name),
            limit: try parameters.pageLimit(), after: parameters["after"])
        return try await reads.answer(request, context, try CatalogFreshness(parameters)) { catalog in
            try await catalog.checks(query).map { $0.json(namesAssets: true) }
        }
    }

    // MARK: One asset

    static let assetNames = QueryParameters.assetNames + CatalogFreshness.names

    func asset(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.assetNames)
        let (key, scope) = (try parameters.requiredAsset(), CatalogScope(context))
        return try await about(key, request, context, parameters) { catalog in
            try await catalog.asset(key, in: scope).map { $0?.json(deployment: scope.deployment) }
        }
    }

    static let partitionNames =
        QueryParameters.assetNames + ["partition", "state", "order", "summary"] + QueryParameters.pageNames + CatalogFreshness.names

    func partitions(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.partitionNames, lists: ["state"])
        let (key, scope) = (try parameters.requiredAsset(), CatalogScope(context))
        guard try !parameters.flag("summary") else {
            if let name = ["partition", "state", "order", "limit", "after"].first(where: { parameters[$0] != nil }) {
                throw RequestError.badParameter(name, "does not go with summary=true, which is about all partitions")
            }
            return try await about(key, request, context, parameters) { catalog in
                try await catalog.partitionSummary(of: key, in: scope).map { $0?.json }
            }
        }
        var query = PartitionListQuery(scope: scope, assetKey: key)
        query.partition = try parameters.text("partition")
        query.states = try parameters.words("state", AssetState.self, named: \.name)
        query.isDescending = try parameters.choice("order", [("asc", false), ("desc", true)]) ?? false
        query.limit = try parameters.pageLimit()
        query.after = parameters["after"]
        return try await about(key, request, context, parameters) { [query] catalog in
            try await catalog.partitions(query).map { $0?.json }
        }
    }

    static let checkNames =
        QueryParameters.assetNames + ["check_name", "by", "partition"] + QueryParameters.pageNames + CatalogFreshness.names

    func checks(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.checkNames)
        var query = AssetCheckQuery(scope: CatalogScope(context), assetKey: try parameters.requiredAsset())
        query.checkName = try parameters.text("check_name")
        query.byPartition = try parameters.choice("by", [("name", false), ("partition", true)]) ?? false
        query.partition = try parameters.text("partition")
        if query.partition != nil, !query.byPartition {
            throw RequestError.badParameter("partition", "goes with by=partition, which has a row for each partition")
        }
        query.limit = try parameters.pageLimit()
        query.after = parameters["after"]
        return try await about(query.assetKey, request, context, parameters) { [query] catalog in
            try await catalog.checks(query).map { $0?.json(namesAssets: false) }
        }
    }

    static let seriesNames = QueryParameters.assetNames + ["label", "from", "to", "points"] + CatalogFreshness.names

    func series(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.seriesNames)
        guard let label = try parameters.text("label"), !label.isEmpty else {
            throw RequestError.badParameter("label", "is missing; it names a label of numeric metadata", example: "rows")
        }
        var query = SeriesQuery(scope: CatalogScope(context), assetKey: try parameters.requiredAsset(), label: label)
        (query.from, query.to) = try parameters.period()
        query.points = try parameters.integer("points", in: 1...5000, example: "500").map { Int($0) } ?? query.points
        return try await about(query.assetKey, request, context, parameters) { [query] catalog in
            try await catalog.series(query).map { $0?.json(label: label) }
        }
    }

    static let historyNames = QueryParameters.assetNames + ["check_name", "partition", "passed", "from", "to", "limit", "after"]

    /// The results of a check, the latest first, as the log has them: a page of `GET /api/v1/events`.
    func history(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try QueryParameters(request.uri.query, known: Self.historyNames)
        _ = try parameters.requiredAsset()
        guard parameters["check_name"] != nil else {
            throw RequestError.badParameter("check_name", "is missing; it names the check", example: "no_nulls")
        }
        let text = (request.uri.query ?? "") + "&kind=check&order=latest"
        return try await events.page(text, of: context.deployment, for: context.identity, in: context.memory)
    }

    /// Answers about one asset, or 404 where the caller can see no such asset.
    private func about(
        _ key: AssetKey, _ request: Request, _ context: RouteContext, _ parameters: QueryParameters,
        _ read: @escaping @Sendable (any CatalogQueries) async throws -> CatalogAnswer<JSONObject?>
    ) async throws -> Response {
        let deployment = context.location.deployment.quoted
        return try await reads.answer(request, context, try CatalogFreshness(parameters)) { catalog in
            try await read(catalog).map { json in
                guard let json else { throw RequestError.unknownAsset(key, in: deployment) }
                return json
            }
        }
    }
}

extension RequestError {
    /// The answer about an asset of which the caller can see no event.
    static func unknownAsset(_ key: AssetKey, in deployment: String) -> RequestError {
        var error = RequestError.notFound("There is no event of the asset \(key.canonical.shortened) in the deployment \(deployment).")
        // By it, a client tells an unknown asset from an unknown path.
        error.parameter = "asset"
        return error
    }
}
