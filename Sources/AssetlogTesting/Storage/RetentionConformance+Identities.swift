import AssetlogCore

extension RetentionConformance {
    static let remembering = [
        StorageConformance.always("a retry of an event that was removed is a duplicate, and another content a conflict") { fixture in
            let chosen = (0..<40).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: chosen, expecting: [])
            try fixture.fill(40)
            try await fixture.runBackground()
            let events = fixture.model.filter { event in chosen.contains { $0.id == event.id } }
            try await fixture.remove(events)
            try await checkKnown(events, fixture, "after the removal")
            try await fixture.checkAfterRemoval("after retries of removed events")
        },
        StorageConformance.always("an identity is forgotten by the time of its removal, the oldest first") { fixture in
            let chosen = (0..<30).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: chosen, expecting: [])
            let events = fixture.model
            let (first, second) = (Timestamp(microseconds: 1_790_000_000_000_000), Timestamp(microseconds: 1_790_086_400_000_000))
            try await fixture.remove(Array(events[..<20]), time: first)
            try await fixture.remove(Array(events[20...]), time: second)
            let storage = try fixture.retaining()
            let counts = [
                try await storage.forgetIdentities(removedBefore: first, limit: 100),
                try await storage.forgetIdentities(removedBefore: second, limit: 15),
                try await storage.forgetIdentities(removedBefore: second, limit: 15),
                try await storage.forgetIdentities(removedBefore: second, limit: 15),
            ]
            try expect(counts == [0, 15, 5, 0], "forgetting 20 of 30 identities, 15 at a time, gave \(counts), not [0, 15, 5, 0].")
            try await checkKnown(Array(events[20...]), fixture, "after older identities were forgotten")
            for event in events[..<20] {
                let sequence = try await storage.sequenceOfRemoved(event.id, deployment: event.deployment)
                try expect(sequence == nil, "the identity of the event \(event.sequence) was forgotten, and is still known.")
            }
            // They are new again.
            try fixture.append(chosen: Array(chosen[..<20]), expecting: [])
            try await fixture.checkAfterRemoval("after forgotten identities came again")
        },
    ]

    static let lasting = [
        StorageConformance.onLocation("what was removed stays so after a close") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            try await checkLasting(fixture, "after close and open") { try await fixture.reopen() }
            return .passed
        },
        StorageConformance.onLocation("what was removed stays so after a crash") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            try await checkLasting(fixture, "after a crash") {
                try await crash()
                try await fixture.open()
            }
            return .passed
        },
    ]

    /// Checks that everything of a removal outlives what `interruption` does.
    private static func checkLasting(
        _ fixture: StorageFixture, _ when: String, _ interruption: () async throws -> Void
    ) async throws {
        var sums: [RemovedEvents] = []
        for round in 0..<3 {
            let chosen = (0..<20).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: chosen, expecting: [])
            try fixture.fill(100)
            if round == 1 { try await fixture.runBackground() }
            // The last ones too, so that nothing else says where the log ends.
            let removed = fixture.model.filter { event in
                event.sequence > fixture.head - 5 || event.sequence % 3 == 0 || chosen.contains { $0.id == event.id }
            }
            sums += fixture.sums(of: removed)
            try await fixture.remove(removed)
            let statistics = try await fixture.retaining().removals()
            try await interruption()
            try await fixture.checkAfterRemoval(when)
            try await fixture.checkSums(sums, when)
            let found = try await fixture.retaining().removals()
            try expect(found == statistics, "\(when) `removals` gives \(found), expected \(statistics).")
            try await checkKnown(removed.filter { event in chosen.contains { $0.id == event.id } }, fixture, when)
        }
        try fixture.fill(10)
        try await fixture.checkAfterRemoval("behind all that, \(when)")
    }

    /// Checks that removed events are duplicates with the sequences that they had, and others of their identity conflicts.
    private static func checkKnown(_ removed: [LoggedEvent], _ fixture: StorageFixture, _ when: String) async throws {
        try fixture.append(
            chosen: removed.map(\.event), expecting: removed.enumerated().map { .duplicate($0.offset, $0.element.sequence) },
            "retries of removed events \(when)")
        for (event, change) in zip(removed, ContentChange.allCases) {
            try fixture.append(
                chosen: [change.applied(to: event.event)], expecting: [.conflict(0, event.sequence)],
                "another content (\(change)) under the identity of a removed event \(when)")
        }
        let storage = try fixture.retaining()
        for event in removed {
            let sequence = try await storage.sequenceOfRemoved(event.id, deployment: event.deployment)
            try expect(
                sequence == event.sequence,
                "\(when) `sequenceOfRemoved` of the event \(event.sequence) gives \(sequence.map(String.init) ?? "nothing").")
            let elsewhere = try await storage.sequenceOfRemoved(event.id, deployment: event.deployment + "x")
            try expect(elsewhere == nil, "\(when) the identity of the event \(event.sequence) is known in another deployment.")
        }
    }
}
