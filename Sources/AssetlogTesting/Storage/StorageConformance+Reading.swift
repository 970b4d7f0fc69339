import AssetlogCore

extension StorageConformance {
    static let reading = [
        always("an empty log has empty pages, no event and no count") { fixture in
            let timeKey = EventTimeKey(timestamp: Timestamp(microseconds: 5), sequence: 7)
            let orders: [EventQuery.Order] = [
                .ascending(after: 0), .ascending(after: 7), .descending(before: nil), .descending(before: 7),
                .latest(before: nil), .latest(before: timeKey),
            ]
            for order in orders {
                let page = try await fixture.storage.events(EventQuery(order: order))
                try expect(page == EventPage(), "an empty log has the page \(page), expected none that leads on.")
            }
            let found = try await fixture.storage.event(fixture.events.next().id, deployment: "default")
            try expect(found == nil, "an empty log has an event.")
            let statistics = try await fixture.storage.statistics()
            try expect(statistics == StorageStatistics(events: 0, head: 0), "an empty log has \(statistics).")
        },
        always("pages of every size hold each event once, in both orders") { fixture in
            try fixture.fill(300)
            for limit in [1, 7, 100, 300, 1000] {
                try await fixture.checkWalk(EventQuery(limit: limit), "ascending pages of \(limit)")
                try await fixture.checkWalk(
                    EventQuery(order: .descending(before: nil), limit: limit), "descending pages of \(limit)")
            }
        },
        always("reading starts after, or before, any place, in the log or beside it") { fixture in
            try fixture.fill(50)
            let head = fixture.model.last?.sequence ?? 0
            for sequence in [Int64.min, -1, 0, 1, 2, 25, head - 1, head, head + 1, head + 1000, Int64.max] {
                try await fixture.checkWalk(EventQuery(order: .ascending(after: sequence), limit: 10), "after \(sequence)")
                try await fixture.checkWalk(EventQuery(order: .descending(before: sequence), limit: 10), "before \(sequence)")
            }
        },
        always("a page ends after the event that reaches its bytes, and the next one goes on") { fixture in
            var events = (0..<20).map { _ in fixture.events.next() }
            for index in events.indices {
                events[index].details = Array(
                    "{\"description\":\"\(index)\(String(repeating: "x", count: 999))\"}".utf8)
            }
            try fixture.append(events)
            for order in [EventQuery.Order.ascending(after: 0), .descending(before: nil), .latest(before: nil)] {
                let query = EventQuery(order: order, limit: 100, maximumBytes: 2500)
                let pages = try await fixture.checkWalk(query, "pages of 2,500 bytes")
                for page in pages.dropLast(2) {
                    let bytes = page.events.reduce(0) { $0 + $1.event.byteCount }
                    let before = bytes - (page.events.last?.event.byteCount ?? 0)
                    try expect(
                        bytes >= 2500 && before < 2500,
                        "a page of at most 2500 bytes has \(bytes), and \(before) before its last event.")
                }
                let tiny = try await fixture.storage.events(EventQuery(order: order, limit: 100, maximumBytes: 1))
                try expect(
                    tiny.events.count == 1, "a page of at most 1 byte has \(tiny.events.count) events, expected 1.")
            }
        },
        always("a page continues after what was looked at last, so that a filter is not read twice") { fixture in
            try fixture.fill(100)
            let head = fixture.model.last?.sequence ?? 0
            let rare = fixture.events.next(assetKey: AssetKey(["rare"]))
            let sequence = try fixture.append([rare]).upperBound
            try fixture.fill(100)
            let end = fixture.model.last?.sequence ?? 0
            func page(_ order: EventQuery.Order, limit: Int = 5) async throws -> EventPage {
                try await fixture.storage.events(EventQuery(order: order, limit: limit, assetKey: AssetKey(["rare"])))
            }
            let all = try await page(.ascending(after: 0), limit: 1)
            try expect(all.events.map(\.sequence) == [sequence], "the one event of an asset is not found.")
            try expect(
                all.continuation == .ascending(after: sequence),
                "a full page continues \(all.continuationText), expected after its last event \(sequence).")
            for start in [0, head, sequence] {
                let rest = try await page(.ascending(after: start))
                try expect(
                    rest.continuation == .ascending(after: end),
                    "at the log's end a page continues \(rest.continuationText), expected after \(end), where it can follow the log.")
            }
            let none = try await fixture.storage.events(EventQuery(order: .ascending(after: end), limit: 5))
            try expect(none == EventPage(), "behind the log's end there is the page \(none), expected none that leads on.")
            let first = try await page(.descending(before: sequence))
            try expect(first.events.isEmpty, "descending before its only event, an asset has another one.")
        },
        always("an event is found by its identity, in its own deployment only") { fixture in
            try fixture.fill(200)
            for event in fixture.model {
                for deployment in EventMaker.deployments {
                    let found = try await fixture.storage.event(event.id, deployment: deployment)
                    let expected = deployment == event.deployment ? [event] : []
                    try fixture.check(
                        found.map { [$0] } ?? [], expected,
                        "looking up \(event.id) of \(event.deployment) in \(deployment)")
                }
            }
        },
        always("statistics count every event") { fixture in
            for count in [1, 10, 89] {
                try fixture.fill(count)
                let statistics = try await fixture.storage.statistics()
                let expected = StorageStatistics(
                    events: Int64(fixture.model.count), head: fixture.model.last?.sequence ?? 0)
                try expect(statistics == expected, "statistics are \(statistics), expected \(expected).")
            }
        },
    ]
}
