#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// What our exporter says of the event that it made an event of OpenLineage from: it has one output, or one input.
///
/// The event keeps its identity, so that two servers that send each other their events stop at duplicates.
struct OwnFacet {
    static let name = "assetlog_event"

    let id: EventID?
    let key: AssetKey?
    let partition: String?
    let isSkip: Bool
    let failureReason: FailureReason?
    let isBlocking: Bool?

    /// Reads the facet of a run or a dataset; nil: there is none.
    init?(_ facets: ReceivedFacets) {
        guard let facet = facets[Self.name] else { return nil }
        id = facet["eventId"]?.text.flatMap { EventID($0) }
        let key = facet["assetKey"].flatMap { AssetKey(json: String(decoding: $0.json, as: UTF8.self)) }
        self.key = key.flatMap { Self.isSound($0) ? $0 : nil }
        // An empty partition is one.
        let partition = facet["partition"]?.text
        self.partition = partition?.isEmpty == true ? "" : SoundText.identifier(partition)
        isSkip = facet["kind"]?.text == EventKind.materializationSkipped.name
        failureReason = facet["failureReason"]?.text.flatMap { FailureReason(rawValue: $0) }
        isBlocking = facet["blocking"]?.boolean
    }

    private static func isSound(_ key: AssetKey) -> Bool {
        let parts = key.parts
        return parts.reduce(0) { $0 + $1.utf8.count } <= SoundText.maximumIdentifierBytes && !parts.contains { $0.utf8.contains(0) }
    }
}
#endif
