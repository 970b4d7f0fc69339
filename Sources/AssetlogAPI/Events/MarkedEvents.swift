package import AssetlogCore
import AssetlogLog

/// An event with what a reader is shown of its void.
package struct MarkedEvent: Sendable {
    /// The event.
    package var event: LoggedEvent
    /// How it was voided; nil: it was not.
    package var voiding: Voiding?

    /// Makes it.
    package init(event: LoggedEvent, voiding: Voiding? = nil) {
        self.event = event
        self.voiding = voiding
    }

    /// The bytes of its texts and JSON.
    var byteCount: Int { event.event.byteCount + (voiding.map { $0.reason.utf8.count + ($0.by?.utf8.count ?? 0) + 128 } ?? 0) }
}

/// A page of events with what was voided of them.
package struct MarkedPage: Sendable {
    /// The events.
    package var events: [MarkedEvent] = []
    /// As in ``EventPage``.
    package var continuation: EventQuery.Order?
    /// How many events were looked at that were not asked for.
    package var skipped = 0
}

/// Reads pages of events and marks those that are void, or leaves out those that are, or those that are not.
struct MarkedEvents: Sendable {
    let visible: VisibleEvents
    let voids: VoidIndex

    // What is left out leaves room in the page. It is filled from so many events at a time: one by one would take as many reads as
    // there are voids in a row.
    private static let window = 256

    /// A page with the bounds of the query: what is left out counts as skipped.
    ///
    /// - Parameter voided: Only events that are void, or only those that are not; nil: both.
    func page(_ query: EventQuery, voided: Bool?) async throws -> MarkedPage {
        var page = MarkedPage()
        var rest = query
        if voided == true { rest.limit = max(query.limit, Self.window) }
        while true {
            let found = try await visible.page(rest)
            page.skipped += found.skipped
            for event in found.events {
                try await take(event, voided, query, &page)
                guard page.events.count < query.limit else {
                    page.continuation = query.order.after(event.timeKey)
                    return page
                }
            }
            page.continuation = found.continuation ?? page.continuation
            rest.maximumBytes = query.maximumBytes - page.events.reduce(0) { $0 + $1.byteCount }
            rest.maximumSkipped = query.maximumSkipped - page.skipped
            // A page that is not full ended for another reason: the end of the log, or one of its bounds.
            guard voided != nil, found.events.count >= rest.limit, let next = found.continuation, rest.maximumBytes > 0,
                rest.maximumSkipped > 0
            else { return page }
            rest.order = next
            rest.limit = min(max(query.limit - page.events.count, Self.window), rest.maximumSkipped)
        }
    }

    private func take(_ event: LoggedEvent, _ voided: Bool?, _ query: EventQuery, _ page: inout MarkedPage) async throws {
        let voiding = try await voids.voiding(of: event.event)
        guard voided.map({ $0 == (voiding != nil) }) ?? true else { return page.skipped += 1 }
        page.events.append(MarkedEvent(event: event, voiding: voiding))
    }
}
