import AssetlogCore

/// The events of some items of a submission, which are committed together.
struct SubmissionSlice {
    /// Where the events of an item stand in the slice.
    struct Item {
        /// The item's index in the body.
        var index: Int
        /// The place of its first event.
        var first: Int
        /// The number of its events.
        var count: Int
        /// The identity of its first event.
        var id: EventID

        /// The places of its events.
        var places: Range<Int> { first..<first + count }
    }

    var batch: EventBatch
    var items: [Item] = []
    /// Whether nothing of the body follows.
    var isLast = false

    init(capacity: Int = 4 << 10) {
        batch = EventBatch(capacity: capacity)
    }

    /// The bytes that it takes of the memory.
    var capacityBytes: Int { batch.capacityBytes + items.capacity * MemoryLayout<Item>.stride }

    /// Takes the items before the last ones; so many of these stay.
    mutating func takeItems(keeping count: Int) -> SubmissionSlice {
        let kept = items.suffix(count)
        guard let start = kept.first?.first else {
            defer { self = SubmissionSlice() }
            return self
        }
        var rest = SubmissionSlice(capacity: 0)
        rest.batch = batch.takeEvents(from: start)
        rest.items = kept.map { item in
            var item = item
            item.first -= start
            return item
        }
        var taken = self
        taken.items.removeLast(kept.count)
        self = rest
        return taken
    }

    /// Gives the events of the last item the identities that follow from another one.
    mutating func identifyLastItem(by id: EventID) {
        guard let last = items.indices.last else { return }
        items[last].id = id
        for (number, place) in items[last].places.enumerated() { batch.setID(id.expanded(at: number), at: place) }
    }
}
