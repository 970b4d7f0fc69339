import AssetlogCore

extension StorageConformance {
    /// Several servers work on one storage.
    static let sharing = leasing + appendingTogether

    private static let leasing = [
        shared("two servers on one log agree on its identity") { bench, other in
            let (log, another) = (try await bench.storage.logID(), try await other.logID())
            try expect(log == another, "one server says that the log is \(log), another one that it is \(another).")
        },
        always("the only server gets every lease, and may renew it and give it back") { bench in
            for _ in 0..<2 {
                for name in ["a", "b"] {
                    try await bench.expectLease(true, on: name, for: bench.storage, "the only server")
                }
            }
            try await bench.storage.endLease("a")
            try await bench.storage.endLease("never leased")
            try await bench.expectLease(true, on: "a", for: bench.storage, "the server that gave it back")
        },
        shared("one of two servers gets the lease on a consumer") { bench, other in
            try await bench.expectLease(true, on: "audit", for: bench.storage, "the first to ask")
            for _ in 0..<3 {
                try await bench.expectLease(false, on: "audit", for: other, "the second, while the first has it,")
                try await bench.expectLease(true, on: "audit", for: bench.storage, "the first, which renews it,")
            }
            try await bench.expectLease(true, on: "stream", for: other, "the second, for another consumer,")
            try await bench.expectLease(false, on: "stream", for: bench.storage, "the first, for the second's consumer,")
        },
        shared("a renewal makes a lease last longer") { bench, other in
            try await bench.expectLease(true, on: "audit", lasting: .milliseconds(200), for: bench.storage, "the first to ask")
            try await bench.expectLease(true, on: "audit", for: bench.storage, "the holder, which renews it,")
            try? await Task.sleep(for: .milliseconds(400))
            try await bench.expectLease(false, on: "audit", for: other, "another server, after the first duration,")
        },
        shared("a lease that is not renewed goes to another server at its end, and not before") { bench, other in
            let duration = Duration.milliseconds(1500)
            let start = ContinuousClock.now
            try await bench.expectLease(true, on: "audit", lasting: duration, for: bench.storage, "the first to ask")
            try await bench.waitForLease(on: "audit", for: other)
            let span = ContinuousClock.now - start
            try expect(
                span > duration - .milliseconds(20), "a lease of \(duration) went to another server after \(span).")
            try await bench.expectLease(false, on: "audit", for: bench.storage, "the first, after its lease has ended,")
        },
        shared("a lease that is given back goes to another server at once, and only its holder can give it back") { bench, other in
            try await bench.expectLease(true, on: "audit", for: bench.storage, "the first to ask")
            try await other.endLease("audit")
            try await bench.expectLease(false, on: "audit", for: other, "a server that gave back what it had not")
            try await bench.storage.endLease("audit")
            try await bench.expectLease(true, on: "audit", for: other, "another server, after the lease was given back,")
        },
        shared("only the holder of a lease moves the cursor") { bench, other in
            try bench.fill(20)
            try await bench.expectLease(true, on: "audit", for: bench.storage, "the first to ask")
            var cursor = try await bench.storage.cursor(of: "audit")
            cursor.position = 5
            try await bench.expectAdvance(true, to: cursor, by: bench.storage, "the holder of the lease")
            var foreign = cursor
            foreign.position = 20
            try await bench.expectAdvance(false, to: foreign, by: other, "a server without the lease")
            try await bench.expectCursor(cursor, "after a server without the lease tried to move it")
            try await bench.storage.endLease("audit")
            try await bench.expectLease(true, on: "audit", for: other, "another server, after the lease was given back,")
            try await bench.expectAdvance(true, to: foreign, by: other, "the new holder")
            try await bench.expectAdvance(false, to: cursor, by: bench.storage, "the holder of before")
            try await bench.expectCursor(foreign, "after the holder of before tried to move it")
        },
        shared("a replay needs no lease, and ends none") { bench, other in
            try bench.fill(20)
            try await bench.expectLease(true, on: "audit", for: bench.storage, "the first to ask")
            var old = try await bench.storage.cursor(of: "audit")
            let replayed = try await other.replay("audit", after: 7)
            try await bench.expectCursor(replayed, "after a replay by a server without the lease")
            old.position = 12
            try await bench.expectAdvance(false, to: old, by: bench.storage, "the holder of the lease, in the old generation,")
            var new = replayed
            new.position = 8
            try await bench.expectAdvance(false, to: new, by: other, "the server that replayed, without the lease,")
            try await bench.expectAdvance(true, to: new, by: bench.storage, "the holder of the lease, after the replay,")
        },
        shared("a server that has closed holds a lease no longer than to its end") { bench, other in
            try await bench.expectLease(true, on: "audit", lasting: .milliseconds(500), for: bench.storage, "the first to ask")
            await bench.storage.close()
            try await bench.waitForLease(on: "audit", for: other)
            try await bench.open()
            try await bench.expectLease(false, on: "audit", for: bench.storage, "the first server, opened again,")
        },
    ]

    private static let appendingTogether = [
        shared("what one server appends another one reads soon, in order") { bench, other in
            for round in 0..<20 {
                let (writer, reader) = round % 2 == 0 ? (bench.storage, other) : (other, bench.storage)
                let events = (0..<7).map { _ in bench.events.next() }
                _ = try bench.append(EventBatch(events), on: writer)
                try await bench.waitForLog(on: reader, "round \(round)")
            }
            let statistics = try await other.statistics()
            try expect(
                statistics == StorageStatistics(events: 140, head: bench.model.last?.sequence ?? 0),
                "another server's statistics are \(statistics), expected 140 events.")
        },
        shared("readers that follow two servers while both append skip none, and see one order") { bench, other in
            let servers = [bench.storage, other]
            let batches = servers.map { _ in
                (0..<60).map { _ in (0..<Int.random(in: 1...9, using: &bench.events.random)).map { _ in bench.events.next() } }
            }
            let followed = try await Pursuit(of: servers).run(batches)
            let count = batches.joined().reduce(0) { $0 + $1.count }
            for events in followed {
                try expect(
                    events.count == count, "a reader that followed the log saw \(events.count) events of \(count).")
                try bench.check(events, followed[0], "following another server")
                for batches in batches { try expectOrder(of: batches, in: events) }
            }
        },
        shared("an identity that two servers append at once is recorded once") { bench, other in
            for round in 0..<40 {
                let events = (0..<5).map { _ in bench.events.chosen() }
                let writers = [bench.storage, other].map { server in onThread { try settle(events, on: server) } }
                let outcomes = [try await writers[0].value, try await writers[1].value]
                for index in events.indices {
                    let isDuplicate = outcomes.map { $0.exception(at: index) != nil }
                    try expect(
                        isDuplicate.filter { $0 }.count == 1,
                        "an event that two servers appended at once was inserted by"
                            + " \(isDuplicate.contains(true) ? "neither" : "both"), in round \(round).")
                }
            }
            let statistics = try await bench.storage.statistics()
            try expect(statistics.events == 200, "200 events were appended twice at once, \(statistics.events) are counted.")
        },
    ]

    /// Makes a case for storages that several servers may open: with a second server.
    private static func shared(
        _ name: String, _ body: @escaping @Sendable (StorageBench, any Storage) async throws -> Void
    ) -> ConformanceCase<StorageSubject> {
        onPlace(name) { bench in
            guard let open = bench.place.openAnother else { return .skipped("the storage is one server's alone") }
            let other = try await open()
            do {
                try await body(bench, other)
            } catch {
                await other.close()
                throw error
            }
            await other.close()
            return .passed
        }
    }
}
