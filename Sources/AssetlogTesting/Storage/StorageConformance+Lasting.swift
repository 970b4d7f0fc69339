import AssetlogCore

extension StorageConformance {
    static let lasting = [
        onPlace("acknowledged events outlive a close") { bench in
            if let reason = bench.place.forgets { return .skipped(reason) }
            for _ in 0..<3 {
                try bench.fill(100)
                try await bench.reopen()
                try await bench.checkLog("after close and open")
                try await checkReads(bench, "after close and open")
            }
            return .passed
        },
        onPlace("sequences go on after a close, and none is given twice") { bench in
            if let reason = bench.place.forgets { return .skipped(reason) }
            for _ in 0..<5 {
                try bench.fill(7)
                try await bench.reopen()
            }
            try bench.fill(7)
            try await bench.checkLog("after several closes")
            return .passed
        },
        onPlace("acknowledged events outlive a crash") { bench in
            guard let crash = bench.place.crash else { return .skipped("the subject can't crash in a test") }
            for _ in 0..<3 {
                try bench.fill(100)
                try await crash()
                try await bench.open()
                try await bench.checkLog("after a crash")
                try await checkReads(bench, "after a crash")
            }
            return .passed
        },
        onPlace("acknowledged events outlive a crash amid background work") { bench in
            guard let crash = bench.place.crash else { return .skipped("the subject can't crash in a test") }
            for _ in 0..<3 {
                let storage = bench.storage
                let background = Task { try await storage.run() }
                for _ in 0..<5 {
                    try bench.fill(60)
                    try? await Task.sleep(for: .milliseconds(20))
                }
                background.cancel()
                _ = await background.result
                try await crash()
                try await bench.open()
                try await bench.checkLog("after a crash")
                try await checkReads(bench, "after a crash")
            }
            return .passed
        },
        onPlace("a torn write at the log's end takes nothing that was acknowledged, and adds nothing") { bench in
            guard let crash = bench.place.crash else { return .skipped("the subject can't crash in a test") }
            guard let tearTail = bench.place.tearTail else { return .skipped("the subject has no tail that can tear") }
            for _ in 0..<3 {
                try bench.fill(50)
                try await crash()
                try await tearTail()
                try await bench.open()
                try await bench.checkLog("after a torn write")
                try bench.fill(50)
                try await bench.checkLog("after appends behind a torn write")
            }
            return .passed
        },
        onPlace("a cursor outlives a close where it stood") { bench in
            if let reason = bench.place.forgets { return .skipped(reason) }
            try bench.fill(20)
            var cursor = try await bench.storage.cursor(of: "audit")
            cursor.position = 13
            (cursor.log, cursor.event) = (try await bench.storage.logID(), bench.model.last?.id)
            _ = try await bench.storage.advance(cursor)
            try await bench.reopen()
            let found = try await bench.storage.cursor(of: "audit")
            try expect(found == cursor, "after close and open the cursor is \(found), expected \(cursor).")
            return .passed
        },
        onPlace("after a crash a cursor stands where it stood or before, and a replay holds") { bench in
            guard let crash = bench.place.crash else { return .skipped("the subject can't crash in a test") }
            try bench.fill(20)
            var cursor = try await bench.storage.cursor(of: "audit")
            cursor.position = 13
            _ = try await bench.storage.advance(cursor)
            let replayed = try await bench.storage.replay("replayed", after: 5)
            try await crash()
            try await bench.open()
            let found = try await bench.storage.cursor(of: "audit")
            try expect(found.position <= 13, "after a crash the cursor stands at \(found.position), behind 13.")
            let kept = try await bench.storage.cursor(of: "replayed")
            try expect(kept == replayed, "after a crash the replayed cursor is \(kept), expected \(replayed).")
            return .passed
        },
    ]

    /// Checks what is not the plain log: filters, identities, counts.
    private static func checkReads(_ bench: StorageBench, _ moment: String) async throws {
        for _ in 0..<10 {
            let query = bench.events.query(by: [.deployment, .assetKey], over: bench.model)
            try await bench.checkWalk(query, "a filter \(moment)")
        }
        for event in bench.model.suffix(20) {
            let found = try await bench.storage.event(event.id, deployment: event.deployment)
            try bench.check(found.map { [$0] } ?? [], [event], "looking up an event \(moment)")
        }
        let events = try await bench.storage.statistics().events
        try expect(
            events == Int64(bench.model.count), "\(moment) \(events) events are counted, not \(bench.model.count).")
    }
}
