import AssetlogCore

/// The events of one commit, and what waits for them.
struct PendingCommit: ~Copyable, Sendable {
    /// The completion tokens of one listener.
    fileprivate struct Waiting {
        let listener: any CommitListener
        var completionTokens: ContiguousArray<UInt> = []
        /// The events that may be an exception: their index among the tokens, and in the batch.
        var identified: ContiguousArray<(index: Int, batchIndex: Int)> = []
    }

    // What a commit under full load needs: the share of slices, and as much again of single reports.
    private static let keptBytes = 8 << 20

    private(set) var batch = EventBatch(capacity: 64 << 10)
    private var waiting: [Waiting] = []
    private var slices: [(waiter: SliceWaiter, range: Range<Int>)] = []
    /// The events that came in slices, and their bytes.
    private(set) var sliceEvents = 0
    private(set) var sliceBytes = 0

    /// Adds an event that a listener waits for.
    mutating func add(_ columns: borrowing EventColumns, _ completionToken: UInt, for listener: any CommitListener) {
        let index = index(of: listener)
        if columns.clientChoice.contains(.identity) {
            waiting[index].identified.append((waiting[index].completionTokens.count, batch.count))
        }
        waiting[index].completionTokens.append(completionToken)
        batch.append(columns)
    }

    /// Adds a slice that is committed as one.
    mutating func add(_ waiter: SliceWaiter) {
        guard let slice = waiter.takeSlice() else { return }
        assert(slice.count == waiter.events && slice.byteCount == waiter.bytes, "a slice has changed while it waited")
        slices.append((waiter, batch.count..<batch.count + slice.count))
        sliceEvents += slice.count
        sliceBytes += slice.byteCount
        batch.append(contentsOf: slice)
    }

    private mutating func index(of listener: any CommitListener) -> Int {
        // As many as there are event loops.
        for index in waiting.indices where waiting[index].listener === listener { return index }
        waiting.append(Waiting(listener: listener))
        return waiting.count - 1
    }

    /// Notifies every listener and slice of what became of their events, and is empty again.
    mutating func complete(_ result: Result<AppendOutcome, any Error>) {
        if case .success(let outcome) = result { assert(outcome.isAbout(batch.count), "a storage's outcome is not about the batch") }
        for waiting in waiting { waiting.listener.completed(waiting.commitResult(result)) }
        for (waiter, range) in slices {
            switch result {
            case .success(let outcome): waiter.resume(with: .success(outcome.part(range)))
            case .failure(let error): waiter.resume(with: .failure(LogError(.failed, cause: error)))
            }
        }
        waiting.removeAll(keepingCapacity: true)
        slices.removeAll(keepingCapacity: true)
        (sliceEvents, sliceBytes) = (0, 0)
        // A rare huge commit must not keep its memory forever.
        if batch.capacityBytes > Self.keptBytes { batch = EventBatch(capacity: 64 << 10) }
        batch.removeAll()
    }
}

extension AppendOutcome {
    /// Whether it tells of each of so many events once.
    fileprivate func isAbout(_ events: Int) -> Bool {
        let indices = skippedEvents.map(\.index)
        return (sequences?.count ?? 0) + indices.count == events && zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
            && indices.allSatisfy { (0..<events).contains($0) }
    }
}

extension PendingCommit.Waiting {
    fileprivate func commitResult(_ result: Result<AppendOutcome, any Error>) -> CommitResult {
        switch result {
        case .failure(let error): CommitResult(completionTokens: completionTokens, rule: .failed(error), skippedEvents: [])
        case .success(let outcome):
            CommitResult(completionTokens: completionTokens, rule: .committed, skippedEvents: skippedEvents(in: outcome))
        }
    }

    private func skippedEvents(in outcome: AppendOutcome) -> [(index: Int, reason: SkippedEvent.Reason)] {
        guard !outcome.skippedEvents.isEmpty else { return [] }
        return identified.compactMap { index, batchIndex in outcome.skippedEvent(at: batchIndex).map { (index, $0) } }
    }
}
