#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Reads one page of the log by time, inside one snapshot of it.
///
/// It collects the greatest time keys from three sources, and then fetches their events: the log behind the index's
/// watermark; the strays, which the index has by time; and the events in order, which it has by sequence. Of these, it
/// reads from the greatest sequence on, until all that are left are known to be less than what was collected.
struct LatestReader {
    private let query: EventQuery
    private let extent: LogExtent
    private let index: IndexReader?
    private let log: Connection
    private let head: Int64
    /// What is wanted is before this moment, by the query's start and the end of its time.
    private var bound: EventTimeKey
    private let from: Int64
    private let cancellation: ReadCancellation
    private var greatest: LatestTimeKeys
    private var page = EventPage()
    private var bytes = 0

    private var watermark: Int64 { min(index?.watermark ?? 0, head) }

    init(
        _ query: EventQuery, before timeKey: EventTimeKey?, log: Connection, extent: LogExtent, index: IndexReader?, head: Int64,
        _ cancellation: ReadCancellation
    ) {
        self.query = query
        self.cancellation = cancellation
        self.log = log
        self.index = index
        self.head = head
        self.extent = extent
        let end = query.to.map { EventTimeKey($0.microseconds, .min) } ?? EventTimeKey(.max, .max)
        bound = min(timeKey ?? end, end)
        from = query.from?.microseconds ?? .min
        greatest = LatestTimeKeys(limit: max(1, query.limit))
    }

    private var isFull: Bool {
        page.events.count >= max(1, query.limit) || (bytes > 0 && bytes >= query.maximumBytes)
            || page.skipped >= max(1, query.maximumSkipped)
    }

    // Where events are skipped, more of them are wanted than the page has: at first a few, as it may have them soon.
    private static let windows = 256...16_384

    /// The most events after the index's watermark that are read by time. They are not in that order, so each page looks at
    /// all of them.
    static let maximumTail: Int64 = 100_000

    mutating func read() throws -> EventPage {
        // No event has none of the kinds.
        if query.filter.possibleKinds?.isEmpty == true { return page }
        guard head - watermark <= Self.maximumTail else { throw notIndexed }
        let scopes = try index?.scopes(for: query.filter) ?? []
        var window = max(1, query.limit)
        if query.filter.hasUnindexedParts { window = max(window, Self.windows.lowerBound) }
        while true {
            greatest = LatestTimeKeys(limit: window)
            try collect(scopes)
            let timeKeys = greatest.sorted()
            try take(timeKeys)
            guard !isFull, timeKeys.count >= window, let last = timeKeys.last else { return page }
            bound = last
            window = max(window, min(window * 4, Self.windows.upperBound))
        }
    }

    private var notIndexed: StorageError {
        StorageError(
            .unavailable,
            "\(extent.file) can't be read by time yet: the index has \(watermark) of its \(head) events, and is being built. Try"
                + " again when it is complete; reading by sequence works.")
    }

    private mutating func collect(_ scopes: [Int64]) throws {
        try collectTail()
        guard let index else { return }
        try collectStrays(index, scopes)
        try collectInOrder(index, scopes)
    }

    /// Collects from the log behind the index's watermark.
    private mutating func collectTail() throws {
        guard watermark < head else { return }
        let scan = try LogScan(log, extent, watermark + 1...head, query)
        while let row = try scan.next() {
            try cancellation.check()
            if row.matches { collect(EventTimeKey(timestamp: row.columns.timestamp, sequence: row.sequence)) }
        }
    }

    private mutating func collectStrays(_ index: IndexReader, _ scopes: [Int64]) throws {
        for scope in scopes {
            for kind in query.filter.sortedKinds {
                let strays = try index.strays(scope, kind, before: bound)
                while try strays.step() {
                    let timeKey = EventTimeKey(strays.integer(0), strays.integer(1))
                    // The next ones are less.
                    guard timeKey.timestamp.microseconds >= from, greatest.wants(timeKey) else { break }
                    if timeKey.sequence <= head { collect(timeKey) }
                }
                strays.reset()
            }
        }
    }

    private mutating func collectInOrder(_ index: IndexReader, _ scopes: [Int64]) throws {
        let zones = try index.zones(before: bound)
        guard var zone = try zones.nearest(to: watermark) else { return }
        let last = min(zone.sequences.upperBound, watermark)
        var entries = try index.eventsInOrder(scopes, query.filter.sortedKinds, upTo: last)
        let timestamp = try log.statement("SELECT timestamp FROM events WHERE sequence = ?")
        while let sequence = entries.next {
            if sequence < zone.sequences.lowerBound {
                guard let next = try zones.nearest(to: sequence) else { return }
                zone = next
                try entries.skip(to: zone.sequences.upperBound)
                continue
            }
            // No event in order of this sequence, or of a smaller one, is greater.
            guard zone.highest >= from, greatest.wants(EventTimeKey(zone.highest, sequence)) else { return }
            try cancellation.check()
            try timestamp.bind(sequence, at: 1)
            try entries.advance()
            defer { timestamp.reset() }
            // The index follows a removal.
            guard try timestamp.step() else {
                try extent.requireRemoval(of: sequence, from: log)
                continue
            }
            collect(EventTimeKey(timestamp.integer(0), sequence))
        }
    }

    private mutating func collect(_ timeKey: EventTimeKey) {
        if timeKey < bound, timeKey.timestamp.microseconds >= from { greatest.add(timeKey) }
    }

    /// Fetches the events, until the page is full; what the index says is never trusted alone.
    private mutating func take(_ timeKeys: [EventTimeKey]) throws {
        let row = try log.statement("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        for timeKey in timeKeys where page.continuation != .latest(before: timeKey) {
            guard !isFull else { return }
            try cancellation.check()
            try row.bind(timeKey.sequence, at: 1)
            defer { row.reset() }
            guard try row.step() else {
                try extent.requireRemoval(of: timeKey.sequence, from: log)
                continue
            }
            try take(row, timeKey)
        }
    }

    private mutating func take(_ row: Statement, _ timeKey: EventTimeKey) throws {
        let columns = try EventRow.borrow(row, in: extent)
        guard columns.timestamp == timeKey.timestamp else { return }
        page.continuation = .latest(before: timeKey)
        guard query.filter.matches(columns) else {
            page.skipped += 1
            return
        }
        page.events.append(LoggedEvent(sequence: timeKey.sequence, event: columns.event))
        bytes += columns.byteCount
    }
}

extension EventTimeKey {
    fileprivate init(_ microseconds: Int64, _ sequence: Int64) {
        self.init(timestamp: Timestamp(microseconds: microseconds), sequence: sequence)
    }
}
#endif
