import AssetlogCore

/// Reads `sources.json`: for each source an observation, and a check of its freshness.
struct DbtSourcesReader {
    private let invocation: DbtInvocation
    private let view: JSONView
    private let manifest: DbtManifest

    /// - Throws: ``ResultFileError``.
    init(_ bytes: [UInt8], _ manifest: DbtManifest) throws(ResultFileError) {
        view = try ResultFile.json(bytes, "sources.json")
        invocation = try DbtInvocation(view, "sources.json", schema: "sources")
        self.manifest = manifest
    }

    func read(into builder: inout ReadingBuilder) throws(ResultFileError) {
        var seen: Set<String> = []
        for result in view["results"]?.elements ?? [] {
            guard let id = result["unique_id"]?.text, let status = result["status"]?.text, seen.insert(id).inserted else { continue }
            guard let key = manifest.assetKey(id) else {
                builder.note("The source \(id.quoted) of sources.json is not in manifest.json.")
                continue
            }
            let time = result["snapshotted_at"]?.time ?? invocation.time
            if let loadedAt = result["max_loaded_at"]?.time {
                try builder.add(observation(of: key, id, result, loadedAt: loadedAt, time))
            }
            try builder.add(check(of: key, id, result, status, time))
        }
    }

    private func observation(
        of key: AssetKey, _ id: String, _ result: JSONView, loadedAt: Timestamp, _ time: Timestamp?
    ) -> EventItem {
        var item = EventItem(.observation, of: key, eventID: invocation.eventID(id, "observation", key), timestamp: time)
        item.description = manifest.node(id)?.description
        item.add("dagster/last_updated_timestamp", .time(loadedAt))
        item.add("age_seconds", Self.age(result))
        item.add("dagster/table_name", text: DbtRunReader.tableName(manifest.node(id)?.relation))
        invocation.describe(&item, node: id)
        return item
    }

    private func check(of key: AssetKey, _ id: String, _ result: JSONView, _ status: String, _ time: Timestamp?) -> EventItem {
        let verdict = EventItem.Check(name: "freshness", passed: status == "pass", isWarning: status == "warn")
        var item = EventItem(verdict, of: key, eventID: invocation.eventID(id, "freshness", key), timestamp: time)
        item.add("dbt/status", text: status.clipped(to: 64))
        item.add("message", text: result["error"]?.shortText(8 << 10))
        item.add("dagster/last_updated_timestamp", (result["max_loaded_at"]?.time).map { .time($0) })
        item.add("age_seconds", Self.age(result))
        item.add("criteria", result["criteria"]?.metadata(atMost: 4096))
        invocation.describe(&item, node: id)
        return item
    }

    private static func age(_ result: JSONView) -> EventItem.Value? {
        result["max_loaded_at_time_ago_in_s"]?.number.map { .number($0) }
    }
}
