#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// What is said of a dataset, as parts of an item.
enum DatasetDescription {
    /// The facets that are read.
    static let known: Set<String> = [
        "assetlog_event", "dataQuality", "dataQualityAssertions", "dataQualityMetrics", "documentation", "inputStatistics",
        "lifecycleStateChange", "outputStatistics", "ownership", "schema", "symlinks", "tags", "version",
    ]
    private static let (maximumTags, maximumColumns, maximumNesting) = (500, 10_000, 8)

    /// Adds what is known of the dataset itself.
    static func add(_ dataset: ReceivedDataset, to item: inout EventItem, _ metadata: inout ItemMetadata) {
        let facets = dataset.facets
        metadata.append("openlineage/namespace", text: dataset.name.namespace)
        metadata.append("openlineage/name", text: dataset.name.name)
        metadata.append("openlineage/symlinks", symlinks(dataset))
        if let change = facets["lifecycleStateChange"] {
            metadata.append("openlineage/lifecycle_state_change", text: change["lifecycleStateChange"]?.text)
            metadata.append("openlineage/previous_name", text: change["previousIdentifier"]?["name"]?.text)
        }
        metadata.append("openlineage/owners", text: facets["ownership"].map(owners))
        if let fields = facets["schema"]?["fields"] {
            let columns = columns(fields)
            if !columns.isEmpty { metadata.append(MeasureLabels.schema[0], .columns(columns)) }
        }
        item.description = facets["documentation"]?["description"]?.text.map { SoundText.cut($0, bytes: 64 << 10) }
        item.tags = facets["tags"].map(tags) ?? []
        addVersion(facets, to: &item, &metadata)
    }

    /// Adds how much of it was written.
    static func addStatistics(_ dataset: ReceivedDataset, to metadata: inout ItemMetadata) {
        guard let statistics = dataset.facet("outputStatistics") else { return }
        metadata.append("rows", statistics["rowCount"]?.count.map { .integer($0) })
        metadata.append("size_bytes", statistics["size"]?.count.map { .integer($0) })
        metadata.append("files", statistics["fileCount"]?.count.map { .integer($0) })
    }

    private static func addVersion(_ facets: ReceivedFacets, to item: inout EventItem, _ metadata: inout ItemMetadata) {
        guard let version = facets["version"]?["datasetVersion"]?.scalar else { return }
        item.dataVersion = SoundText.identifier(version)
        if item.dataVersion == nil { metadata.append("openlineage/version", text: version) }
        // Our tags keep the version under a name of their own.
        if item.dataVersion != nil { item.tags.removeAll { $0.name == "dagster/data_version" } }
    }

    private static func symlinks(_ dataset: ReceivedDataset) -> EventItem.Value? {
        guard let identifiers = dataset.facets["symlinks"]?["identifiers"], identifiers.kind == .array,
            (3...SoundText.maximumBytes).contains(identifiers.byteCount)
        else { return nil }
        return .json(Array(identifiers.json))
    }

    private static func owners(_ facet: JSONView) -> String {
        var owners: [String] = []
        facet["owners"]?.visitElements { owner in
            if let name = owner["name"]?.text { owners.append(owner["type"]?.text.map { "\(name) (\($0))" } ?? name) }
            return owners.count < 100
        }
        return owners.joined(separator: ", ")
    }

    private static func tags(_ facet: JSONView) -> [(name: String, value: String)] {
        var tags: [(name: String, value: String)] = []
        facet["tags"]?.visitElements { tag in
            if let name = SoundText.identifier(tag["key"]?.text) {
                tags.append((name, SoundText.cut(tag["value"]?.scalar ?? "", bytes: SoundText.maximumIdentifierBytes)))
            }
            return tags.count < maximumTags
        }
        return tags
    }

    private static func columns(_ fields: JSONView) -> [EventItem.Column] {
        var columns: [EventItem.Column] = []
        append(fields, "", level: 0, to: &columns)
        return columns
    }

    private static func append(_ fields: JSONView, _ prefix: String, level: Int, to columns: inout [EventItem.Column]) {
        fields.visitElements { field in
            var column = EventItem.Column(name: "")
            var (hasName, inner): (Bool, JSONView?) = (false, nil)
            field.visitMembers { member, value in
                switch member {
                case "name": if let name = value.text { (column.name, hasName) = (prefix + name, true) }
                case "type": column.type = value.text
                case "description": column.description = value.text
                case "fields": inner = value
                default: break
                }
                return true
            }
            guard hasName else { return true }
            columns.append(column)
            if level < maximumNesting, let inner { append(inner, "\(column.name).", level: level + 1, to: &columns) }
            return columns.count < maximumColumns
        }
    }
}
#endif
