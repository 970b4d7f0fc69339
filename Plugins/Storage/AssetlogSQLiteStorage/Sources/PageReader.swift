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
    private let limit: Int

    private var isDescending: Bool {
        if case .descending = query.order { true } else { false }
    }

    private var isFull: Bool { page.events.count >= limit || (bytes > 0 && bytes >= query.maximumBytes) }

    init(_ query: EventQuery, log: Database, index: IndexReader?, file: String) {
        self.query = query
        self.log = log
        self.index = index
        self.file = file
        limit = max(1, query.limit)
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
            page.next = query.order.start
            try readByTime(before)
            page.next = page.events.last?.sequence ?? page.next
            return page
        }
        try read(range)
        if !isFull { page.next = isDescending ? range.lowerBound : range.upperBound }
        return page
    }

    private mutating func readByTime(_ before: EventMoment?) throws {
        let rows = try RawStatement(
            log, "SELECT \(EventRow.columns) FROM events ORDER BY timestamp DESC, sequence DESC")
        while try !isFull && rows.step() {
            let event = try EventRow.read(rows, file: file)
            if before.map({ event.moment < $0 }) ?? true { try take(rows) }
        }
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
        let lists = try index.lists(for: query)
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
                try list.sequences(in: part, limit: limit, descending: isDescending)
            }
            sequences.sort { isDescending ? $0 > $1 : $0 < $1 }
            for sequence in sequences.prefix(limit) where !isFull {
                try row.bind(sequence, at: 1)
                guard try row.step() else { continue }
                defer { row.reset() }
                try take(row)
            }
            guard sequences.count >= limit else { return }
            rest = part.rest(behind: sequences[limit - 1]...sequences[limit - 1], descending: isDescending)
        }
    }

    /// Reads a part of the log itself.
    private mutating func scan(_ range: ClosedRange<Int64>) throws {
        guard !isFull else { return }
        var conditions = ["sequence BETWEEN ? AND ?"]
        if query.deployment != nil { conditions.append("deployment = ?") }
        if query.assetKey != nil { conditions.append("asset_key = ?") }
        if query.kind != nil { conditions.append("kind = ?") }
        if query.from != nil { conditions.append("timestamp >= ?") }
        if query.to != nil { conditions.append("timestamp < ?") }
        let rows = try RawStatement(
            log,
            """
            SELECT \(EventRow.columns) FROM events WHERE \(conditions.joined(separator: " AND "))
            ORDER BY sequence \(isDescending ? "DESC" : "ASC")
            """)
        try rows.bind(range.lowerBound, at: 1)
        try rows.bind(range.upperBound, at: 2)
        var next: Int32 = 3
        func place() -> Int32 {
            defer { next += 1 }
            return next
        }
        if let deployment = query.deployment { try rows.bind(deployment, at: place()) }
        if let assetKey = query.assetKey { try rows.bind(assetKey.canonical, at: place()) }
        if let kind = query.kind { try rows.bind(Int64(kind.rawValue), at: place()) }
        if let from = query.from { try rows.bind(from.microseconds, at: place()) }
        if let to = query.to { try rows.bind(to.microseconds, at: place()) }
        while try !isFull && rows.step() { try take(rows) }
        rows.reset()
    }

    /// Takes the event of a row into the page when it matches; what the index says is never trusted alone.
    private mutating func take(_ row: RawStatement) throws {
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
