import AssetlogCore

/// The bytes of a batch: numbers are little-endian, texts have their length before them.
struct BatchWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ event: LoggedEvent) {
        append(event.sequence)
        bytes += event.id.bytes
        bytes.append(event.kind.rawValue)
        append(event.timestamp.microseconds)
        append(event.receivedAt.microseconds)
        append(Array(event.deployment.utf8))
        append(Array(event.assetKey.canonical.utf8))
        append(event.partition.map { Array($0.utf8) })
        append(event.reportedBy.map { Array($0.utf8) })
        append(event.details)
    }

    private mutating func append(_ number: Int64) {
        bytes += number.littleEndianBytes
    }

    private mutating func append(_ text: [UInt8]?) {
        bytes += (text.map { UInt32($0.count) } ?? .max).littleEndianBytes
        bytes += text ?? []
    }
}

/// Reads what ``BatchWriter`` wrote; nil wherever the bytes are not that.
struct BatchReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func event() -> LoggedEvent? {
        guard let sequence = number(), let id = take(16).flatMap({ EventID(bytes: $0) }),
            let kind = take(1)?.first.flatMap({ EventKind(rawValue: $0) }), let timestamp = number(),
            let receivedAt = number(), let deployment = text(), let assetKey = text(), let partition = optional(),
            let reportedBy = optional(), let details = optional(), let details
        else { return nil }
        return LoggedEvent(
            sequence: sequence,
            event: Event(
                id: id, deployment: deployment, kind: kind, assetKey: AssetKey(canonical: assetKey),
                partition: partition.map { String(decoding: $0, as: UTF8.self) },
                timestamp: Timestamp(microseconds: timestamp), receivedAt: Timestamp(microseconds: receivedAt),
                reportedBy: reportedBy.map { String(decoding: $0, as: UTF8.self) }, details: Array(details)))
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func number() -> Int64? {
        take(8).map { Int64(littleEndianBytes: $0) }
    }

    private mutating func optional() -> ArraySlice<UInt8>?? {
        guard let count = take(4).map({ UInt32(littleEndianBytes: $0) }) else { return nil }
        guard count != .max else { return .some(nil) }
        return take(Int(count)).map { .some($0) }
    }

    private mutating func text() -> String? {
        guard let bytes = optional(), let bytes else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FixedWidthInteger {
    var littleEndianBytes: [UInt8] {
        withUnsafeBytes(of: littleEndian) { Array($0) }
    }

    init(littleEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.enumerated().reduce(0) { $0 | Self(truncatingIfNeeded: $1.element) << Self(8 * $1.offset) }
    }
}
