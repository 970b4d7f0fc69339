import AssetlogCore

extension StorageConformance {
    static let lasting = [
        onLocation("acknowledged events outlive a close") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            for _ in 0..<3 {
                try fixture.fill(100)
                try await fixture.reopen()
                try await fixture.checkLog("after close and open")
                try await checkReads(fixture, "after close and open")
            }
            return .passed
        },
        onLocation("sequences go on after a close, and none is given twice") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            for _ in 0..<5 {
                try fixture.fill(7)
                try await fixture.reopen()
            }
            try fixture.fill(7)
            try await fixture.checkLog("after several closes")
            return .passed
        },
        onLocation("acknowledged events outlive a crash") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            for _ in 0..<3 {
                try fixture.fill(100)
                try await crash()
                try await fixture.open()
                try await fixture.checkLog("after a crash")
                try await checkReads(fixture, "after a crash")
            }
            return .passed
        },
        onLocation("acknowledged events outlive a crash amid background work") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            for _ in 0..<3 {
                let storage = fixture.storage
                let background = Task { try await storage.run() }
                for _ in 0..<5 {
                    try fixture.fill(60)
                    try? await Task.sleep(for: .milliseconds(20))
                }
                background.cancel()
                _ = await background.result
                try await crash()
                try await fixture.open()
                try await fixture.checkLog("after a crash")
                try await checkReads(fixture, "after a crash")
            }
            return .passed
        },
        onLocation("a torn write at the log's end takes nothing that was acknowledged, and adds nothing") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            guard let tearTail = fixture.location.tearTail else { return .skipped("the subject has no tail that can tear") }
            for _ in 0..<3 {
                try fixture.fill(50)
                try await crash()
                try await tearTail()
                try await fixture.open()
                try await fixture.checkLog("after a torn write")
                try fixture.fill(50)
                try await fixture.checkLog("after appends behind a torn write")
            }
            return .passed
        },
        onLocation("a cursor outlives a close where it stood") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            try fixture.fill(20)
            var cursor = try await fixture.storage.cursor(of: "audit")
            cursor.position = 13
            (cursor.log, cursor.event) = (try await fixture.storage.logID(), fixture.model.last?.id)
            _ = try await fixture.storage.advance(cursor)
            try await fixture.reopen()
            let found = try await fixture.storage.cursor(of: "audit")
            try expect(found == cursor, "after close and open the cursor is \(found), expected \(cursor).")
            return .passed
        },
        onLocation("after a crash a cursor stands where it stood or before, and a replay holds") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            try fixture.fill(20)
            var cursor = try await fixture.storage.cursor(of: "audit")
            cursor.position = 13
            _ = try await fixture.storage.advance(cursor)
            let replayed = try await fixture.storage.replay("replayed", after: 5)
            try await crash()
            try await fixture.open()
            let found = try await fixture.storage.cursor(of: "audit")
            try expect(found.position <= 13, "after a crash the cursor stands at \(found.position), behind 13.")
            let kept = try await fixture.storage.cursor(of: "replayed")
            try expect(kept == replayed, "after a crash the replayed cursor is \(kept), expected \(replayed).")
            return .passed
        },
    ]

    /// Checks what is not the plain log: filters, identities, counts.
    private static func checkReads(_ fixture: StorageFixture, _ when: String) async throws {
        for _ in 0..<10 {
            let query = fixture.events.query(by: [.deployment, .assetKey], over: fixture.model)
            try await fixture.checkWalk(query, "a filter \(when)")
        }
        for event in fixture.model.suffix(20) {
            let found = try await fixture.storage.event(event.id, deployment: event.deployment)
            try fixture.check(found.map { [$0] } ?? [], [event], "looking up an event \(when)")
        }
        let events = try await fixture.storage.statistics().events
        try expect(
            events == Int64(fixture.model.count), "\(when) \(events) events are counted, not \(fixture.model.count).")
    }
}
