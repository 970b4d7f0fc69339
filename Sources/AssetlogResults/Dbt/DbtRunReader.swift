import AssetlogCore

/// Reads `run_results.json`.
struct DbtRunReader {
    private let invocation: DbtInvocation
    private let results: [DbtResult]
    private let manifest: DbtManifest
    private let catalog: DbtCatalog

    /// - Throws: ``ResultFileError``.
    init(_ bytes: [UInt8], _ manifest: DbtManifest, _ catalog: DbtCatalog) throws(ResultFileError) {
        let view = try ResultFile.json(bytes, "run_results.json")
        invocation = try DbtInvocation(view, "run_results.json", schema: "run-results")
        let elements = view["results"]?.elements ?? []
        guard elements.count <= ReadingBuilder.maximumItems else {
            throw ResultFileError("run_results.json has more than \(ReadingBuilder.maximumItems) results.")
        }
        var seen: Set<String> = []
        results = elements.compactMap(DbtResult.init).filter { seen.insert($0.node).inserted }
        self.manifest = manifest
        self.catalog = catalog
    }

    func read(into builder: inout ReadingBuilder) throws(ResultFileError) {
        let blocked = blockedNodes()
        var isIdle = false
        for result in results {
            switch DbtNodeType(ofNode: result.node) {
            case .model, .seed, .snapshot:
                if invocation.writesData { try addWritten(result, blocked, to: &builder) } else { isIdle = true }
            case .test, .unitTest: try addTest(result, to: &builder)
            case nil: builder.note("The node \(result.node.quoted) of run_results.json is of an unknown type.")
            default: break
            }
        }
        if isIdle {
            builder.note("run_results.json is of `dbt \(invocation.command ?? "")`, which writes no data: its models give no events.")
        }
    }

    /// `"shop"."main"."orders"` without its quotes.
    static func tableName(_ relation: String?) -> String? {
        relation?.filter { $0 != "\"" && $0 != "`" }
    }

    // MARK: Models, seeds, snapshots

    private func addWritten(
        _ result: DbtResult, _ blocked: Set<String>, to builder: inout ReadingBuilder
    ) throws(ResultFileError) {
        guard let node = manifest.node(result.node), let key = manifest.assetKey(result.node) else {
            return builder.note("The node \(result.node.quoted) of run_results.json is not in manifest.json, or has no usable name.")
        }
        guard node.materialization != "ephemeral" else { return }
        guard result.batches.isEmpty else { return try addBatches(of: result, node, key, to: &builder) }
        switch result.status {
        case "success": try builder.add(materialization(of: key, node, result))
        case "error", "fail", "runtime error": try builder.add(failure(of: key, node, result))
        case "skipped": try builder.add(skip(of: key, node, result, isBlocked: !blocked.isDisjoint(with: node.dependencies)))
        // dbt has found that there was nothing to do.
        case "no-op", "reused": try builder.add(skip(of: key, node, result, isBlocked: false))
        default: builder.note("The status \(result.status.quoted) of \(result.node.quoted) is not known.")
        }
    }

    private func materialization(of key: AssetKey, _ node: DbtNode, _ result: DbtResult) -> EventItem {
        var item = event(.materialization, of: key, node, result)
        item.description = node.description
        item.add("rows", result.rows.map { .integer($0) })
        item.add("dagster/column_schema", catalog.columns(of: node))
        item.add("dbt/adapter_response", result.adapterResponse?.metadata())
        return item
    }

    private func failure(of key: AssetKey, _ node: DbtNode, _ result: DbtResult) -> EventItem {
        var item = event(.materializationFailed, of: key, node, result)
        item.failure = EventItem.Failure(message: result.message)
        item.add("dbt/compiled_path", node.compiledPath.map { .path($0) })
        return item
    }

