import AssetlogCore

extension StorageConformance {
    static let filtering = [
        filter("a filter by deployment", [.deployment]),
        filter("a filter by asset", [.assetKey]),
        filter("a filter by kind", [.kind]),
        filter("a filter by the time from which", [.from]),
        filter("a filter by the time before which", [.to]),
        filter("a filter by several kinds", [.kinds]),
        filter("a filter by the beginning of the asset key, in whole parts", [.prefix]),
        filter("a filter by patterns of asset keys", [.assets]),
        filter("a filter by partition", [.partition]),
        filter("a filter by the name of a check", [.checkName]),
        filter("a filter by the result of a check", [.passed]),
        filter("a filter by deployment and asset", [.deployment, .assetKey]),
        filter("a filter by deployment and patterns of asset keys", [.deployment, .assets]),
        filter("a filter by asset and partition", [.deployment, .assetKey, .partition]),
        filter("a filter by the check of an asset", [.assetKey, .checkName, .passed]),
        filter("a filter by everything at once", Set(FilterName.allCases).subtracting([.kinds])),
        always("a page that skips many events ends, and the next one goes on behind them") { fixture in
            try fixture.fill(90)
            try await fixture.checkSkipping("before background work")
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            for _ in 0..<2 {
                try? await Task.sleep(for: .milliseconds(300))
                try await fixture.checkSkipping("during background work")
                try fixture.fill(40)
            }
            background.cancel()
            _ = await background.result
        },
        always("random filters, read while events are appended, give what a list would give") { fixture in
            for _ in 0..<40 {
                try fixture.fill(30)
                let query = fixture.events.query(by: fixture.events.filters(), over: fixture.model)
                try await fixture.checkWalk(query, "random query")
            }
        },
    ]

    private static func filter(_ name: String, _ filters: Set<FilterName>) -> ConformanceCase<StorageSubject> {
        always("\(name) gives what a list would give, before and after background work") { fixture in
            try fixture.fill(400)
            for _ in 0..<25 {
                try await fixture.checkWalk(fixture.events.query(by: filters, over: fixture.model), name)
            }
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            for round in 0..<4 {
                try? await Task.sleep(for: .milliseconds(60))
                for _ in 0..<25 {
                    try await fixture.checkWalk(fixture.events.query(by: filters, over: fixture.model), name)
                }
                if round < 3 { try fixture.fill(25) }
            }
            background.cancel()
            _ = await background.result
        }
    }
}

extension StorageFixture {
    /// Reads with filters that few events pass, in pages that may skip few.
    fileprivate func checkSkipping(_ when: String) async throws {
        let selections: [Set<FilterName>] = [
            [.partition], [.prefix], [.checkName], [.passed], [.assetKey, .partition], [.deployment, .partition],
            [.deployment, .checkName, .passed], [.prefix, .kinds], [.deployment, .prefix, .partition, .from],
            [.deployment], [.kind], [.assetKey], [.deployment, .assetKey, .kind], [.from, .to], [.deployment, .to], [.assets],
            [.deployment, .assets], [.deployment, .assets, .partition],
        ]
        for selection in selections {
            for order in [EventQuery.Order.ascending(after: 0), .descending(before: nil), .latest(before: nil)] {
                var query = events.query(by: selection, over: model)
                query.order = order
                query.maximumSkipped = events.pick([1, 3, 20])
                try await checkWalk(query, "pages that skip \(query.maximumSkipped) events \(when)")
            }
        }
    }
}
