import AssetlogCore

extension StorageFixture {
    /// The time of the removals: a day after the last event.
    static let removalTime = Timestamp(microseconds: 1_790_000_000_000_000)

    /// The storage as one that can remove events.
    func retaining() throws -> any RetainingStorage {
        guard let storage = storage.retaining else {
            throw ConformanceFailure("`retaining` is nil, so that the storage can't remove events; it must conform to RetainingStorage.")
        }
        return storage
    }

    /// Some events of the model, in order: about one of so many.
    func some(oneOf rate: Int) -> [LoggedEvent] {
        model.filter { _ in Int.random(in: 0..<rate, using: &events.random) == 0 }
    }

    /// The sums of events, one for each asset, with payloads that tell them apart.
    func sums(of events: [LoggedEvent]) -> [RemovedEvents] {
        var assets: [[LoggedEvent]] = []
        for event in events {
            let index = assets.firstIndex { $0[0].event.assetKey == event.assetKey && $0[0].hasDeployment(of: event) }
            if let index { assets[index].append(event) } else { assets.append([event]) }
        }
        return assets.map { events in
            RemovedEvents(
                deployment: events[0].event.deployment, assetKey: events[0].assetKey,
                sequences: events[0].sequence...events[events.count - 1].sequence, count: Int64(events.count),
                payload: [0, 255] + Array("\(events.map(\.sequence))".utf8))
        }
    }

    /// Removes events, and takes them out of the model.
    func remove(_ removed: [LoggedEvent], time: Timestamp = removalTime, _ what: String = "a removal") async throws {
        let removal = EventRemoval(sequences: removed.map(\.sequence), sums: sums(of: removed), time: time)
        let isDone = try await retaining().remove(removal)
        try expect(isDone, "\(what) of \(removed.count) events that are all in the log gave false.")
        forget(Set(removal.sequences))
    }

    /// Checks the log, its filters, its count and its head against the model.
    func checkAfterRemoval(_ when: String) async throws {
        try await checkLog(when)
        for order: EventQuery.Order in [.descending(before: nil), .latest(before: nil)] {
            try await checkWalk(EventQuery(order: order, limit: 41), "reading \(order) \(when)")
        }
        for _ in 0..<12 {
            try await checkWalk(events.query(by: events.filters(), over: model), "a query \(when)")
            try await checkWalk(events.query(by: [.deployment, .assetKey], over: model), "a query of an asset \(when)")
        }
        let statistics = try await storage.statistics()
        let expected = StorageStatistics(events: Int64(model.count), head: head)
        try expect(statistics == expected, "\(when) the statistics are \(statistics), expected \(expected).")
    }

    /// Checks that the sums are these, whatever their numbers, and in ascending order.
    func checkSums(_ expected: [RemovedEvents], _ when: String) async throws {
        let found = try await allSums()
        try expect(
            zip(found, found.dropFirst()).allSatisfy { $0.number < $1.number } && found.allSatisfy { $0.number > 0 },
            "\(when) the numbers of the sums are \(found.map(\.number)); they must be positive and ascend.")
        try expect(
            found.map(\.unnumbered) == expected.map(\.unnumbered),
            "\(when) the sums are \(found.map(\.summary)), expected \(expected.map(\.summary)).")
        let head = try await retaining().removals().head
        try expect(head >= found.last?.number ?? 0, "\(when) `removals().head` is \(head), less than the number of a sum.")
    }

    /// All sums, page by page.
    func allSums() async throws -> [RemovedEvents] {
        var sums: [RemovedEvents] = []
        while true {
            let page = try await retaining().removedEvents(after: sums.last?.number ?? 0, limit: 3)
            try expect(page.count <= 3, "a page of \(page.count) sums with limit 3.")
            guard !page.isEmpty else { return sums }
            sums += page
        }
    }
}

extension LoggedEvent {
    fileprivate func hasDeployment(of other: LoggedEvent) -> Bool { event.deployment.utf8.elementsEqual(other.event.deployment.utf8) }
}

extension RemovedEvents {
    /// What it is but for its number.
    fileprivate var unnumbered: RemovedEvents {
        var sum = self
        sum.number = 0
        return sum
    }

    fileprivate var summary: String {
        "\(count) of \(assetKey) in \(deployment.debugDescription) from \(sequences) with \(payload.count) bytes"
    }
}
