import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes

/// The reads of pages of the log that clients ask for: how many there may be at once, and what they looked at.
final class EventReads: Sendable {
    // Pages of at most so many events take little memory, and do not wait for large ones.
    private static let smallPage = 16

    private let large = Limiter(count: 4, refusal: tooMany)
    private let small = Limiter(count: 16, refusal: tooMany)
    private let shown = Counter()
    private let skipped = Counter()

    private static let tooMany = RequestError(
        status: .serviceUnavailable,
        detail: "The server is already reading as many pages of the log as it does at once, or as it does for one client. Try again"
            + " in a moment; ask for one page after the other.",
        headers: [.retryAfter: "1"])

    /// Does a read of a page when it is the caller's turn.
    ///
    /// - Throws: ``RequestError`` with the status 503 when its turn does not come in time, or there is no memory for a large page;
    ///   and what the work throws.
    func read<Result: Sendable>(
        upTo limit: Int, for caller: LimitedCaller, in memory: AnswerMemory? = nil, _ work: () async throws -> Result
    ) async throws -> Result {
        guard limit > Self.smallPage else { return try await small.withSlot(for: caller, work) }
        if memory?.isFull == true { throw AnswerMemory.noRoom }
        return try await large.withSlot(for: caller, work)
    }

    /// Reads a page, and counts what it looked at.
    func page(_ query: EventQuery, of visible: VisibleEvents) async throws -> EventPage {
        let page = try await visible.page(query)
        count(page.events.count, skipped: page.skipped)
        return page
    }

    /// Reads a page with what was voided of it, and counts what it looked at.
    func page(_ query: EventQuery, voided: Bool?, of visible: VisibleEvents, _ voids: VoidIndex) async throws -> MarkedPage {
        let page = try await MarkedEvents(visible: visible, voids: voids).page(query, voided: voided)
        count(page.events.count, skipped: page.skipped)
        return page
    }

    private func count(_ shown: Int, skipped: Int) {
        self.shown.add(shown)
        self.skipped.add(skipped)
    }

    func register(in registry: MetricsRegistry) {
        let looked = MetricFamily(
            "assetlog_read_events", .counter, help: "Events that pages of the log looked at, by whether they were asked for.")
        registry.register(looked, ["result": "shown"], shown)
        registry.register(looked, ["result": "skipped"], skipped)
        let reads = MetricFamily("assetlog_reads", .gauge, help: "Reads of pages that are under way, or wait for their turn.")
        registry.register(reads) { [large, small] in
            [("large", large), ("small", small)].flatMap { size, limiter in
                [("running", limiter.used), ("waiting", limiter.waiting)].map { state, count in
                    MetricSample(["size": size, "state": state], .integer(count))
                }
            }
        }
    }
}
