#if SQLite
internal import AssetlogCore

/// The greatest of many moments, in memory for so many as are wanted (a binary heap with the least at its top).
struct GreatestMoments {
    private let limit: Int
    private var heap: [EventTimeKey] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether there is room for a moment: fewer than wanted were added, or it is greater than one of these.
    func wants(_ timeKey: EventTimeKey) -> Bool {
        guard heap.count >= limit, let least = heap.first else { return true }
        return timeKey > least
    }

    mutating func add(_ timeKey: EventTimeKey) {
        guard wants(timeKey) else { return }
        if heap.count < limit {
            heap.append(timeKey)
            rise(from: heap.count - 1)
        } else {
            heap[0] = timeKey
            sink()
        }
    }

    /// The moments, greatest first.
    func sorted() -> [EventTimeKey] { heap.sorted(by: >) }

    private mutating func rise(from place: Int) {
        var place = place
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != place else { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
#endif
