#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// What was measured in a dataset, as metadata.
enum QualityMetrics {
    /// The most numbers of columns.
    private static let maximumMeasures = 500
    private static let columnMeasures = [
        ("nullCount", "null_count"), ("distinctCount", "distinct_count"), ("sum", "sum"), ("count", "count"), ("min", "min"),
        ("max", "max"),
    ]

    /// The facet of a dataset; nil: nothing was measured.
    static func facet(of dataset: ReceivedDataset) -> JSONView? {
        dataset.facet("dataQualityMetrics") ?? dataset.facet("dataQuality")
    }

    /// Adds what was measured, but for labels that are there already.
    static func add(_ facet: JSONView, to metadata: inout ItemMetadata) {
        add("dagster/row_count", facet["rowCount"]?.count.map { .integer($0) }, to: &metadata)
        add("size_bytes", facet["bytes"]?.count.map { .integer($0) }, to: &metadata)
        add("files", facet["fileCount"]?.count.map { .integer($0) }, to: &metadata)
        add(MeasureLabels.lastUpdated[0], ReceivedTime.read(facet["lastUpdated"]).map { .time($0) }, to: &metadata)
        var count = 0
        facet["columnMetrics"]?.visitMembers { column, measures in
            addColumn("columns/\(SoundText.cut(column, bytes: 500))/", measures, to: &metadata, &count)
            return count < maximumMeasures
        }
    }

    private static func add(_ label: String, _ value: EventItem.Value?, to metadata: inout ItemMetadata) {
        if !metadata.contains(label) { metadata.append(label, value) }
    }

    private static func addColumn(_ prefix: String, _ measures: JSONView, to metadata: inout ItemMetadata, _ count: inout Int) {
        for (name, label) in columnMeasures {
            guard let value = measures[name]?.measure else { continue }
            metadata.append(prefix + label, value)
            count += 1
        }
        var quantiles: [(String, EventItem.Value)] = []
        measures["quantiles"]?.visitMembers { quantile, value in
            if let value = value.measure { quantiles.append((SoundText.cut(quantile, bytes: 50), value)) }
            return quantiles.count < 20
        }
        for (quantile, value) in quantiles { metadata.append("\(prefix)quantile/\(quantile)", value) }
        count += quantiles.count
    }
}
#endif
