#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// The facets that have no place in an event, as metadata: JSON as it came, within limits.
struct KeptFacets {
    /// The most bytes of a facet.
    private static let facetBytes = 8 << 10
    /// The most bytes of those of an event.
    private static let eventBytes = 32 << 10
    /// The most levels of a facet: an event's metadata is nested deeper than what it came from.
    private static let maximumLevels = 100

    private(set) var metadata = ItemMetadata()
    private(set) var byteCount = 0
    private var leftOut: [String] = []
    private let limit: Int

    /// - Parameter limit: The most bytes of all of them.
    init(limit: Int = eventBytes) {
        self.limit = min(limit, Self.eventBytes)
    }

    /// Keeps those facets that are not among the known ones, under labels such as `openlineage/run/spark_version`.
    mutating func keep(_ facets: ReceivedFacets, of owner: String, except known: Set<String>) {
        for facet in facets.all where !known.contains(facet.name) && !ReceivedFacets.isDeleted(facet.value) {
            let label = "\(ItemMetadata.prefix)\(owner)/\(SoundText.cut(facet.name, bytes: 200))"
            guard facet.value.byteCount <= min(Self.facetBytes, limit - byteCount), isFlat(facet.value) else {
                leftOut.append(label)
                continue
            }
            byteCount += facet.value.byteCount
            metadata.append(label, .json(Array(facet.value.json)))
        }
    }

    /// The facets as metadata, with the names of those that did not fit.
    var entries: ItemMetadata {
        var entries = metadata
        if !leftOut.isEmpty {
            entries.append("\(ItemMetadata.prefix)left_out", text: leftOut.joined(separator: ", "))
        }
        return entries
    }

    // Counts brackets in texts as well, which are rare.
    private func isFlat(_ facet: JSONView) -> Bool {
        var (level, deepest) = (0, 0)
        for byte in facet.json {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                level += 1
                deepest = max(deepest, level)
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                level -= 1
            }
        }
        return deepest <= Self.maximumLevels
    }
}
#endif
