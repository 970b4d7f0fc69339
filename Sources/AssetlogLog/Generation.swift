import AssetlogCore

/// The events of one commit, and who waits for them.
struct Generation {
    /// The tickets of one listener.
    fileprivate struct Waiting {
        let listener: any CommitListener
        var tickets: ContiguousArray<UInt> = []
        /// The tickets of events that may be an exception: their place among the tickets, and in the batch.
        var identified: ContiguousArray<(place: Int, index: Int)> = []
    }

    private(set) var batch = EventBatch(capacity: 64 << 10)
    private var waiting: [Waiting] = []
    private var slices: [(waiter: SliceWaiter, range: Range<Int>)] = []
    /// The events that came in slices, and their bytes.
    private(set) var sliceEvents = 0
    private(set) var sliceBytes = 0

    /// Adds an event for whose fate a listener waits.
    mutating func add(_ columns: borrowing EventColumns, _ ticket: UInt, for listener: any CommitListener) {
        let place = place(of: listener)
        if columns.clientChoice.contains(.identity) {
            waiting[place].identified.append((waiting[place].tickets.count, batch.count))
        }
        waiting[place].tickets.append(ticket)
        batch.append(columns)
    }

    /// Adds a slice that is committed as one.
    mutating func add(_ waiter: SliceWaiter) {
        guard let slice = waiter.takeSlice() else { return }
        slices.append((waiter, batch.count..<batch.count + slice.count))
        sliceEvents += slice.count
        sliceBytes += slice.byteCount
        batch.append(contentsOf: slice)
    }

    private mutating func place(of listener: any CommitListener) -> Int {
        // As many as there are event loops.
        for place in waiting.indices where waiting[place].listener === listener { return place }
        waiting.append(Waiting(listener: listener))
        return waiting.count - 1
    }

    /// Tells everybody what became of their events, and is empty again.
    mutating func settle(_ result: Result<AppendOutcome, any Error>) {
        for waiting in waiting { waiting.listener.settled(waiting.settlement(result)) }
        for (waiter, range) in slices {
            switch result {
            case .success(let outcome): waiter.resume(with: .success(outcome.part(range)))
            case .failure(let error): waiter.resume(with: .failure(LogError(.failed, cause: error)))
            }
        }
        waiting.removeAll(keepingCapacity: true)
        slices.removeAll(keepingCapacity: true)
        (sliceEvents, sliceBytes) = (0, 0)
        // A rare huge commit must not keep its memory for ever.
        if batch.byteCount > 16 << 20 { batch = EventBatch(capacity: 64 << 10) }
        batch.removeAll()
    }
}

extension Generation.Waiting {
    fileprivate func settlement(_ result: Result<AppendOutcome, any Error>) -> CommitSettlement {
        switch result {
        case .failure(let error): CommitSettlement(tickets: tickets, rule: .failed(error), exceptions: [])
        case .success(let outcome):
            CommitSettlement(tickets: tickets, rule: .committed, exceptions: exceptions(in: outcome))
        }
    }

    private func exceptions(in outcome: AppendOutcome) -> [(place: Int, reason: AppendException.Reason)] {
        guard !outcome.exceptions.isEmpty else { return [] }
        return identified.compactMap { place, index in outcome.exception(at: index).map { (place, $0) } }
    }
}
