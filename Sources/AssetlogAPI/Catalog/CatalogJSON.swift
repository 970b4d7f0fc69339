import AssetlogCatalog
import AssetlogCore
import AssetlogWeb

extension StateCounts {
    /// A member for each state, `total` first where that is asked for.
    func json(withTotal: Bool) -> JSONObject {
        var json = JSONObject()
        if withTotal { json.append("total", Int64(total)) }
        for state in AssetState.allCases { json.append(state.name, Int64(self[state])) }
        return json
    }
}

extension CheckCounts {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("total", Int64(total))
        for result in CheckResult.allCases { json.append(result.name, Int64(self[result])) }
        return json
    }
}

extension [EventKind: Int] {
    // In the order of the kinds; those without an event are left out.
    fileprivate var json: JSONObject {
        var json = JSONObject()
        for kind in EventKind.allCases { if let count = self[kind] { json.append(kind.name, Int64(count)) } }
        return json
    }
}

extension EventReference {
    var json: JSONObject {
        var json = JSONObject()
        append(to: &json)
        return json
    }

    fileprivate func append(to json: inout JSONObject) {
        json.append("event_id", id.description)
        json.append("sequence", sequence)
        json.append("timestamp", timestamp.description)
    }
}

extension LatestEvent {
    /// - Parameter isFailure: Whether it has a reason and a message.
    func json(isFailure: Bool = false) -> JSONObject {
        var json = JSONObject()
        append(to: &json, isFailure: isFailure)
        return json
    }

    fileprivate func append(to json: inout JSONObject, isFailure: Bool) {
        event.append(to: &json)
        json.append("partition", partition)
        json.append("data_version", dataVersion)
        json.append("reported_by", reportedBy)
        guard isFailure else { return }
        json.append("reason", failureReason)
        json.append("message", failureMessage)
    }
}

extension JSONObject {
    fileprivate mutating func append(_ name: String, keys: [AssetKey]) {
        append(name, raw: "[\(keys.map(\.canonical).joined(separator: ","))]")
    }

    // Whole numbers without a point; null for what is no JSON number.
    fileprivate mutating func append(_ name: String, number: Double) {
        guard number.isFinite else { return append(name, raw: "null") }
        append(name, raw: Int64(exactly: number).map { "\($0)" } ?? "\(number)")
    }
}

extension AssetSummary {
    var json: JSONObject {
        var json = JSONObject()
        json.append("asset_key", raw: assetKey.canonical)
        appendState(to: &json)
        json.append("last_seen", lastSeen.description)
        json.append("materialization", materialization?.json())
        appendCounts(to: &json)
        return json
    }

    fileprivate func appendState(to json: inout JSONObject) {
        json.append("state", state.name)
        json.append("since", since.description)
    }

    fileprivate func appendCounts(to json: inout JSONObject) {
        json.append("partitions", partitions.json(withTotal: true))
        json.append("checks", checks.json)
        json.append("tags", raw: String(decoding: tags, as: UTF8.self))
    }
}

extension AssetDetail {
    func json(deployment: String) -> JSONObject {
        var json = JSONObject()
        json.append("deployment", deployment)
        json.append("asset_key", raw: summary.assetKey.canonical)
        summary.appendState(to: &json)
        json.append("first_seen", firstSeen.description)
        json.append("last_seen", summary.lastSeen.description)
        json.append("counts", counts.json)
        json.append("materialization", summary.materialization?.json())
        json.append("observation", observation?.json())
        json.append("failure", failure?.json(isFailure: true))
        json.append("started", started?.json())
        json.append("skipped", skipped?.json(isFailure: true))
        json.append("data_version", dataVersion?.json)
        json.append("description", description)
        summary.appendCounts(to: &json)
        json.append("labels", raw: CanonicalJSON.array(of: labels))
        json.append("upstream", keys: upstream)
        json.append("downstream", keys: downstream)
        return json
    }
}

extension AssetDetail.DataVersion {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("value", value)
        json.append("since", since.description)
        return json
    }
}

extension PartitionList {
    var json: JSONObject {
        var json = JSONObject()
        json.append("partitions", partitions.map(\.json))
        json.append("next", next)
        return json
    }
}

extension PartitionRow {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("partition", partition)
        json.append("state", state.name)
        json.append("materialization", materialization?.json)
        json.append("observation", observation?.json)
        json.append("failure", failure?.json)
        json.append("started", started?.json)
        json.append("skipped", skipped?.json)
        json.append("count", Int64(count))
        return json
    }
}

extension PartitionSummary {
    var json: JSONObject {
        var summary = counts.json(withTotal: true)
        summary.append("ranges", ranges.map(\.json))
        summary.append("missing", missing.map(\.json))
        summary.append("is_cut", isCut)
        var json = JSONObject()
        json.append("summary", summary)
        return json
    }
}

extension PartitionSummary.Range {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("from", from)
        json.append("to", to)
        json.append("state", state.name)
        json.append("count", Int64(count))
        return json
    }
}

extension PartitionSummary.Gap {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("from", from)
        json.append("to", to)
        return json
    }
}

extension CheckList {
    /// - Parameter namesAssets: Whether each row says which asset it is about.
    func json(namesAssets: Bool) -> JSONObject {
        var json = JSONObject()
        json.append("checks", checks.map { $0.json(namesAsset: namesAssets) })
        json.append("next", next)
        return json
    }
}

extension CheckRow {
    func json(namesAsset: Bool) -> JSONObject {
        var json = JSONObject()
        if namesAsset { json.append("asset_key", raw: assetKey.canonical) }
        json.append("check_name", checkName)
        json.append("partition", partition)
        json.append("passed", result == .passed)
        json.append("severity", isError ? "ERROR" : "WARN")
        json.append("blocking", isBlocking)
        json.append("since", since.description)
        json.append("timestamp", event.timestamp.description)
        json.append("event_id", event.id.description)
        json.append("sequence", event.sequence)
        json.append("passes", Int64(passes))
        json.append("failures", Int64(failures))
        return json
    }
}

extension Series {
    func json(label: String) -> JSONObject {
        var json = JSONObject()
        json.append("label", label)
        switch self {
        case .points(let points): json.append("points", points.map(\.json))
        case .buckets(let buckets): json.append("buckets", buckets.map(\.json))
        }
        return json
    }
}

extension Series.Point {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("timestamp", timeKey.timestamp.description)
        json.append("value", number: value)
        json.append("partition", partition)
        json.append("sequence", timeKey.sequence)
        return json
    }
}

extension Series.Bucket {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("from", from.description)
        json.append("to", to.description)
        json.append("count", Int64(count))
        for (name, value) in [("min", min), ("max", max), ("mean", mean), ("last", last)] { json.append(name, number: value) }
        return json
    }
}

extension Overview {
    var json: JSONObject {
        var json = JSONObject()
        json.append("states", states.json(withTotal: false))
        json.append("events_per_hour", hours.map(\.json))
        json.append("failing_checks", failingChecks.map { $0.json(namesAsset: true) })
        json.append("latest_failures", latestFailures.map(\.json))
        return json
    }
}

extension Overview.Hour {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("hour", start.description)
        json.append("counts", counts.json)
        return json
    }
}

extension Overview.Failure {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json.append("asset_key", raw: assetKey.canonical)
        event.append(to: &json, isFailure: true)
        return json
    }
}
