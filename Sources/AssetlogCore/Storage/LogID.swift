/// The identity of a log: a random number that it got when it was made.
///
/// A sequence names an event only together with it: another log gives the same sequences to other events. A caller that
/// remembers a position in a log (a cursor, an exporter's destination, an index) remembers this too, and the identity of
/// the event at that position, for a log that was restored from a backup keeps its identity and continues differently.
public struct LogID: Hashable, Sendable {
    private let id: EventID

    /// Makes an identity of its two halves, big-endian.
    public init(high: UInt64, low: UInt64) {
        id = EventID(high: high, low: low)
    }

    /// Reads sixteen bytes in network order; nil for any other count.
    public init?(bytes: some Sequence<UInt8>) {
        guard let id = EventID(bytes: bytes) else { return nil }
        self.id = id
    }

    /// The first eight bytes, big-endian.
    public var high: UInt64 { id.high }
    /// The last eight bytes, big-endian.
    public var low: UInt64 { id.low }
    /// The sixteen bytes in network order.
    public var bytes: [UInt8] { id.bytes }

    /// Makes an identity for a new log: a UUID of random bits (RFC 9562, section 5.4).
    public static func random() -> LogID {
        var random = SystemRandomNumberGenerator()
        return LogID(
            high: random.next() & 0xffff_ffff_ffff_0fff | 0x4000,
            low: random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }
}

extension LogID: LosslessStringConvertible {
    /// The text form of a UUID in lower case.
    public var description: String { id.description }

    /// Reads the text form of a UUID; nil when it is none.
    public init?(_ text: String) {
        guard let id = EventID(text) else { return nil }
        self.id = id
    }
}