    private func skip(of key: AssetKey, _ node: DbtNode, _ result: DbtResult, isBlocked: Bool) -> EventItem {
        var item = event(.materializationSkipped, of: key, node, result)
        let message = result.message ?? "dbt has not run it: \(result.status)"
        item.failure = EventItem.Failure(reason: isBlocked ? .upstreamFailedToMaterialize : .unknown, message: message)
        return item
    }

    private func addBatches(
        of result: DbtResult, _ node: DbtNode, _ key: AssetKey, to builder: inout ReadingBuilder
    ) throws(ResultFileError) {
        var seen: Set<String> = []
        for batch in result.batches {
            let partition = batch.partition(size: node.batchSize)
            guard seen.insert(partition).inserted else { continue }
            var item = event(batch.hasSucceeded ? .materialization : .materializationFailed, of: key, node, result, partition: partition)
            if !batch.hasSucceeded { item.failure = EventItem.Failure(message: result.message?.clipped(to: 512)) }
            try builder.add(item)
        }
    }

    private func event(
        _ kind: EventKind, of key: AssetKey, _ node: DbtNode, _ result: DbtResult, partition: String? = nil
    ) -> EventItem {
        let id = invocation.eventID(result.node, kind.name, key, partition: partition)
        var item = EventItem(kind, of: key, eventID: id, timestamp: result.finishedAt ?? invocation.time)
        item.partition = partition
        item.upstream = manifest.upstream(of: node)
        if !result.wasSkipped, partition == nil { item.add("duration_seconds", result.seconds.map { .number($0) }) }
        item.add("dagster/table_name", text: Self.tableName(result.relation ?? node.relation))
        item.add("dbt/materialized", text: node.materialization)
        item.add("dbt/status", text: result.status.clipped(to: 64))
        invocation.describe(&item, node: result.node)
        return item
    }

    // The nodes of which something keeps dbt from running what depends on them: they failed, were skipped, or a test of them failed.
    private func blockedNodes() -> Set<String> {
        var blocked: Set<String> = []
        for result in results where result.hasFailed || result.wasSkipped {
            switch DbtNodeType(ofNode: result.node) {
            case .test, .unitTest: if result.hasFailed { blocked.formUnion(manifest.node(result.node)?.dependencies ?? []) }
            default: blocked.insert(result.node)
            }
        }
        return blocked
    }

    // MARK: Tests

    private func addTest(_ result: DbtResult, to builder: inout ReadingBuilder) throws(ResultFileError) {
        // A test that did not run says nothing about the data.
        guard !result.wasSkipped, result.status != "no-op", result.status != "success" else { return }
        guard let test = manifest.node(result.node), let name = test.name else {
            return builder.note("The test \(result.node.quoted) of run_results.json is not in manifest.json.")
        }
        guard let checked = manifest.checkedNode(of: test) else {
            return builder.note(
                "The test \(name.quoted) depends on several nodes, so it is the check of none; name one with meta.dagster.ref.")
        }
        guard let key = manifest.assetKey(checked) else {
            return builder.note("The test \(name.quoted) is about \(checked.quoted), which is not in manifest.json.")
        }
        try builder.add(check(name, of: key, test, result))
    }

    private func check(_ name: String, of key: AssetKey, _ test: DbtNode, _ result: DbtResult) -> EventItem {
        let isWarning = result.status == "warn" || (result.status != "fail" && test.isWarning == true)
        let verdict = EventItem.Check(
            name: name, passed: result.status == "pass", isWarning: isWarning, isBlocking: !(test.isWarning ?? false))
        let id = invocation.eventID(result.node, "check", key)
        var item = EventItem(verdict, of: key, eventID: id, timestamp: result.finishedAt ?? invocation.time)
        item.add("failures", result.failures.map { .integer($0) })
        item.add("column", text: test.column)
        item.add("message", text: result.message)
        item.add("duration_seconds", result.seconds.map { .number($0) })
        item.add("dbt/status", text: result.status.clipped(to: 64))
        item.add("dbt/compiled_path", test.compiledPath.map { .path($0) })
        invocation.describe(&item, node: result.node)
        return item
    }
}
