/// The newest events of the log, which all watchers take from. It is the bounded buffer of each of them and of all together: a
/// watcher that falls out of it is too slow.
struct TailWindow {
    /// What the window holds: every event after `start` up to `end`, as far as they are in the log.
    struct Bounds: Hashable {
        var start: Int64
        var end: Int64
    }

    private(set) var bounds: Bounds
    private(set) var byteCount = 0
    private var events: [TailEvent] = []
    private let limits: Tail.Limits

    /// Makes an empty window that begins after a sequence.
    init(after start: Int64, limits: Tail.Limits) {
        bounds = Bounds(start: start, end: start)
        self.limits = limits
    }

    /// Appends the events after ``Bounds/end``, in order, and drops the oldest of those before them that are too many.
    ///
    /// - Parameter end: The last sequence that was looked at.
    mutating func append(_ page: [TailEvent], end: Int64) {
        assert(page.first.map { $0.sequence > bounds.end } ?? true, "an event came twice")
        let added = page.reduce(0) { $0 + $1.byteCount }
        drop(keepingEvents: limits.events - page.count, bytes: limits.bytes - added)
        events += page
        byteCount += added
        bounds.end = max(bounds.end, page.last?.sequence ?? end, end)
    }

    private mutating func drop(keepingEvents count: Int, bytes: Int) {
        var dropped = 0
        while dropped < events.count, events.count - dropped > count || byteCount > bytes {
            byteCount -= events[dropped].byteCount
            bounds.start = events[dropped].sequence
            dropped += 1
        }
        events.removeFirst(dropped)
    }

    /// The first events after a sequence.
    func events(after sequence: Int64, atMost count: Int) -> ArraySlice<TailEvent> {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].sequence > sequence { high = middle } else { low = middle + 1 }
        }
        return events[low...].prefix(count)
    }
}
