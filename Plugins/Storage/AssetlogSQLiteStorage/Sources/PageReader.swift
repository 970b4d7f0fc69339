#if SQLite
internal import AssetlogCore
internal import GRDB

/// Reads one page of the log, inside one snapshot of it: by the index up to its watermark, by a scan behind it.
struct PageReader {
    private let query: EventQuery
    private let file: String
    private let index: IndexReader?
    private let log: Database
    private var page: EventPage
    private var bytes = 0
    private var skipped = 0
    private let limit: Int
    private let base: EventFilter

    private var isDescending: Bool {
        if case .descending = query.order { true } else { false }
    }

    private var isFull: Bool {
        page.events.count >= limit || (bytes > 0 && bytes >= query.maximumBytes) || skipped >= max(1, query.maximumSkipped)
    }

    init(_ query: EventQuery, log: Database, index: IndexReader?, file: String) {
        self.query = query
        self.log = log
        self.index = index
        self.file = file
        limit = max(1, query.limit)
        base = query.filter.withoutSelection
        page = EventPage(events: [], next: 0)
    }

    mutating func read() throws -> EventPage {
        let head = try log.rawInteger("SELECT max(sequence) FROM events") ?? 0
        let range: ClosedRange<Int64>
        switch query.order {
        case .ascending(let after):
            page.next = after
            guard after < head else { return page }
            range = max(after, 0) + 1...head
        case .descending(let before):
            page.next = before ?? 0
            let end = min(before ?? .max, head &+ 1)
            guard end > 1 else { return page }
            range = 1...end - 1
        case .latest(let before):
            var reader = LatestReader(query, before: before, log: log, index: index, head: head, file: file)
            return try reader.read()
        }
        // No event has none of the kinds.
        if base.kinds?.isEmpty != true { try read(range) }
        if !isFull { page.next = isDescending ? range.lowerBound : range.upperBound }
        return page
    }

    private mutating func read(_ range: ClosedRange<Int64>) throws {
        let watermark = min(index?.watermark ?? 0, range.upperBound)
        let indexed = range.lowerBound <= watermark ? range.lowerBound...watermark : nil
        let behind = max(range.lowerBound, watermark + 1)
        let tail = behind <= range.upperBound ? behind...range.upperBound : nil
        if isDescending {
            if let tail { try scan(tail) }
            if let indexed { try look(indexed) }
        } else {
            if let indexed { try look(indexed) }
            if let tail { try scan(tail) }
        }
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
        let row = try RawStatement(log, "SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        try entries?.skip(to: isDescending ? run.upperBound : run.lowerBound)
        while !isFull, let sequence = entries?.next, run.contains(sequence) {
            try row.bind(sequence, at: 1)
            if try row.step() {
                defer { row.reset() }
                try take(row)
            }
            try entries?.advance()
        }
    }

    /// Reads a part of the log itself.
    private mutating func scan(_ range: ClosedRange<Int64>) throws {
        guard !isFull else { return }
        let filter = LogFilter(query.filter)
        let rows = try RawStatement(
            log,
            """
            SELECT \(EventRow.columns) FROM events WHERE \(filter.condition)
            ORDER BY sequence \(isDescending ? "DESC" : "ASC")
            """)
        try filter.bind(to: rows, range)
        while try !isFull && rows.step() { try take(rows) }
        rows.reset()
    }

    /// Takes the event of a row into the page when it passes the filter; what the index says is never trusted alone.
    private mutating func take(_ row: RawStatement) throws {
        if query.filter.isSelective, let columns = EventRow.borrow(row), !query.filter.matches(columns) {
            page.next = row.integer(0)
            if base.matches(columns) { skipped += 1 }
            return
        }
        let event = try EventRow.read(row, file: file)
        guard query.matches(event.event) else { return }
        page.events.append(event)
        page.next = event.sequence
        bytes += event.event.byteCount
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
