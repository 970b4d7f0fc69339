/// The columns of one event in a batch, as bytes that are borrowed from the batch.
///
/// Valid only inside the closure that received it.
public struct EventColumns {
    /// The identity, unique in its deployment.
    public var id: EventID
    /// What the event says.
    public var kind: EventKind
    /// When it happened.
    public var timestamp: Timestamp
    /// When the server received it.
    public var receivedAt: Timestamp
    /// The deployment's name in UTF-8.
    public var deployment: UnsafeRawBufferPointer
    /// The asset key's canonical JSON text in UTF-8.
    public var assetKey: UnsafeRawBufferPointer
    /// The partition in UTF-8; nil when the event is about the whole asset.
    public var partition: UnsafeRawBufferPointer?
    /// The reporter's name in UTF-8; nil where no token is asked for.
    public var reportedBy: UnsafeRawBufferPointer?
    /// The canonical JSON object of the remaining fields; see ``Event/details``.
    public var details: UnsafeRawBufferPointer
    /// Which of the fields above the client chose.
    public var clientChoice: ClientChoice

    /// Makes columns of borrowed bytes.
    public init(
        id: EventID, kind: EventKind, timestamp: Timestamp, receivedAt: Timestamp,
        deployment: UnsafeRawBufferPointer, assetKey: UnsafeRawBufferPointer, partition: UnsafeRawBufferPointer?,
        reportedBy: UnsafeRawBufferPointer?, details: UnsafeRawBufferPointer, clientChoice: ClientChoice = []
    ) {
        self.id = id
        self.kind = kind
        self.timestamp = timestamp
        self.receivedAt = receivedAt
        self.deployment = deployment
        self.assetKey = assetKey
        self.partition = partition
        self.reportedBy = reportedBy
        self.details = details
        self.clientChoice = clientChoice
    }

    /// The bytes of the columns of text and JSON.
    public var byteCount: Int {
        deployment.count + assetKey.count + (partition?.count ?? 0) + (reportedBy?.count ?? 0) + details.count
    }

    /// Copies the columns into an event.
    public var event: Event {
        Event(
            id: id, deployment: String(decoding: deployment, as: UTF8.self), kind: kind,
            assetKey: AssetKey(canonical: String(decoding: assetKey, as: UTF8.self)),
            partition: partition.map { String(decoding: $0, as: UTF8.self) }, timestamp: timestamp,
            receivedAt: receivedAt, reportedBy: reportedBy.map { String(decoding: $0, as: UTF8.self) },
            details: Array(details))
    }
}

/// Which fields of an event its client chose that the server would choose otherwise.
public struct ClientChoice: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The identity: the event may be in the log already, so it is looked for before it is inserted.
    public static let identity = ClientChoice(rawValue: 1)
    /// The timestamp: it is a part of what the event says.
    public static let timestamp = ClientChoice(rawValue: 2)
    /// The timestamp is at most a reading of the client's clock: it is no part of what the event says.
    public static let approximateTimestamp = ClientChoice(rawValue: 4)
}

extension Event {
    /// Lends the columns of the event to `body`.
    public func withColumns<R>(
        _ clientChoice: ClientChoice = [], _ body: (borrowing EventColumns) throws -> R
    ) rethrows -> R {
        func withBytes<T>(_ text: String?, _ body: (UnsafeRawBufferPointer?) throws -> T) rethrows -> T {
            guard var text else { return try body(nil) }
            return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
        }
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        return try withBytes(deployment) { deployment in
            try withBytes(assetKey.canonical) { assetKey in
                try withBytes(partition) { partition in
                    try withBytes(reportedBy) { reportedBy in
                        try details.withUnsafeBytes { details in
                            try body(
                                EventColumns(
                                    id: id, kind: kind, timestamp: timestamp, receivedAt: receivedAt,
                                    deployment: deployment ?? nothing, assetKey: assetKey ?? nothing,
                                    partition: partition, reportedBy: reportedBy, details: details,
                                    clientChoice: clientChoice))
                        }
                    }
                }
            }
        }
    }
}
