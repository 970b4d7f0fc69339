/// The columns of one event in a batch, as bytes that are borrowed from the batch.
///
/// Valid only inside the closure that received it.
public struct EventColumns {
    /// The identity, unique in the log.
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
    /// The partition in UTF-8; nil when the event speaks of the whole asset.
    public var partition: UnsafeRawBufferPointer?
    /// The reporter's name in UTF-8; nil where no token is asked for.
    public var reportedBy: UnsafeRawBufferPointer?
    /// The canonical JSON object of the remaining fields; see ``Event/details``.
    public var details: UnsafeRawBufferPointer

    /// Makes columns of borrowed bytes.
    public init(
        id: EventID, kind: EventKind, timestamp: Timestamp, receivedAt: Timestamp,
        deployment: UnsafeRawBufferPointer, assetKey: UnsafeRawBufferPointer, partition: UnsafeRawBufferPointer?,
        reportedBy: UnsafeRawBufferPointer?, details: UnsafeRawBufferPointer
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

/// Events that are appended to the log together, in order: one arena of bytes and a flat list of entries.
///
/// A batch is filled by one thread and then read by one storage; it is not safe to share while it is filled.
/// Clearing keeps the memory, so that a batch that is used again allocates nothing.
public final class EventBatch: @unchecked Sendable {
    // Sendable by hand-over: whoever holds the only reference may touch it, and the log passes it from the filling
    // side to the writer under its lock.

    private struct Entry {
        var id: EventID
        var kind: EventKind
        var timestamp: Timestamp
        var receivedAt: Timestamp
        var offset: Int
        var deploymentCount: Int32
        var assetKeyCount: Int32
        var partitionCount: Int32
        var reportedByCount: Int32
        var detailsCount: Int
    }

    private var entries: ContiguousArray<Entry> = []
    private var arena: UnsafeMutableRawBufferPointer
    private var used = 0

    /// Makes an empty batch with room for `capacity` bytes of columns; it grows when they do not suffice.
    public init(capacity: Int = 4096) {
        arena = .allocate(byteCount: max(capacity, 64), alignment: 16)
    }

    /// Makes a batch of `events`, in their order.
    public convenience init(_ events: some Sequence<Event>) {
        self.init()
        for event in events { append(event) }
    }

    deinit {
        arena.deallocate()
    }

    /// The number of events.
    public var count: Int { entries.count }
    /// Whether there is no event in the batch.
    public var isEmpty: Bool { entries.isEmpty }
    /// The bytes of all columns.
    public var byteCount: Int { used }

    /// The number of events of each kind, at the place of its raw value.
    package var kindCounts: [Int] {
        var counts = [Int](repeating: 0, count: 1 + (EventKind.allCases.map { Int($0.rawValue) }.max() ?? 0))
        for entry in entries { counts[Int(entry.kind.rawValue)] += 1 }
        return counts
    }

    /// Copies the columns of an event to the end of the batch.
    public func append(_ columns: borrowing EventColumns) {
        let needed =
            columns.deployment.count + columns.assetKey.count + (columns.partition?.count ?? 0)
            + (columns.reportedBy?.count ?? 0) + columns.details.count
        if used + needed > arena.count { grow(to: used + needed) }
        let offset = used
        copy(columns.deployment)
        copy(columns.assetKey)
        if let partition = columns.partition { copy(partition) }
        if let reportedBy = columns.reportedBy { copy(reportedBy) }
        copy(columns.details)
        entries.append(
            Entry(
                id: columns.id, kind: columns.kind, timestamp: columns.timestamp, receivedAt: columns.receivedAt,
                offset: offset, deploymentCount: Int32(columns.deployment.count),
                assetKeyCount: Int32(columns.assetKey.count),
                partitionCount: columns.partition.map { Int32($0.count) } ?? -1,
                reportedByCount: columns.reportedBy.map { Int32($0.count) } ?? -1,
                detailsCount: columns.details.count))
    }

    /// Copies an event to the end of the batch.
    public func append(_ event: Event) {
        func withBytes<R>(_ text: String?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
            guard var text else { return body(nil) }
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        }
        withBytes(event.deployment) { deployment in
            withBytes(event.assetKey.canonical) { assetKey in
                withBytes(event.partition) { partition in
                    withBytes(event.reportedBy) { reportedBy in
                        event.details.withUnsafeBytes { details in
                            append(
                                EventColumns(
                                    id: event.id, kind: event.kind, timestamp: event.timestamp,
                                    receivedAt: event.receivedAt, deployment: deployment!, assetKey: assetKey!,
                                    partition: partition, reportedBy: reportedBy, details: details))
                        }
                    }
                }
            }
        }
    }

    /// Lends the columns of the event at `index` to `body`.
    public func withColumns<R>(at index: Int, _ body: (borrowing EventColumns) throws -> R) rethrows -> R {
        let entry = entries[index]
        var offset = entry.offset
        func take(_ count: Int) -> UnsafeRawBufferPointer {
            defer { offset += count }
            return UnsafeRawBufferPointer(rebasing: arena[offset..<offset + count])
        }
        let deployment = take(Int(entry.deploymentCount))
        let assetKey = take(Int(entry.assetKeyCount))
        let partition = entry.partitionCount < 0 ? nil : take(Int(entry.partitionCount))
        let reportedBy = entry.reportedByCount < 0 ? nil : take(Int(entry.reportedByCount))
        return try body(
            EventColumns(
                id: entry.id, kind: entry.kind, timestamp: entry.timestamp, receivedAt: entry.receivedAt,
                deployment: deployment, assetKey: assetKey, partition: partition, reportedBy: reportedBy,
                details: take(entry.detailsCount)))
    }

    /// The events, copied, in order.
    public var events: [Event] {
        (0..<count).map { index in withColumns(at: index) { $0.event } }
    }

    /// Forgets the events and keeps the memory.
    public func removeAll() {
        entries.removeAll(keepingCapacity: true)
        used = 0
    }

    private func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        (arena.baseAddress! + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    private func grow(to needed: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(needed, arena.count * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: arena[..<used]))
        arena.deallocate()
        arena = larger
    }
}
