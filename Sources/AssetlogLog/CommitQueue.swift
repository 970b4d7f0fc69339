import AssetlogCore

/// What waits for a commit, what the commit under way holds, and whether more is taken. A pure state machine, which
/// ``EventLog`` keeps behind its lock.
struct CommitQueue: ~Copyable, Sendable {
    private enum Phase { case idle, running, draining, ended }

    private let limits: EventLog.Limits
    private var phase = Phase.idle
    private var filling = PendingCommit()
    /// The slices that wait for room, in the order of their coming.
    private var waitingSlices: [SliceWaiter] = []
    private var committing = QueueDepth(events: 0, bytes: 0)
    private var gathering = CommitGathering()

    init(limits: EventLog.Limits) {
        self.limits = limits
    }

    /// What waits for a commit, the commit under way included.
    var depth: QueueDepth {
        QueueDepth(events: filling.batch.count + committing.events, bytes: filling.batch.byteCount + committing.bytes)
    }

    /// The number of slices that wait for room in a commit.
    var waitingSliceCount: Int { waitingSlices.count }

    // MARK: Life

    /// Lets commits begin.
    ///
    /// - Returns: Whether a writer is needed; false when it was started before.
    mutating func start() -> Bool {
        guard phase == .idle else { return false }
        phase = .running
        return true
    }

    /// Takes no more events; the writer commits the rest.
    ///
    /// - Returns: Whether the queue was never started, so that no writer says when it has ended.
    mutating func drain() -> Bool {
        switch phase {
        case .idle:
            phase = .ended
            return true
        case .running:
            phase = .draining
            gathering.end()
        case .draining, .ended: break
        }
        return false
    }

    /// Says that the writer has committed everything.
    mutating func end() {
        phase = .ended
    }

    // MARK: Adding

    /// Adds an event that a listener waits for.
    ///
    /// - Parameter mayGather: Whether its commit may wait for others: ``EventLog/Limits/gatheringTime``.
    mutating func add(
        _ columns: EventColumns, completionToken: UInt, mayGather: Bool = false, for listener: any CommitListener
    ) -> EnqueueResult {
        guard isOpen else { return .closed }
        guard hasRoom(events: 1, bytes: columns.byteCount) else { return .full }
        filling.add(columns, completionToken, for: listener)
        gathering.added(mayGather: mayGather, waiting: filling.batch.count)
        if isGathering, isHalfFull { gathering.end() }
        return .queued
    }

    // Nobody may be refused because a commit waits.
    private var isHalfFull: Bool {
        let queued = depth
        return queued.events >= limits.queuedEvents / 2 || queued.bytes >= limits.queuedBytes / 2
    }

    /// Adds a slice that is committed as one.
    ///
    /// - Parameter waitingForRoom: Whether it is kept until there is room for it, instead of being turned away.
    mutating func add(_ slice: SliceWaiter, waitingForRoom: Bool) -> EnqueueResult {
        guard isOpen else { return .closed }
        gathering.addedSlice()
        if waitingForRoom {
            waitingSlices.append(slice)
            admitSlices()
        } else {
            guard hasRoom(events: slice.events, bytes: slice.bytes) else { return .full }
            filling.add(slice)
        }
        return .queued
    }

    private var isOpen: Bool { phase == .running || phase == .idle }

    /// Takes those slices into the next commit that have room there.
    private mutating func admitSlices() {
        while let next = waitingSlices.first, next.isWithdrawn || hasRoom(for: next) {
            filling.add(waitingSlices.removeFirst())
        }
    }

    // The first of a commit has room whatever it needs, or a large one would wait forever behind single reports.
    private func hasRoom(for slice: SliceWaiter) -> Bool {
        filling.batch.isEmpty
            || hasRoom(events: slice.events, bytes: slice.bytes)
                && (filling.sliceEvents == 0
                    || filling.sliceEvents + slice.events <= limits.sliceEvents
                        && filling.sliceBytes + slice.bytes <= limits.sliceBytes)
    }

    // An empty queue takes anything, so that an event larger than the bound is not refused forever.
    private func hasRoom(events: Int, bytes: Int) -> Bool {
        let queued = depth
        return queued.events == 0
            || (queued.events + events <= limits.queuedEvents && queued.bytes + bytes <= limits.queuedBytes)
    }

    // MARK: The writer

    /// Whether there is nothing to commit now, but may be later.
    var mustWait: Bool { filling.batch.isEmpty && phase == .running }

    /// Says that the commit under way has ended, which makes room.
    ///
    /// - Returns: How long the writer waits for more reports before the next commit, unless ``isGathering`` ends before that; it
    ///   says when it does so no longer.
    mutating func finishCommit() -> CommitGathering.Wait? {
        committing = QueueDepth(events: 0, bytes: 0)
        admitSlices()
        guard phase == .running, !isHalfFull, filling.sliceEvents == 0 else { return nil }
        return gathering.finishCommit(waiting: filling.batch.count)
    }

    /// Whether the writer waits for more reports, so that it need not be woken for each.
    var isGathering: Bool { gathering.isUnderWay }

    /// Says that the writer waits for more reports no longer, because the time has passed or there are enough.
    mutating func endGathering() {
        gathering.timeOut()
    }

    /// Exchanges what waits with an empty commit, and counts it as under way; false: nothing waits.
    mutating func takeCommit(into next: inout PendingCommit) -> Bool {
        assert(next.batch.isEmpty && committing.events == 0, "two commits are under way")
        guard !filling.batch.isEmpty else { return false }
        swap(&filling, &next)
        gathering.beginCommit(reports: next.batch.count - next.sliceEvents, sliceEvents: next.sliceEvents)
        committing = QueueDepth(events: next.batch.count, bytes: next.batch.byteCount)
        admitSlices()
        return true
    }
}
