/// What an event says, without its identity and the server's times, in 128 bits: to find out whether an event that
/// comes under a known identity is the known one.
///
/// The same in every process and version, so that it may be kept. Two events of one fingerprint say the same but for
/// chance. It does not withstand somebody who searches for two such events, and needs not to: only who chose the
/// identity of the first can send the second under it.
public struct EventFingerprint: Hashable, Sendable {
    /// The first eight bytes.
    public var high: UInt64
    /// The last eight bytes.
    public var low: UInt64

    /// Makes a fingerprint of its halves, as a storage kept them.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes the fingerprint of an event's columns; see ``EventColumns`` for what they hold.
    ///
    /// `timestamp` is the one that the client gave; nil where the server's clock was taken.
    public init(
        kind: EventKind, assetKey: UnsafeRawBufferPointer, partition: UnsafeRawBufferPointer?, timestamp: Timestamp?,
        details: UnsafeRawBufferPointer
    ) {
        self = EventFingerprints(kind: kind, assetKey: assetKey, timestamp: timestamp, details: details)
            .fingerprint(partition: partition)
    }
}

/// The fingerprints of events that differ in their partition only: what they share is read once.
public struct EventFingerprints: Sendable {
    private var shared = SipHash128(.fingerprint)

    /// Reads what the events share.
    public init(
        kind: EventKind, assetKey: UnsafeRawBufferPointer, timestamp: Timestamp?, details: UnsafeRawBufferPointer
    ) {
        shared.combine(UInt64(kind.rawValue) << 1 | (timestamp == nil ? 0 : 1))
        if let timestamp { shared.combine(UInt64(bitPattern: timestamp.microseconds)) }
        shared.combine(assetKey)
        shared.combine(details)
    }

    /// Makes the fingerprint of the event of this partition; nil is the event of the whole asset.
    public func fingerprint(partition: UnsafeRawBufferPointer?) -> EventFingerprint {
        var hash = shared
        if let partition { hash.combine(partition) }
        let (high, low) = hash.finished()
        return EventFingerprint(high: high, low: low)
    }
}
