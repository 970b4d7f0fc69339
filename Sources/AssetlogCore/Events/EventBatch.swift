/// Events that are appended to the log together, in order: one arena of bytes and a flat list of entries.
///
/// It can't be copied: who fills it hands it over, and a storage borrows it for the time of an append. Clearing keeps the
/// memory, so that a batch that is used again allocates nothing.
public struct EventBatch: ~Copyable, Sendable {
    private struct Entry {
        var id: EventID
        var kind: EventKind
        var clientChoice: ClientChoice
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
    private var arena: ByteArena
    private var groupStart = 0
    private var groupDepth = 0
    /// The indices of the events of each group that was ended, in order.
    public private(set) var groups: [Range<Int>] = []
    /// What holds for each group beyond that.
    package private(set) var groupRules: [GroupRule] = []
    /// The number of events whose identity the client chose.
    public private(set) var clientIdentities = 0

    /// Makes an empty batch with room for `capacity` bytes of columns; it grows when they do not suffice.
    public init(capacity: Int = 4096) {
        arena = ByteArena(capacity: capacity)
    }

    /// Makes a batch of `events`, in their order.
    public init(_ events: some Sequence<Event>) {
        self.init()
        for event in events { append(event) }
    }

    /// The number of events.
    public var count: Int { entries.count }
    /// Whether there is no event in the batch.
    public var isEmpty: Bool { entries.isEmpty }
    /// The bytes of all columns.
    public var byteCount: Int { arena.count }
    /// The bytes that the batch takes of the memory.
    package var capacityBytes: Int { arena.capacity + entries.capacity * MemoryLayout<Entry>.stride }

    /// The number of events of each kind, at the index of its raw value.
    package var kindCounts: [Int] {
        var counts = [Int](repeating: 0, count: 1 + (EventKind.allCases.map { Int($0.rawValue) }.max() ?? 0))
        for entry in entries { counts[Int(entry.kind.rawValue)] += 1 }
        return counts
    }

    /// Copies the columns of an event to the end of the batch.
    public mutating func append(_ columns: borrowing EventColumns) {
        arena.reserve(columns.byteCount)
        let offset = arena.count
        arena.append(columns.deployment)
        arena.append(columns.assetKey)
        if let partition = columns.partition { arena.append(partition) }
        if let reportedBy = columns.reportedBy { arena.append(reportedBy) }
        arena.append(columns.details)
        entries.append(
            Entry(
                id: columns.id, kind: columns.kind, clientChoice: columns.clientChoice, timestamp: columns.timestamp,
                receivedAt: columns.receivedAt, offset: offset,
                deploymentCount: Int32(columns.deployment.count), assetKeyCount: Int32(columns.assetKey.count),
                partitionCount: columns.partition.map { Int32($0.count) } ?? -1,
                reportedByCount: columns.reportedBy.map { Int32($0.count) } ?? -1,
                detailsCount: columns.details.count))
        if columns.clientChoice.contains(.identity) { clientIdentities += 1 }
    }

    /// Copies an event to the end of the batch.
    public mutating func append(_ event: Event, clientChoice: ClientChoice = []) {
        event.withColumns(clientChoice) { append($0) }
    }

    /// Copies the events of another batch, with its groups, to the end of the batch.
    public mutating func append(contentsOf other: borrowing EventBatch) {
        arena.reserve(other.arena.count)
        let (firstEntry, firstByte) = (entries.count, arena.count)
        arena.append(other.arena.bytes(0..<other.arena.count))
        entries.reserveCapacity(firstEntry + other.entries.count)
        for var entry in other.entries {
            entry.offset += firstByte
            entries.append(entry)
        }
        groups += other.groups.map { $0.lowerBound + firstEntry..<$0.upperBound + firstEntry }
        groupRules += other.groupRules
        clientIdentities += other.clientIdentities
    }

    // MARK: Groups

    /// Starts a group: of the events until ``endGroup()`` either all are inserted, but for duplicates, or none.
    ///
    /// A group inside another one is a part of it.
    public mutating func beginGroup() {
        if groupDepth == 0 { groupStart = count }
        groupDepth += 1
    }

    /// Ends the group that was begun last.
    public mutating func endGroup() {
        endGroup(.insertsNew)
    }

    /// Ends the group that was begun last. Where it is a part of another one, that one's rule counts.
    package mutating func endGroup(_ rule: GroupRule) {
        guard groupDepth > 0 else { return }
        groupDepth -= 1
        guard groupDepth == 0, count > groupStart else { return }
        assert(groups.last.map { $0.upperBound <= groupStart } ?? true, "two groups overlap")
        groups.append(groupStart..<count)
        groupRules.append(rule)
    }

    /// Which of the events of a group are inserted, when none of them is a conflict.
    package enum GroupRule: Hashable, Sendable {
        /// All but the duplicates.
        case insertsNew
        /// All of them, or none: where some are duplicates, all must be.
        case insertsAllOrNone
        /// None: all must be duplicates.
        case insertsNone
    }

    /// Makes one group of all events, instead of those that they are in.
    package mutating func makeGroup(_ rule: GroupRule) {
        groups = isEmpty ? [] : [0..<count]
        groupRules = isEmpty ? [] : [rule]
    }

    // MARK: Changes

    /// Gives an event another ID.
    package mutating func setID(_ id: EventID, at index: Int) {
        entries[index].id = id
    }

    /// Moves the events from `index` on to a new batch, without groups.
    package mutating func takeEvents(from index: Int) -> EventBatch {
        assert((0...count).contains(index), "there is no such event in the batch")
        var taken = EventBatch(capacity: index < count ? arena.count - entries[index].offset : 0)
        for moved in index..<count { withColumns(at: moved) { taken.append($0) } }
        if index < count { arena.removeAll(from: entries[index].offset) }
        entries.removeSubrange(index...)
        groups.removeAll { $0.upperBound > index }
        groupRules.removeSubrange(groups.count...)
        clientIdentities -= taken.clientIdentities
        assert(clientIdentities >= 0, "more events were taken than there were")
        return taken
    }

    /// Lends the columns of the event at `index` to `body`.
    public func withColumns<R>(at index: Int, _ body: (borrowing EventColumns) throws -> R) rethrows -> R {
        let entry = entries[index]
        var offset = entry.offset
        func take(_ count: Int) -> UnsafeRawBufferPointer {
            defer { offset += count }
            return arena.bytes(offset..<offset + count)
        }
        let deployment = take(Int(entry.deploymentCount))
        let assetKey = take(Int(entry.assetKeyCount))
        let partition = entry.partitionCount < 0 ? nil : take(Int(entry.partitionCount))
        let reportedBy = entry.reportedByCount < 0 ? nil : take(Int(entry.reportedByCount))
        return try body(
            EventColumns(
                id: entry.id, kind: entry.kind, timestamp: entry.timestamp, receivedAt: entry.receivedAt,
                deployment: deployment, assetKey: assetKey, partition: partition, reportedBy: reportedBy,
                details: take(entry.detailsCount), clientChoice: entry.clientChoice))
    }

    /// The events, copied, in order.
    public var events: [Event] {
        (0..<count).map { index in withColumns(at: index) { $0.event } }
    }

    /// Forgets the events and keeps the memory.
    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        arena.removeAll(from: 0)
        groups.removeAll(keepingCapacity: true)
        groupRules.removeAll(keepingCapacity: true)
        groupDepth = 0
        clientIdentities = 0
    }
}
