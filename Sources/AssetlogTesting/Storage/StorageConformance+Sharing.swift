import AssetlogCore

extension StorageConformance {
    /// Several servers work on one storage.
    static let sharing = leasing + deadLetterSharing + appendingTogether

    private static let leasing = [
        shared("two servers on one log agree on its identity") { fixture, other in
            let (log, another) = (try await fixture.storage.logID(), try await other.logID())
            try expect(log == another, "one server says that the log is \(log), another one that it is \(another).")
        },
        always("the only server gets every lease, and may renew it and give it back") { fixture in
            for _ in 0..<2 {
                for name in ["a", "b"] {
                    try await fixture.expectLease(true, on: name, for: fixture.storage, "the only server")
                }
            }
            try await fixture.storage.endLease("a")
            try await fixture.storage.endLease("never leased")
            try await fixture.expectLease(true, on: "a", for: fixture.storage, "the server that gave it back")
        },
        shared("one of two servers gets the lease on a consumer") { fixture, other in
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first to ask")
            for _ in 0..<3 {
                try await fixture.expectLease(false, on: "audit", for: other, "the second, while the first has it,")
                try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first, which renews it,")
            }
            try await fixture.expectLease(true, on: "stream", for: other, "the second, for another consumer,")
            try await fixture.expectLease(false, on: "stream", for: fixture.storage, "the first, for the second's consumer,")
        },
        shared("a renewal makes a lease last longer") { fixture, other in
            try await fixture.expectLease(true, on: "audit", lasting: .milliseconds(200), for: fixture.storage, "the first to ask")
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the holder, which renews it,")
            try? await Task.sleep(for: .milliseconds(400))
            try await fixture.expectLease(false, on: "audit", for: other, "another server, after the first duration,")
        },
        shared("a lease that is not renewed goes to another server at its end, and not before") { fixture, other in
            let duration = Duration.milliseconds(1500)
            let start = ContinuousClock.now
            try await fixture.expectLease(true, on: "audit", lasting: duration, for: fixture.storage, "the first to ask")
            try await fixture.waitForLease(on: "audit", for: other)
            let span = ContinuousClock.now - start
            try expect(
                span > duration - .milliseconds(20), "a lease of \(duration) went to another server after \(span).")
            try await fixture.expectLease(false, on: "audit", for: fixture.storage, "the first, after its lease has ended,")
        },
        shared("a lease that is given back goes to another server at once, and only its holder can give it back") { fixture, other in
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first to ask")
            try await other.endLease("audit")
            try await fixture.expectLease(false, on: "audit", for: other, "a server that gave back what it had not")
            try await fixture.storage.endLease("audit")
            try await fixture.expectLease(true, on: "audit", for: other, "another server, after the lease was given back,")
        },
        shared("only the holder of a lease moves the cursor") { fixture, other in
            try fixture.fill(20)
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first to ask")
            var cursor = try await fixture.storage.cursor(of: "audit")
            cursor.position = 5
            try await fixture.expectAdvance(true, to: cursor, by: fixture.storage, "the holder of the lease")
            var foreign = cursor
            foreign.position = 20
            try await fixture.expectAdvance(false, to: foreign, by: other, "a server without the lease")
            try await fixture.expectCursor(cursor, "after a server without the lease tried to move it")
            try await fixture.storage.endLease("audit")
            try await fixture.expectLease(true, on: "audit", for: other, "another server, after the lease was given back,")
            try await fixture.expectAdvance(true, to: foreign, by: other, "the new holder")
            try await fixture.expectAdvance(false, to: cursor, by: fixture.storage, "the holder of before")
            try await fixture.expectCursor(foreign, "after the holder of before tried to move it")
        },
        shared("a replay needs no lease, and ends none") { fixture, other in
            try fixture.fill(20)
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first to ask")
            var old = try await fixture.storage.cursor(of: "audit")
            let replayed = try await other.replay("audit", after: 7)
            try await fixture.expectCursor(replayed, "after a replay by a server without the lease")
            old.position = 12
            try await fixture.expectAdvance(false, to: old, by: fixture.storage, "the holder of the lease, in the old generation,")
            var new = replayed
            new.position = 8
            try await fixture.expectAdvance(false, to: new, by: other, "the server that replayed, without the lease,")
            try await fixture.expectAdvance(true, to: new, by: fixture.storage, "the holder of the lease, after the replay,")
        },
        shared("a server that has closed holds a lease no longer than to its end") { fixture, other in
            try await fixture.expectLease(true, on: "audit", lasting: .milliseconds(500), for: fixture.storage, "the first to ask")
            await fixture.storage.close()
            try await fixture.waitForLease(on: "audit", for: other)
            try await fixture.open()
            try await fixture.expectLease(false, on: "audit", for: fixture.storage, "the first server, opened again,")
        },
    ]

    private static let appendingTogether = [
        shared("what one server appends another one reads soon, in order") { fixture, other in
            for round in 0..<20 {
                let (writer, reader) = round % 2 == 0 ? (fixture.storage, other) : (other, fixture.storage)
                let events = (0..<7).map { _ in fixture.events.next() }
                _ = try fixture.append(EventBatch(events), on: writer)
                try await fixture.waitForLog(on: reader, "round \(round)")
            }
            let statistics = try await other.statistics()
            try expect(
                statistics == StorageStatistics(events: 140, head: fixture.model.last?.sequence ?? 0),
                "another server's statistics are \(statistics), expected 140 events.")
        },
        shared("readers that follow two servers while both append skip none, and see one order") { fixture, other in
            let servers = [fixture.storage, other]
            let batches = servers.map { _ in
                (0..<60).map { _ in (0..<Int.random(in: 1...9, using: &fixture.events.random)).map { _ in fixture.events.next() } }
            }
            let followed = try await Pursuit(of: servers).run(batches)
            let count = batches.joined().reduce(0) { $0 + $1.count }
            for events in followed {
                try expect(
                    events.count == count, "a reader that followed the log saw \(events.count) events of \(count).")
                try fixture.check(events, followed[0], "following another server")
                for batches in batches { try expectOrder(of: batches, in: events) }
            }
        },
        shared("an identity that two servers append at once is recorded once") { fixture, other in
            for round in 0..<40 {
                let events = (0..<5).map { _ in fixture.events.chosen() }
                let writers = [fixture.storage, other].map { server in onThread { try settle(events, on: server) } }
                let outcomes = [try await writers[0].value, try await writers[1].value]
                for index in events.indices {
                    let isDuplicate = outcomes.map { $0.skippedEvent(at: index) != nil }
                    try expect(
                        isDuplicate.filter { $0 }.count == 1,
                        "an event that two servers appended at once was inserted by"
                            + " \(isDuplicate.contains(true) ? "neither" : "both"), in round \(round).")
                }
            }
            let statistics = try await fixture.storage.statistics()
            try expect(statistics.events == 200, "200 events were appended twice at once, \(statistics.events) are counted.")
        },
    ]

    /// Makes a case for storages that several servers may open: with a second server.
    static func shared(
        _ name: String, _ body: @escaping @Sendable (StorageFixture, any Storage) async throws -> Void
    ) -> ConformanceCase<StorageSubject> {
        onLocation(name) { fixture in
            guard let open = fixture.location.openAnother else { return .skipped("the storage is one server's alone") }
            let other = try await open()
            do {
                try await body(fixture, other)
            } catch {
                await other.close()
                throw error
            }
            await other.close()
            return .passed
        }
    }
}
