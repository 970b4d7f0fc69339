import AssetlogCore
import Synchronization

/// A storage under test, with a model of what it must hold: the acknowledged events in an array.
///
/// It belongs to the task of one case.
final class StorageFixture: @unchecked Sendable {
    // Sendable because the cases' closures are; a case uses its bench from one task at a time.

    let location: StorageLocation
    private(set) var storage: any Storage
    private(set) var model: [LoggedEvent] = []
    /// The last sequence that was given, to whatever event.
    private(set) var head: Int64 = 0
    var events = EventMaker(seed: 42)

    init(_ location: StorageLocation) async throws {
        self.location = location
        storage = try await location.open()
    }

    /// Appends a batch and checks the sequences that it got.
    @discardableResult
    func append(_ batch: [Event]) throws -> ClosedRange<Int64> {
        let outcome = try append(EventBatch(batch))
        guard let sequences = outcome.sequences, sequences.count == batch.count, outcome.skippedEvents.isEmpty else {
            throw ConformanceFailure(
                "append of \(batch.count) events gave \(outcome); each event needs a sequence, and nothing is refused.")
        }
        return sequences
    }

    /// Appends a batch, checks the sequences that it got, and adds what was inserted to the model.
    ///
    /// - Parameter server: Another server on the same location; nil: the bench's own.
    func append(_ batch: borrowing EventBatch, on server: (any Storage)? = nil) throws -> AppendOutcome {
        let outcome = try (server ?? storage).append(batch)
        let inserted = batch.events.enumerated().filter { outcome.skippedEvent(at: $0.offset) == nil }.map(\.element)
        guard let sequences = outcome.sequences else {
            try expect(inserted.isEmpty, "append of \(inserted.count) new events gave no sequences.")
            return outcome
        }
        try expect(
            sequences.lowerBound > head,
            "append gave the sequence \(sequences.lowerBound) after \(head); sequences must increase, and none is given twice.")
        try expect(
            sequences.count == inserted.count,
            "append of \(inserted.count) new events gave the sequences \(sequences); those of one append are consecutive.")
        model += zip(sequences, inserted).map { LoggedEvent(sequence: $0, event: $1) }
        head = sequences.upperBound
        return outcome
    }

    /// Takes events out of the model that were removed.
    func forget(_ sequences: Set<Int64>) {
        model.removeAll { sequences.contains($0.sequence) }
    }

    /// Appends random events in batches of random size.
    func fill(_ count: Int) throws {
        var rest = count
        while rest > 0 {
            let size = min(rest, Int.random(in: 1...40, using: &events.random))
            try append((0..<size).map { _ in events.next() })
            rest -= size
        }
    }

    /// Closes the storage and opens it again.
    func reopen() async throws {
        await storage.close()
        storage = try await location.open()
    }

    /// Opens what a crash has left.
    func open() async throws {
        storage = try await location.open()
    }

    /// Checks that the whole log is the model: nothing lost, duplicated, moved or changed.
    func checkLog(_ when: String) async throws {
        try await checkWalk(EventQuery(limit: 97), "reading the whole log \(when)")
    }

    /// Reads all pages of a query and compares them with the model.
    @discardableResult
    func checkWalk(_ query: EventQuery, _ what: String) async throws -> [EventPage] {
        let expected = expected(query)
        var query = query
        var pages: [EventPage] = []
        var found: [LoggedEvent] = []
        repeat {
            let page = try await storage.events(query)
            try checkPage(page, of: query, what)
            pages.append(page)
            found += page.events
            // A page may be empty before the end, as long as it leads on.
            guard let next = page.continuation else { break }
            query.order = next
            try expect(
                pages.count <= expected.count + 2 + model.count,
                "\(what): there is no end of pages; the `continuation` must lead on.")
        } while true
        try check(found, expected, what)
        return pages
    }

