/// A checksum over events in their order, of everything that they hold but their sequences.
///
/// The same in every process and version: two logs of one checksum hold the same events in the same order, but for
/// chance. It finds mistakes; it does not withstand an attacker who makes two such logs.
package struct EventDigest: Hashable, Sendable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    /// The number of events.
    package private(set) var count: Int64 = 0

    /// Makes the digest of no event.
    package init() {}

    /// Takes the next event.
    package mutating func add(_ event: Event) {
        var hash = SipHash128(.logDigest)
        for word in [high, low, event.id.high, event.id.low, UInt64(event.kind.rawValue)] { hash.combine(word) }
        hash.combine(UInt64(bitPattern: event.timestamp.microseconds))
        hash.combine(UInt64(bitPattern: event.receivedAt.microseconds))
        event.withColumns { columns in
            hash.combine(columns.deployment)
            hash.combine(columns.assetKey)
            hash.combine(optional: columns.partition)
            hash.combine(optional: columns.reportedBy)
            hash.combine(columns.details)
        }
        (high, low) = hash.finished()
        count += 1
    }

    /// 32 hexadecimal digits.
    package var text: String { Hexadecimal.text(high, low) }
}

extension SipHash128 {
    fileprivate mutating func combine(optional bytes: UnsafeRawBufferPointer?) {
        combine(bytes == nil ? 0 : 1)
        if let bytes { combine(bytes) }
    }
}

extension Event {
    /// Whether two events are the same in every byte. (Swift's texts are equal when they only look alike.)
    package func isSame(as other: Event) -> Bool {
        id == other.id && kind == other.kind && timestamp == other.timestamp && receivedAt == other.receivedAt
            && details == other.details && Self.isSame(deployment, other.deployment)
            && Self.isSame(assetKey.canonical, other.assetKey.canonical) && Self.isSame(partition, other.partition)
            && Self.isSame(reportedBy, other.reportedBy)
    }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.utf8.elementsEqual(right.utf8)
    }
}
