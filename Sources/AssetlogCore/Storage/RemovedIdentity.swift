/// What a storage keeps of an event that was removed, so that a retry of it is still a duplicate.
public struct RemovedIdentity: Hashable, Sendable {
    /// The identity.
    public var id: EventID
    /// The sequence that the event had.
    public var sequence: Int64
    /// A hash of what the event says, but for its times; see ``EventColumns/contentHash``.
    public var content: EventID
    /// When it happened.
    public var timestamp: Timestamp
    /// When it was received.
    public var receivedAt: Timestamp

    /// Makes what was read from where it is kept.
    public init(id: EventID, sequence: Int64, content: EventID, timestamp: Timestamp, receivedAt: Timestamp) {
        self.id = id
        self.sequence = sequence
        self.content = content
        self.timestamp = timestamp
        self.receivedAt = receivedAt
    }

    /// What is kept of an event; nil: the server made its identity, which nobody can send again.
    public init?(_ columns: borrowing EventColumns, at sequence: Int64) {
        guard columns.mayHaveIdentityOfClient else { return nil }
        self.init(
            id: columns.id, sequence: sequence, content: columns.contentHash, timestamp: columns.timestamp,
            receivedAt: columns.receivedAt)
    }
}

extension EventColumns {
    /// A hash of kind, asset, partition and details in 128 bits, in the form of an identity: the same in every release.
    ///
    /// Two contents of one hash can be made on purpose; the finder could only let a retry of his own be taken for a duplicate.
    public var contentHash: EventID {
        var hash = SipHash128(.removedContent)
        hash.combine(UInt64(kind.rawValue))
        hash.combine(assetKey)
        hash.combine(partition == nil ? 0 : 1)
        if let partition { hash.combine(partition) }
        hash.combine(details)
        let (high, low) = hash.finished()
        return EventID(high: high, low: low)
    }

    /// Whether a client may have chosen the identity. The server makes those of version 7 with the millisecond of the receipt; where
    /// many are made within one, with the next.
    var mayHaveIdentityOfClient: Bool {
        guard id.high >> 12 & 0xf == 7, id.low >> 62 == 2 else { return true }
        let ahead = Int64(id.high >> 16) - receivedAt.microseconds / 1000
        return !(0...1).contains(ahead)
    }

    /// Compares the columns with what is kept of a removed event of their identity, as ``match(_:)`` does with one of the log.
    public func match(removed: RemovedIdentity?) -> IdentityMatch {
        guard let removed else { return .none }
        let isSameTime =
            clientChoice.contains(.approximateTimestamp)
            || removed.timestamp == (clientChoice.contains(.timestamp) ? timestamp : removed.receivedAt)
        return .event(sequence: removed.sequence, isSame: isSameTime && removed.content == contentHash)
    }
}