    /// Compares events, byte by byte.
    func check(_ found: [LoggedEvent], _ expected: [LoggedEvent], _ what: String) throws {
        for (found, expected) in zip(found, expected) where !found.isSame(as: expected) {
            throw ConformanceFailure(
                "\(what): expected the event \(expected.sequence) (\(expected.summary)), got \(found.sequence)"
                    + " (\(found.summary)).")
        }
        try expect(
            found.count == expected.count,
            "\(what): expected \(expected.count) events, got \(found.count)."
                + (found.count < expected.count ? " The first missing is \(expected[found.count].sequence)." : ""))
    }

    /// All events of a query by the model, in its order.
    func expected(_ query: EventQuery) -> [LoggedEvent] {
        let matching = model.filter { query.matches($0.event) }
        return switch query.order {
        case .ascending(let after): matching.filter { $0.sequence > after }
        case .descending(let before): matching.reversed().filter { $0.sequence < before ?? .max }
        case .latest(let before):
            matching.filter { event in before.map { event.timeKey < $0 } ?? true }.sorted { $0.timeKey > $1.timeKey }
        }
    }

    private func checkPage(_ page: EventPage, of query: EventQuery, _ what: String) throws {
        try expect(
            page.events.count <= query.limit, "\(what): a page of \(page.events.count) with limit \(query.limit).")
        for event in page.events where !query.matches(event.event) {
            throw ConformanceFailure("\(what): the event \(event.sequence) does not match \(query).")
        }
        for (first, second) in zip(page.events, page.events.dropFirst())
        where !query.order.isOrdered(first, second) {
            throw ConformanceFailure("\(what): \(second.sequence) stands after \(first.sequence).")
        }
        try expect(
            page.skipped <= query.maximumSkipped,
            "\(what): a page skipped \(page.skipped) events, and it may skip \(query.maximumSkipped).")
        try expect(
            continues(page, query.order),
            "\(what): after \(page.events.count) events and \(page.skipped) others the page continues"
                + " \(page.continuationText); it must lead on from what was looked at last, and is nil"
                + " for a page that looked at nothing.")
    }

    /// Whether a page leads on in its direction, from its last event or from behind it.
    private func continues(_ page: EventPage, _ order: EventQuery.Order) -> Bool {
        let last = page.events.last
        return switch (order, page.continuation) {
        case (_, nil): page.events.isEmpty && page.skipped == 0
        case (.ascending(let start), .ascending(let next)): next > start && last.map { next >= $0.sequence } ?? true
        case (.descending(let start), .descending(let next?)):
            next < start ?? .max && last.map { next <= $0.sequence } ?? true
        // A page by time ends at an event, for a reader may continue from it by its sequence alone.
        case (.latest(let start), .latest(let next?)):
            start.map { next < $0 } ?? true && last.map { next <= $0.timeKey } ?? true && model.contains { $0.timeKey == next }
        default: false
        }
    }
}

extension EventPage {
    /// Where the page says that reading continues, for a message.
    var continuationText: String { continuation.map { "with \($0)" } ?? "nowhere" }
}

extension EventQuery.Order {
    fileprivate func isOrdered(_ first: LoggedEvent, _ second: LoggedEvent) -> Bool {
        switch self {
        case .ascending: first.sequence < second.sequence
        case .descending: first.sequence > second.sequence
        case .latest: first.timeKey > second.timeKey
        }
    }
}

extension LoggedEvent {
    /// Whether two events are the same in every byte. (Swift's texts are equal when they only look alike.)
    func isSame(as other: LoggedEvent) -> Bool {
        self == other && texts.elementsEqual(other.texts) { $0.elementsEqual($1) }
    }

    private var texts: [[UInt8]] {
        [event.deployment, event.assetKey.canonical, event.partition ?? "", event.reportedBy ?? ""].map {
            Array($0.utf8)
        }
    }

    var summary: String {
        "\(event.id), \(event.kind.name) of \(event.assetKey) in \(event.deployment.debugDescription), partition"
            + " \(event.partition?.debugDescription ?? "none"), \(event.timestamp), \(event.details.count) bytes of details"
    }
}
