#if SQLite
internal import AssetlogCore
internal import GRDB

/// Reads one page of the log, inside one snapshot of it: by the index up to its watermark, by a scan behind it.
struct PageReader {
    private let query: EventQuery
    private let extent: LogExtent
    /// The log ends here or later.
    private let known: Int64
    private let index: IndexReader?
    private let log: Database
    private var page: EventPage
    private var bytes = 0
    private let limit: Int

    private var isDescending: Bool {
        if case .descending = query.order { true } else { false }
    }

    private var isFull: Bool { page.events.count >= limit || (bytes > 0 && bytes >= query.maximumBytes) }

    /// - Parameter known: The log ends here or later; 0: not known.
    init(_ query: EventQuery, log: Database, extent: LogExtent, known: Int64 = 0, index: IndexReader?) {
        self.query = query
        self.log = log
        self.extent = extent
        self.known = known
        self.index = index
        limit = max(1, query.limit)
        page = EventPage(events: [], next: 0)
    }

    mutating func read() throws -> EventPage {
        let head = try extent.head(log)
        guard head >= known else { throw extent.missing(head + 1) }
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
            var reader = LatestReader(query, before: before, log: log, extent: extent, index: index, head: head)
            return try reader.read()
        }
        try read(range)
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
        guard let index else { return }
        let lists = try index.lists(for: query, descending: isDescending)
        var rest: ClosedRange<Int64>? = range
        while !isFull, let part = rest, let run = try index.nextRun(in: part, for: query, descending: isDescending) {
            if let lists {
                try look(run, lists)
            } else {
                try scan(run)
            }
            rest = part.rest(behind: run, descending: isDescending)
        }
    }

    /// Reads the events of a run that the lists name, in order.
    private mutating func look(_ run: ClosedRange<Int64>, _ lists: [EntryList]) throws {
        let row = try RawStatement(log, "SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        var rest: ClosedRange<Int64>? = run
        while !isFull, let part = rest {
            let limit = min(max(limit - page.events.count, 32), 1024)
            var sequences = try lists.flatMap { list in
                try list.sequences(in: part, limit: limit)
            }
            sequences.sort { isDescending ? $0 > $1 : $0 < $1 }
            for sequence in sequences.prefix(limit) where !isFull {
                try row.bind(sequence, at: 1)
                guard try row.step() else { throw extent.missing(sequence) }
                defer { row.reset() }
                try take(EventRow.borrow(row, in: extent), sequence)
            }
            guard sequences.count >= limit else { return }
            rest = part.rest(behind: sequences[limit - 1]...sequences[limit - 1], descending: isDescending)
        }
    }

    /// Reads a part of the log itself: every row of it, for one that is damaged may be one that matched.
    private mutating func scan(_ range: ClosedRange<Int64>) throws {
        guard !isFull else { return }
        let scan = try LogScan(log, extent, range, query, descending: isDescending)
        while !isFull, let row = try scan.next() {
            if row.matches { try take(row.columns, row.sequence) }
        }
    }

    /// Takes an event into the page when it matches; what the index says is never trusted alone.
    private mutating func take(_ columns: borrowing EventColumns, _ sequence: Int64) throws {
        let event = columns.event
        guard query.matches(event) else { return }
        page.events.append(LoggedEvent(sequence: sequence, event: event))
        page.next = sequence
        bytes += event.byteCount
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
