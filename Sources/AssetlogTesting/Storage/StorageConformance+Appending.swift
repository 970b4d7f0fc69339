import AssetlogCore

extension StorageConformance {
    static let appending = [
        always("an event comes back as it was appended, in every byte") { fixture in
            for deployment in EventMaker.deployments {
                for assetKey in EventMaker.assets {
                    try fixture.append([fixture.events.next(deployment: deployment, assetKey: assetKey)])
                }
            }
            try fixture.fill(200)
            try await fixture.checkLog("after appends")
        },
        always("the empty partition is not the absent one") { fixture in
            var events = (0..<2).map { _ in fixture.events.next() }
            events[0].partition = ""
            events[0].reportedBy = ""
            events[1].partition = nil
            events[1].reportedBy = nil
            try fixture.append(events)
            let found = try await fixture.storage.events(EventQuery()).events
            try expect(found.count == 2, "expected 2 events, got \(found.count).")
            try expect(found[0].partition == "", "the empty partition came back as \(found[0].partition ?? "nil").")
            try expect(found[1].partition == nil, "the absent partition came back as \"\(found[1].partition ?? "")\".")
            try expect(found[0].reportedBy == "", "the empty reporter came back as \(found[0].reportedBy ?? "nil").")
            try expect(found[1].reportedBy == nil, "the absent reporter came back as a text.")
        },
        always("events stand in the order of their appends") { fixture in
            for size in [1, 2, 300, 1, 64] {
                try fixture.append((0..<size).map { _ in fixture.events.next() })
            }
            try await fixture.checkLog("after batches of several sizes")
        },
        always("what append returned is visible to the next read") { fixture in
            for _ in 0..<50 {
                try fixture.append((0..<3).map { _ in fixture.events.next() })
                guard let newest = fixture.model.last else { continue }
                let latest = try await fixture.storage.events(
                    EventQuery(order: .descending(before: nil), limit: 1, assetKey: newest.assetKey))
                try fixture.check(latest.events, [newest], "reading the newest event of its asset")
                let found = try await fixture.storage.event(newest.id, deployment: newest.deployment)
                try fixture.check(found.map { [$0] } ?? [], [newest], "looking up the newest event")
                let head = try await fixture.storage.statistics().head
                try expect(head == newest.sequence, "statistics: the head is \(head), expected \(newest.sequence).")
            }
        },
        always("concurrent appends by one writer lose, double and mix nothing") { fixture in
            try await concurrentAppends(fixture)
        },
        always("an event with 8 MiB of details comes back") { fixture in
            var largest = fixture.events.next()
            largest.details =
                Array(#"{"description":""#.utf8) + Array(repeating: 0x78, count: 8 << 20) + Array(#""}"#.utf8)
            try fixture.append([fixture.events.next(), largest, fixture.events.next()])
            try await fixture.checkLog("after a large event")
        },
        always("a batch of 5,000 events is one append") { fixture in
            try fixture.append((0..<5000).map { _ in fixture.events.next() })
            try await fixture.checkLog("after a large batch")
        },
        onLocation("of a batch that fails nothing is in the log, and the next one is") { fixture in
            guard let poison = fixture.location.poison else { return .skipped("the subject can't make an append fail") }
            try fixture.fill(20)
            try await poison()
            for _ in 0..<3 {
                let bad =
                    (0..<10).map { _ in fixture.events.next(deployment: "default") }
                    + [fixture.events.next(deployment: StorageLocation.poisonedDeployment)]
                do {
                    _ = try fixture.storage.append(EventBatch(bad))
                    throw ConformanceFailure("the append of a poisoned batch did not throw.")
                } catch let failure as ConformanceFailure {
                    throw failure
                } catch {}
                try await fixture.checkLog("after a failed append")
                try fixture.append((0..<5).map { _ in fixture.events.next() })
                try await fixture.checkLog("after an append that followed a failed one")
            }
            return .passed
        },
    ]

    private static func concurrentAppends(_ fixture: StorageFixture) async throws {
        let writer = Appender(fixture.storage)
        let batches = (0..<16).map { _ in (0..<10).map { _ in (0..<4).map { _ in fixture.events.next() } } }
        let acknowledged = try await withThrowingTaskGroup { group in
            for own in batches {
                group.addTask {
                    var acknowledged: [(ClosedRange<Int64>, [Event])] = []
                    for batch in own { acknowledged.append((try await writer.append(batch), batch)) }
                    return acknowledged
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        var last: Int64 = 0
        for (sequences, batch) in acknowledged.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
            try expect(sequences.lowerBound > last, "the sequences \(sequences) were given twice.")
            last = sequences.upperBound
            let page = try await fixture.storage.events(
                EventQuery(order: .ascending(after: sequences.lowerBound - 1), limit: batch.count))
            try expect(
                page.events.map(\.event) == batch,
                "the events of one batch do not stand together at its sequences \(sequences).")
        }
        let events = try await fixture.storage.statistics().events
        try expect(events == 640, "640 events were acknowledged, and the storage counts \(events).")
    }
}

/// Appends for many tasks, one batch at a time, as the log does.
private actor Appender {
    private let storage: any Storage

    init(_ storage: any Storage) {
        self.storage = storage
    }

    func append(_ batch: [Event]) throws -> ClosedRange<Int64> {
        guard let sequences = try storage.append(EventBatch(batch)).sequences else {
            throw ConformanceFailure("append of \(batch.count) new events gave no sequences.")
        }
        return sequences
    }
}
