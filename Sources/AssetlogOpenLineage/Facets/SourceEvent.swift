public import AssetlogCore

/// The event of our log that an event of OpenLineage was made from, with what no published facet has a place for.
///
/// It is the facet `assetlog_event`: of the run where there is one, of the dataset where there is none.
public struct SourceEvent: Hashable, Sendable {
    /// The most bytes of metadata that are sent along; more is left out as a whole.
    public static let maximumMetadataBytes = 64 << 10

    /// The identity of the event.
    public var id: EventID
    /// The identity of the run that stands, or would stand, for it.
    public var runID: EventID
    /// Its sequence in the log; nil: not known.
    public var sequence: Int64?
    /// Its deployment.
    public var deployment: String
    /// What it says.
    public var kind: EventKind
    /// Its asset.
    public var assetKey: AssetKey
    /// The partition of the asset.
    public var partition: String?
    /// When the server received it.
    public var receivedAt: Timestamp
    /// The name of the token that reported it.
    public var reportedBy: String?
    /// What happened, in words.
    public var text: String?
    /// Why the asset was not written.
    public var failureReason: String?
    /// Whether a failed check stops what comes after it.
    public var isBlocking: Bool?
    /// The materialization that a check is about, as the event API shows it: a JSON object.
    public var target: [UInt8]?
    /// The metadata as the event API shows it: a JSON object; nil: there is none, or it is too large.
    public var metadata: [UInt8]?
    /// Whether there is metadata that is too large.
    public var isMetadataLeftOut: Bool

    /// Describes an event; everything that only some events have is nil.
    public init(_ event: LoggedEvent, runID: EventID) {
        id = event.id
        self.runID = runID
        sequence = event.sequence
        deployment = event.deployment
        kind = event.kind
        assetKey = event.assetKey
        partition = event.partition
        receivedAt = event.receivedAt
        reportedBy = event.reportedBy
        isMetadataLeftOut = false
    }

    fileprivate func write(to writer: inout LineageWriter) {
        writer.member("eventId", id.description)
        writer.member("runId", runID.description)
        writer.member("sequence", sequence)
        writer.member("deployment", deployment)
        writer.member("kind", kind.name)
        writer.raw("assetKey", Array(assetKey.canonical.utf8))
        writer.member("partition", partition)
        writer.member("receivedAt", receivedAt)
        writer.member("reportedBy", reportedBy)
        writer.member("description", text)
        writer.member("failureReason", failureReason)
        writer.member("blocking", isBlocking)
        writer.raw("target", target)
        writer.raw("metadata", metadata)
        if isMetadataLeftOut { writer.member("metadataLeftOut", true) }
    }

    private static let name = "assetlog_event"

    struct OfRun: LineageFacet {
        static let name = SourceEvent.name
        static let schema = FacetSchema.own("AssetlogEventRunFacet", "1-0-0")
        let event: SourceEvent

        func write(to writer: inout LineageWriter) { event.write(to: &writer) }
    }

    struct OfDataset: LineageFacet {
        static let name = SourceEvent.name
        static let schema = FacetSchema.own("AssetlogEventDatasetFacet", "1-0-0")
        let event: SourceEvent

        func write(to writer: inout LineageWriter) { event.write(to: &writer) }
    }
}
