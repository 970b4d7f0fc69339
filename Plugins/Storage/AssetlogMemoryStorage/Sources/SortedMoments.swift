import AssetlogCore

/// Where the events of the log stand in time.
///
/// Events come nearly in the order of their timestamps, so they are added at the end, and sorted before they are read
/// if one came late. Sorting what is nearly sorted costs little more than looking at it.
struct SortedMoments {
    private var moments: [EventTimeKey] = []
    private var isSorted = true

    mutating func append(_ timeKey: EventTimeKey) {
        if let last = moments.last, timeKey < last { isSorted = false }
        moments.append(timeKey)
    }

    /// The moments before another one, in their order; nil: all.
    mutating func before(_ bound: EventTimeKey?) -> ArraySlice<EventTimeKey> {
        if !isSorted {
            moments.sort()
            isSorted = true
        }
        guard let bound else { return moments[...] }
        var (low, high) = (0, moments.count)
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return moments[..<low]
    }
}
