#if SQLite
internal import AssetlogCore
internal import GRDB

/// Reads one page of the log by time, inside one snapshot of it.
///
/// It collects the greatest moments from three places, and then fetches their events: the log behind the index's
/// watermark; the strays, which the index has by time; and the events in order, which it has by sequence. Of these, it
/// reads from the greatest sequence on, until all that are left are known to be less than what was collected.
struct LatestReader {
    private let query: EventQuery
    private let extent: LogExtent
    private let index: IndexReader?
    private let log: Database
    private let head: Int64
    /// What is wanted is before this moment, by the query's start and the end of its time.
    private let bound: EventMoment
    private let from: Int64
    private var greatest: GreatestMoments

    private var watermark: Int64 { min(index?.watermark ?? 0, head) }

    init(
        _ query: EventQuery, before moment: EventMoment?, log: Database, extent: LogExtent, index: IndexReader?, head: Int64
    ) {
        self.query = query
        self.log = log
        self.index = index
        self.head = head
        self.extent = extent
        let end = query.to.map { EventMoment($0.microseconds, .min) } ?? EventMoment(.max, .max)
        bound = min(moment ?? end, end)
        from = query.from?.microseconds ?? .min
        greatest = GreatestMoments(limit: max(1, query.limit))
    }

    mutating func read() throws -> EventPage {
        try collectTail()
        if let index {
            let scopes = try index.scopes(for: query)
            try collectStrays(index, scopes)
            try collectInOrder(index, scopes)
        }
        return try page()
    }

    /// Collects from the log behind the index's watermark.
    private mutating func collectTail() throws {
        guard watermark < head else { return }
        let scan = try LogScan(log, extent, watermark + 1...head, query)
        while let row = try scan.next() {
            if row.matches { collect(EventMoment(timestamp: row.columns.timestamp, sequence: row.sequence)) }
        }
    }

    private mutating func collectStrays(_ index: IndexReader, _ scopes: [Int64]) throws {
        for scope in scopes {
            for kind in query.kinds {
                let strays = try index.strays(scope, kind, before: bound)
                while try strays.step() {
                    let moment = EventMoment(strays.integer(0), strays.integer(1))
                    // The next ones are less.
                    guard moment.timestamp.microseconds >= from, greatest.wants(moment) else { break }
                    if moment.sequence <= head { collect(moment) }
                }
                strays.reset()
            }
        }
    }

    private mutating func collectInOrder(_ index: IndexReader, _ scopes: [Int64]) throws {
        let zones = try index.zones(before: bound)
        guard var zone = try zones.nearest(to: watermark) else { return }
        let last = min(zone.sequences.upperBound, watermark)
        var entries = try index.eventsInOrder(scopes, query.kinds, upTo: last)
        let timestamp = try RawStatement(log, "SELECT timestamp FROM events WHERE sequence = ?")
        while let sequence = entries.next {
            if sequence < zone.sequences.lowerBound {
                guard let next = try zones.nearest(to: sequence) else { return }
                zone = next
                try entries.skip(to: zone.sequences.upperBound)
                continue
            }
            // No event in order of this sequence, or of a smaller one, is greater.
            guard zone.highest >= from, greatest.wants(EventMoment(zone.highest, sequence)) else { return }
            try timestamp.bind(sequence, at: 1)
            guard try timestamp.step() else { throw extent.missing(sequence) }
            collect(EventMoment(timestamp.integer(0), sequence))
            timestamp.reset()
            try entries.advance()
        }
    }

    private mutating func collect(_ moment: EventMoment) {
        if moment < bound, moment.timestamp.microseconds >= from { greatest.add(moment) }
    }

    /// Fetches the events, until the page has its bytes; what the index says is never trusted alone.
    private func page() throws -> EventPage {
        var page = EventPage(events: [], next: query.order.start)
        let row = try RawStatement(log, "SELECT \(EventRow.columns) FROM events WHERE sequence = ?")
        var bytes = 0
        for moment in greatest.sorted() where page.next != moment.sequence || page.events.isEmpty {
            try row.bind(moment.sequence, at: 1)
            guard try row.step() else { throw extent.missing(moment.sequence) }
            defer { row.reset() }
            let event = try EventRow.read(row, in: extent)
            guard event.moment == moment, query.matches(event.event) else { continue }
            page.events.append(event)
            page.next = event.sequence
            bytes += event.event.byteCount
            if bytes > 0, bytes >= query.maximumBytes { break }
        }
        return page
    }
}

extension EventMoment {
    fileprivate init(_ microseconds: Int64, _ sequence: Int64) {
        self.init(timestamp: Timestamp(microseconds: microseconds), sequence: sequence)
    }
}

extension EventQuery {
    /// The kinds that it asks for.
    var kinds: [EventKind] { kind.map { [$0] } ?? EventKind.allCases }
}
#endif
