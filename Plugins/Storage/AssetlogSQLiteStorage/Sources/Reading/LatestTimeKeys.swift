#if SQLite
internal import AssetlogCore

/// The greatest of many time keys, in memory for so many as are wanted (a binary heap with the least at its top).
struct LatestTimeKeys {
    private let limit: Int
    private var heap: [EventTimeKey] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether there is room for a time key: fewer than wanted were added, or it is greater than one of these.
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

    /// The time keys, greatest first.
    func sorted() -> [EventTimeKey] { heap.sorted(by: >) }

    private mutating func rise(from index: Int) {
        var index = index
        while index > 0, heap[index] < heap[(index - 1) / 2] {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
#endif
