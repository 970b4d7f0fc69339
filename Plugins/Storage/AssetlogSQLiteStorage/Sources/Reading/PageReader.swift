#if SQLite
internal import AssetlogCore
internal import AssetlogSQLite

/// Reads one page of the log, inside one snapshot of it: by the index up to its watermark, by a scan behind it.
struct PageReader {
    private let query: EventQuery
    private let extent: LogExtent
    /// The log ends here or later.
    private let known: Int64
    private let index: IndexReader?
    private let kinds: AppendedKinds?
    private let log: Connection
    private var page = EventPage()
    private var bytes = 0
    private let limit: Int
    private let cancellation: ReadCancellation

    private var isDescending: Bool {
        if case .descending = query.order { true } else { false }
    }

    private var isFull: Bool {
        page.events.count >= limit || (bytes > 0 && bytes >= query.maximumBytes)
            || page.skipped >= max(1, query.maximumSkipped)
    }

    /// - Parameters:
    ///   - known: The log ends here or later; 0: not known.
    ///   - kinds: Which kinds of events were appended; nil: not known.
    ///   - cancellation: Asked at each event that is looked at.
    init(
        _ query: EventQuery, log: Connection, extent: LogExtent, known: Int64 = 0, index: IndexReader?,
        kinds: AppendedKinds? = nil, _ cancellation: ReadCancellation
    ) {
        self.query = query
        self.log = log
        self.extent = extent
        self.known = known
        self.index = index
        self.kinds = kinds
        limit = max(1, query.limit)
        self.cancellation = cancellation
    }

    mutating func read() throws -> EventPage {
        let head = try extent.head(log)
        guard head >= known else { throw extent.missing(head + 1) }
        let range: ClosedRange<Int64>
        switch query.order {
        case .ascending(let after):
            guard after < head else { return page }
            range = max(after, 0) + 1...head
        case .descending(let before):
            let end = min(before ?? .max, head &+ 1)
            guard end > 1 else { return page }
            range = 1...end - 1
        case .latest(let before):
            var reader = LatestReader(
                query, before: before, log: log, extent: extent, index: index, head: head, cancellation)
            return try reader.read()
        }
        // No event has none of the kinds.
        if query.filter.possibleKinds?.isEmpty != true { try read(range) }
        if !isFull { lookedAt(isDescending ? range.lowerBound : range.upperBound) }
        return page
    }

    private mutating func lookedAt(_ sequence: Int64) {
        page.continuation = isDescending ? .descending(before: sequence) : .ascending(after: sequence)
    }

    private mutating func read(_ range: ClosedRange<Int64>) throws {
        let watermark = min(index?.watermark ?? 0, range.upperBound)
        let indexed = range.lowerBound <= watermark ? range.lowerBound...watermark : nil
        let behind = max(range.lowerBound, watermark + 1)
        let tail = behind <= range.upperBound && mayMatch(from: behind) ? behind...range.upperBound : nil
        if isDescending {
            if let tail { try scan(tail) }
            if let indexed { try look(indexed) }
        } else {
            if let indexed { try look(indexed) }
            if let tail { try scan(tail) }
        }
    }

    /// Whether there may be events of the query's kinds from a sequence on.
    private func mayMatch(from sequence: Int64) -> Bool {
        guard let kinds, query.filter.possibleKinds != nil else { return true }
        return !kinds.hasNone(of: query.filter.sortedKinds, from: sequence)
    }

    /// Reads what the index knows of.
    private mutating func look(_ range: ClosedRange<Int64>) throws {
        guard let index, !isFull else { return }
        let first = isDescending ? range.upperBound : range.lowerBound
        var entries = try index.entries(for: query.filter, from: first, descending: isDescending)
        var rest: ClosedRange<Int64>? = range
        while !isFull, let part = rest,
            let run = try index.nextRun(in: part, for: query.filter, descending: isDescending)
        {
            if entries == nil {
                try scan(run)
            } else {
                try look(run, &entries)
            }
            rest = part.rest(behind: run, descending: isDescending)
        }
    }

    /// Reads the events of a run that the index names, in order.
    private mutating func look(_ run: ClosedRange<Int64>, _ entries: inout MergedEntries?) throws {
        let row = try log.statement("SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        try entries?.skip(to: isDescending ? run.upperBound : run.lowerBound)
        while !isFull, let sequence = entries?.next, run.contains(sequence) {
            try row.bind(sequence, at: 1)
            try entries?.advance()
            defer { row.reset() }
            // The index follows a removal.
            guard try row.step() else {
                try extent.requireRemoval(of: sequence, from: log)
                continue
            }
            try take(EventRow.borrow(row, in: extent), sequence)
        }
    }

    /// Reads a part of the log itself: every row of it, for one that is damaged may be one that matched.
    private mutating func scan(_ range: ClosedRange<Int64>) throws {
        guard !isFull else { return }
        let scan = try LogScan(log, extent, range, query, descending: isDescending)
        while !isFull, let row = try scan.next() {
            if row.matches { try take(row.columns, row.sequence) } else { try skip(row.sequence) }
        }
    }

    /// Takes an event into the page when it passes the filter; what the index says is never trusted alone.
    private mutating func take(_ columns: borrowing EventColumns, _ sequence: Int64) throws {
        guard query.filter.matches(columns) else { return try skip(sequence) }
        try cancellation.check()
        let event = columns.event
        page.events.append(LoggedEvent(sequence: sequence, event: event))
        lookedAt(sequence)
        bytes += event.byteCount
    }

    private mutating func skip(_ sequence: Int64) throws {
        try cancellation.check()
        lookedAt(sequence)
        page.skipped += 1
    }
}

extension ClosedRange<Int64> {
    /// What is left of the range behind a part of it, in the direction of reading; nil: nothing.
    fileprivate func rest(behind part: ClosedRange<Int64>, descending: Bool) -> ClosedRange<Int64>? {
        if descending {
            part.lowerBound > lowerBound ? lowerBound...part.lowerBound - 1 : nil
        } else {
            part.upperBound < upperBound ? part.upperBound + 1...upperBound : nil
        }
    }
}
#endif
