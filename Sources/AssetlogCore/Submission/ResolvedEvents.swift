/// What an item says, resolved: one event, or one for each of its partitions. Bytes are borrowed from the resolver for
/// one call.
public struct ResolvedEvents {
    /// The kind of the events.
    public let kind: EventKind
    /// The deployment's name in UTF-8.
    public let deployment: UnsafeRawBufferPointer
    /// The asset key's canonical JSON text in UTF-8.
    public let assetKey: UnsafeRawBufferPointer
    /// The canonical JSON object of the remaining fields; see ``Event/details``.
    public let details: UnsafeRawBufferPointer
    /// The identity that the client gave the item; nil: the server makes one for each event.
    public let eventID: EventID?
    /// When it happened, as the client said; nil: when it was received.
    public let timestamp: Timestamp?
    /// When it was received.
    public let receivedAt: Timestamp
    private let isTimestampApproximate: Bool
    private let partitions: PartitionKeys.View
    private let fields: SubmissionFieldSet

    init(
        kind: EventKind, deployment: UnsafeRawBufferPointer, assetKey: UnsafeRawBufferPointer,
        details: UnsafeRawBufferPointer, eventID: EventID?, timestamp: Timestamp?,
        isTimestampApproximate: Bool, receivedAt: Timestamp, partitions: PartitionKeys.View, fields: SubmissionFieldSet
    ) {
        self.kind = kind
        self.deployment = deployment
        self.assetKey = assetKey
        self.details = details
        self.eventID = eventID
        self.timestamp = timestamp
        self.isTimestampApproximate = isTimestampApproximate
        self.receivedAt = receivedAt
        self.partitions = partitions
        self.fields = fields
    }

    /// The number of events, at least 1.
    public var count: Int { max(partitions.count, 1) }

    /// The bytes of the columns of all events, but for the reporter's name.
    public var byteCount: Int { count * (deployment.count + assetKey.count + details.count) + partitions.byteCount }

    /// The partition of the event at `index`, in UTF-8; nil when it speaks of the whole asset.
    public func partition(at index: Int) -> UnsafeRawBufferPointer? {
        partitions.count == 0 ? nil : partitions[index]
    }

    /// The identity of the event at `index` that follows from the item's, the same whenever the item comes; nil when it
    /// has none.
    public func id(at index: Int) -> EventID? {
        eventID?.expanded(at: index)
    }

    /// What of the columns the client chose.
    public var clientChoice: ClientChoice {
        var choice: ClientChoice = eventID == nil ? [] : .identity
        if isTimestampApproximate {
            choice.insert(.approximateTimestamp)
        } else if timestamp != nil {
            choice.insert(.timestamp)
        }
        return choice
    }

    /// The columns of the event at `index`, under an identity: that of ``id(at:)``, or one that the caller made.
    ///
    /// Where the caller's identity follows from what the client sent, he adds ``ClientChoice/identity``.
    public func columns(at index: Int, id: EventID, reportedBy: UnsafeRawBufferPointer? = nil) -> EventColumns {
        EventColumns(
            id: id, kind: kind, timestamp: timestamp ?? receivedAt, receivedAt: receivedAt, deployment: deployment,
            assetKey: assetKey, partition: partition(at: index), reportedBy: reportedBy, details: details,
            clientChoice: clientChoice)
    }

    /// The names of the fields that the item has, null aside.
    public var fieldNames: [String] { fields.fields.map { "\($0.name)" } }
}

@available(*, unavailable)
extension ResolvedEvents: Sendable {}
