import AssetlogCore

extension StorageConformance {
    static let byTime = [
        always("the latest event has the greatest timestamp, and of equal ones the greatest sequence") { fixture in
            let hour: Int64 = 3_600_000_000
            let key = AssetKey(["fresh"])
            // In the order of their reports: when they happened, and which is the latest then.
            let reports: [(hours: Int64, latest: Int)] = [
                (0, 0), (2, 1), (1, 1), (2, 3), (-24, 3), (0, 3), (48, 6), (3, 6), (48, 8), (47, 8),
            ]
            var base: Timestamp?
            for (index, report) in reports.enumerated() {
                var event = fixture.events.next(assetKey: key, kind: .materialization)
                let start = base ?? event.receivedAt
                base = start
                event.timestamp = Timestamp(microseconds: start.microseconds + report.hours * hour)
                try fixture.append([event])
                try fixture.fill(2)
                let page = try await fixture.storage.events(
                    EventQuery(order: .latest(before: nil), limit: 1, assetKey: key))
                let expected = fixture.model.filter { $0.assetKey == key }[report.latest]
                try fixture.check(page.events, [expected], "the latest event after \(index + 1) reports")
                try expect(
                    page.continuation == .latest(before: expected.timeKey),
                    "the page continues \(page.continuationText), expected before its last event \(expected.timeKey).")
            }
        },
        always("pages by time of every size hold each event once, late ones and ties too") { fixture in
            try fixture.fillInDisorder(300)
            for limit in [1, 2, 7, 100, 300, 1000] {
                let pages = try await fixture.checkWalk(
                    EventQuery(order: .latest(before: nil), limit: limit), "pages by time of \(limit)")
                for page in pages.dropLast(2) {
                    try expect(
                        page.events.count == limit,
                        "a page by time has \(page.events.count) of \(limit) events, and more followed.")
                }
            }
        },
        always("reading by time goes on from any moment, at an event or beside it") { fixture in
            try fixture.fillInDisorder(60)
            for event in fixture.model {
                let timeKey = event.timeKey
                for shift in [-1, 0, 1] as [Int64] {
                    let time = Timestamp(microseconds: timeKey.timestamp.microseconds + shift)
                    for sequence in [timeKey.sequence - 1, timeKey.sequence, timeKey.sequence + 1] {
                        let before = EventTimeKey(timestamp: time, sequence: sequence)
                        try await fixture.checkWalk(
                            EventQuery(order: .latest(before: before), limit: 25), "by time before \(before)")
                    }
                }
            }
            for (time, sequence) in [(Int64.min, Int64.min), (.min, .max), (0, 0), (.max, .min), (.max, .max)] {
                let before = EventTimeKey(timestamp: Timestamp(microseconds: time), sequence: sequence)
                try await fixture.checkWalk(EventQuery(order: .latest(before: before)), "by time before \(before)")
            }
        },
        always("late events, ties and future times are found by time, before, during and after background work") {
            fixture in
            try fixture.fillInDisorder(400)
            try await fixture.checkByTime("before background work")
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            for round in 0..<5 {
                try? await Task.sleep(for: .milliseconds(300))
                try await fixture.checkByTime("in the background work's round \(round)")
                if round < 4 { try fixture.fillInDisorder(60) }
            }
            background.cancel()
            _ = await background.result
            try await fixture.checkByTime("after background work")
        },
    ]
}

extension StorageFixture {
    /// Appends events of which many are late, dated ahead, or of one time with others.
    fileprivate func fillInDisorder(_ count: Int) throws {
        var batch: [Event] = []
        for _ in 0..<count {
            var event = events.next()
            let time = event.receivedAt.microseconds
            let shift: Int64
            switch Int.random(in: 0..<8, using: &events.random) {
            case 0: shift = -Int64.random(in: 1...600, using: &events.random) * 1_000_000
            case 1: shift = -Int64.random(in: 1...30, using: &events.random) * 86_400_000_000
            case 2: shift = Int64.random(in: 1...120, using: &events.random) * 1_000_000
            default: shift = 0
            }
            // Whole hours tie over many batches, whole seconds within one.
            let grain: Int64 = events.pick([1, 1_000_000, 60_000_000, 3_600_000_000])
            event.timestamp = Timestamp(microseconds: (time + shift) / grain * grain)
            batch.append(event)
            if batch.count == 40 || Bool.random(using: &events.random) {
                try append(batch)
                batch = []
            }
        }
        if !batch.isEmpty { try append(batch) }
    }

    /// Reads by time with many filters, from the latest and from any event on.
    fileprivate func checkByTime(_ when: String) async throws {
        try await checkWalk(EventQuery(order: .latest(before: nil), limit: 50), "by time \(when)")
        for _ in 0..<25 {
            var query = events.query(by: events.filters(), over: model)
            query.order = .latest(before: events.pick([nil, model.randomElement(using: &events.random)?.timeKey]))
            try await checkWalk(query, "by time \(when)")
        }
    }
}
