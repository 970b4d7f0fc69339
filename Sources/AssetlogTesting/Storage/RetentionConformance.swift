import AssetlogCore

/// The contract of ``RetainingStorage`` as test cases, for a storage that also passes ``StorageConformance``.
public enum RetentionConformance {
    /// All cases.
    public static let cases: [ConformanceCase<StorageSubject>] = removing + summing + remembering + lasting
}

extension RetentionConformance {
    static let removing = [
        StorageConformance.always("what was removed is in no read, and everything else is as it was") { fixture in
            for round in 1...4 {
                try fixture.fill(250)
                if round > 2 { try await fixture.runBackground() }
                let removed = fixture.some(oneOf: round)
                try await fixture.remove(removed)
                try await fixture.checkAfterRemoval("after removal \(round)")
                for event in removed.prefix(10) {
                    let found = try await fixture.storage.event(event.id, deployment: event.deployment)
                    try expect(found == nil, "the event \(event.sequence) was removed, and `event` returns it.")
                }
                for event in fixture.model.suffix(10) {
                    let found = try await fixture.storage.event(event.id, deployment: event.deployment)
                    try fixture.check(found.map { [$0] } ?? [], [event], "looking up an event beside removed ones")
                }
            }
        },
        StorageConformance.always("no sequence is given twice, though its event and all after it were removed") { fixture in
            try fixture.fill(60)
            try await fixture.remove(Array(fixture.model.suffix(20)))
            try fixture.fill(20)
            try await fixture.remove(fixture.model, "a removal of the whole log")
            try await fixture.checkAfterRemoval("in an empty log")
            try fixture.fill(20)
            try await fixture.checkAfterRemoval("behind an empty log")
        },
        StorageConformance.always("a removal of which one event is not there changes nothing") { fixture in
            try fixture.fill(80)
            let gone = fixture.model[7]
            try await fixture.remove([gone])
            let sums = try await fixture.allSums()
            for missing in [gone.sequence, fixture.head + 1] {
                let others = fixture.model.filter { $0.sequence < 30 || $0.sequence > 60 }
                let sequences = (others.map(\.sequence) + [missing]).sorted()
                let removal = EventRemoval(
                    sequences: sequences, sums: fixture.sums(of: others), time: StorageFixture.removalTime)
                let isDone = try await fixture.retaining().remove(removal)
                try expect(!isDone, "a removal of the event \(missing), which is not in the log, gave true.")
                try await fixture.checkAfterRemoval("after a removal that was not done")
                try await fixture.checkSums(sums, "after a removal that was not done")
            }
        },
        StorageConformance.always("a removal that is too large, or out of order, is refused") { fixture in
            try fixture.fill(30)
            let (storage, time) = (try fixture.retaining(), StorageFixture.removalTime)
            let large = RemovedEvents(
                deployment: "default", assetKey: AssetKey(["a"]), sequences: 1...1, count: 1,
                payload: Array(repeating: 0, count: EventRemoval.maximumBytes + 1))
            for removal in [
                EventRemoval(sequences: [2, 1], sums: [], time: time), EventRemoval(sequences: [3, 3], sums: [], time: time),
                EventRemoval(sequences: [0], sums: [], time: time), EventRemoval(sequences: [1], sums: [large], time: time),
                EventRemoval(sequences: Array(1...Int64(EventRemoval.maximumEvents) + 1), sums: [], time: time),
            ] {
                let result = await Result { try await storage.remove(removal) }
                guard case .failure = result else {
                    throw ConformanceFailure("a removal of \(removal.sequences.prefix(3)) that is not valid was not refused.")
                }
            }
            try await fixture.checkAfterRemoval("after removals that were refused")
        },
        StorageConformance.always("a cursor stays at an event that was removed, and goes on") { fixture in
            try fixture.fill(40)
            var cursor = try await fixture.storage.cursor(of: "audit")
            (cursor.position, cursor.event) = (fixture.model[20].sequence, fixture.model[20].id)
            _ = try await fixture.storage.advance(cursor)
            try await fixture.remove(Array(fixture.model[10..<30]))
            let found = try await fixture.storage.cursor(of: "audit")
            try expect(found == cursor, "after a removal the cursor is \(found), expected \(cursor).")
            try await fixture.checkWalk(EventQuery(order: .ascending(after: cursor.position)), "reading on from a removed event")
        },
        StorageConformance.always("appends and reads go on beside removals and background work") { fixture in
            try fixture.fill(200)
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            for _ in 0..<8 {
                try fixture.fill(60)
                try await fixture.remove(fixture.some(oneOf: 4))
                try? await Task.sleep(for: .milliseconds(150))
                try await fixture.checkAfterRemoval("beside background work")
            }
            background.cancel()
            _ = await background.result
        },
        StorageConformance.onLocation("another server sees what was removed within a second") { fixture in
            guard let openAnother = fixture.location.openAnother else { return .skipped("the storage is one server's alone") }
            let other = try await openAnother()
            try fixture.fill(60)
            try await fixture.remove(Array(fixture.model.suffix(25)))
            try? await Task.sleep(for: .seconds(1))
            let page = try await other.events(EventQuery(limit: 1000))
            try fixture.check(page.events, fixture.model, "another server after a removal")
            let head = try await other.statistics().head
            try expect(head == fixture.head, "another server has the head \(head) after a removal, expected \(fixture.head).")
            let outcome = try fixture.append(EventBatch([fixture.events.next()]), on: other)
            try expect(outcome.sequences != nil, "another server can't append after a removal.")
            await other.close()
            return .passed
        },
        StorageConformance.always("after the close every call throws") { fixture in
            try fixture.fill(10)
            let storage = try fixture.retaining()
            let removal = EventRemoval(sequences: [1], sums: [], time: StorageFixture.removalTime)
            await storage.close()
            let calls: [(String, @Sendable () async throws -> Void)] = [
                ("remove", { _ = try await storage.remove(removal) }), ("removals", { _ = try await storage.removals() }),
                ("removedEvents", { _ = try await storage.removedEvents(after: 0, limit: 1) }),
                ("removedEvents(of:)", { _ = try await storage.removedEvents(of: AssetKey(["a"]), in: "default") }),
                ("sequenceOfRemoved", { _ = try await storage.sequenceOfRemoved(EventID(high: 1, low: 1), deployment: "default") }),
                (
                    "forgetIdentities",
                    { _ = try await storage.forgetIdentities(removedBefore: StorageFixture.removalTime, limit: 1) }
                ),
            ]
            for (name, call) in calls {
                let result = await Result { try await call() }
                guard case .failure(let error) = result, (error as? StorageError)?.code == .closed else {
                    throw ConformanceFailure("\(name) after close gave \(result), not a StorageError of the code closed.")
                }
            }
        },
    ]
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
