import AssetlogCore

/// The events of some items of a submission, which are committed together.
struct SubmissionSlice: ~Copyable {
    /// Where the events of an item stand in the slice.
    struct Item {
        /// The item's index in the body.
        var index: Int
        /// The index of its first event.
        var first: Int
        /// The number of its events.
        var count: Int
        /// The ID of its first event.
        var id: EventID
        /// The number of its events in slices before.
        var before = 0
        /// Whether more of its events follow in another slice.
        var isContinued = false

        /// The number of its events up to here.
        var total: Int { before + count }

        /// The indices of its events.
        var eventIndices: Range<Int> { first..<first + count }
    }

    /// What stays of a slice when its batch went to the log, until its fate is known.
    struct Summary {
        var items: [Item]
        var events: Int
        var isLast: Bool
        /// The bytes of memory that the slice takes.
        var capacityBytes: Int

        /// Whether it ends within a large item.
        var isPart: Bool { items.last?.isContinued ?? false }
    }

    var batch: EventBatch
    var items: [Item] = []
    /// Whether nothing of the body follows.
    var isLast = false

    init(capacity: Int = 4 << 10) {
        batch = EventBatch(capacity: capacity)
    }

    /// What is kept of it while it is committed.
    var summary: Summary {
        Summary(items: items, events: batch.count, isLast: isLast, capacityBytes: capacityBytes)
    }

    /// The bytes that it takes of the memory.
    var capacityBytes: Int { batch.capacityBytes + items.capacity * MemoryLayout<Item>.stride }

    /// Takes the items before the last ones; so many of these stay.
    mutating func takeItems(keeping count: Int) -> SubmissionSlice {
        let kept = items.suffix(count)
        guard let start = kept.first?.first else { return take(leaving: SubmissionSlice()) }
        var rest = SubmissionSlice(capacity: 0)
        rest.batch = batch.takeEvents(from: start)
        rest.items = kept.map { item in
            var item = item
            item.first -= start
            return item
        }
        items.removeLast(kept.count)
        return take(leaving: rest)
    }

    /// Takes everything, and leaves another slice in its stead.
    mutating func take(leaving other: consuming SubmissionSlice) -> SubmissionSlice {
        swap(&self, &other)
        return other
    }

    /// Gives the events of the last item the IDs that follow from another one.
    mutating func identifyLastItem(by id: EventID) {
        guard let last = items.indices.last else { return }
        items[last].id = id
        for (number, index) in items[last].eventIndices.enumerated() { batch.setID(id.expanded(at: number), at: index) }
    }
}
