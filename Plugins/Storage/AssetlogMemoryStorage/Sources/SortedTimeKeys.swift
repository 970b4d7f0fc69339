import AssetlogCore

/// Where the events of the log stand in time.
///
/// Events come nearly in the order of their timestamps, so they are added at the end, and sorted before they are read
/// if one came late. Sorting what is nearly sorted costs little more than looking at it.
struct SortedTimeKeys {
    private var timeKeys: [EventTimeKey] = []
    private var isSorted = true

    mutating func append(_ timeKey: EventTimeKey) {
        if let last = timeKeys.last, timeKey < last { isSorted = false }
        timeKeys.append(timeKey)
    }

    /// Removes the time keys of sequences.
    mutating func remove(_ sequences: Set<Int64>) {
        timeKeys.removeAll { sequences.contains($0.sequence) }
    }

    /// The time keys before another one, in their order; nil: all.
    mutating func before(_ bound: EventTimeKey?) -> ArraySlice<EventTimeKey> {
        if !isSorted {
            timeKeys.sort()
            isSorted = true
        }
        guard let bound else { return timeKeys[...] }
        var (low, high) = (0, timeKeys.count)
        while low < high {
            let middle = (low + high) / 2
            if timeKeys[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return timeKeys[..<low]
    }
}
