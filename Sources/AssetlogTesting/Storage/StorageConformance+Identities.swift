import AssetlogCore

extension StorageConformance {
    /// Events whose identity a client chose are recorded once.
    static let identities = [
        always("an event that was recorded is a duplicate when it comes again, however often") { fixture in
            try fixture.fill(50)
            let events = (0..<8).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: events, expecting: [])
            try fixture.fill(20)
            for round in 0..<3 {
                let sequences = fixture.sequences(of: events)
                try fixture.append(
                    chosen: events + [fixture.events.chosen()],
                    expecting: sequences.enumerated().map { .duplicate($0.offset, $0.element) })
                try await fixture.checkLog("after the repetition \(round + 1)")
            }
        },
        always("a batch of nothing but duplicates gives no sequence and leaves no hole") { fixture in
            let events = (0..<3).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: events, expecting: [])
            let head = try await fixture.storage.statistics().head
            let sequences = fixture.sequences(of: events)
            try fixture.append(chosen: events, expecting: sequences.enumerated().map { .duplicate($0.offset, $0.element) })
            let statistics = try await fixture.storage.statistics()
            try expect(
                statistics == StorageStatistics(events: 3, head: head),
                "after a batch of duplicates the statistics are \(statistics), expected 3 events and the head \(head).")
            try fixture.fill(5)
            try await fixture.checkLog("after duplicates")
        },
        always("the same identity with another content is a conflict, and nothing is changed") { fixture in
            let event = fixture.events.chosen()
            try fixture.append(chosen: [event], expecting: [])
            let sequence = fixture.sequences(of: [event])[0]
            for change in ContentChange.allCases {
                try fixture.append(
                    chosen: [fixture.events.chosen(), change.applied(to: event), fixture.events.chosen()],
                    expecting: [.conflict(1, sequence)], "an event that differs by \(change)")
            }
            try await fixture.checkLog("after conflicts")
        },
        always("times of the server and the reporter are no content") { fixture in
            let event = fixture.events.chosen()
            try fixture.append(chosen: [event], expecting: [])
            var again = event
            again.receivedAt.microseconds += 5_000_000
            again.timestamp = again.receivedAt
            again.reportedBy = "somebody else"
            try fixture.append(chosen: [again], expecting: [.duplicate(0, fixture.sequences(of: [event])[0])])
            try await fixture.checkLog("after a repetition")
        },
        always("a timestamp of the client is content") { fixture in
            var event = fixture.events.chosen()
            event.timestamp.microseconds -= 86_400_000_000
            let choice: ClientChoice = [.identity, .timestamp]
            try fixture.append(chosen: [event], choice, expecting: [])
            let sequence = fixture.sequences(of: [event])[0]
            var later = event
            later.receivedAt.microseconds += 5_000_000
            try fixture.append(chosen: [later], choice, expecting: [.duplicate(0, sequence)])
            var other = later
            other.timestamp.microseconds += 1
            try fixture.append(chosen: [other], choice, expecting: [.conflict(0, sequence)])
            other.timestamp = other.receivedAt
            try fixture.append(chosen: [other], expecting: [.conflict(0, sequence)], "an event without its timestamp")
            try await fixture.checkLog("after repetitions")
        },
        always("an approximate timestamp is no content") { fixture in
            var event = fixture.events.chosen()
            event.timestamp.microseconds -= 86_400_000_000
            let choice: ClientChoice = [.identity, .approximateTimestamp]
            try fixture.append(chosen: [event], choice, expecting: [])
            let sequence = fixture.sequences(of: [event])[0]
            var again = event
            again.receivedAt.microseconds += 5_000_000
            for microseconds in [event.timestamp.microseconds + 7, again.receivedAt.microseconds] {
                again.timestamp.microseconds = microseconds
                try fixture.append(chosen: [again], choice, expecting: [.duplicate(0, sequence)], "an event at another time of a clock")
            }
            again.details = ContentChange.details.applied(to: event).details
            try fixture.append(chosen: [again], choice, expecting: [.conflict(0, sequence)], "another event at another time of a clock")
            try await fixture.checkLog("after repetitions")
        },
        always("duplicates and conflicts inside one batch are found") { fixture in
            let (first, second) = (fixture.events.chosen(), fixture.events.chosen())
            let next = (fixture.model.last?.sequence ?? 0) + 1
            let changed = ContentChange.details.applied(to: first)
            let outcome = try fixture.append(
                chosen: [first, first, second, changed, second], expecting: nil, "a batch with repetitions")
            let start = outcome.sequences?.lowerBound ?? next
            try fixture.check(
                outcome, [.duplicate(1, start), .conflict(3, start), .duplicate(4, start + 1)], "a batch with repetitions")
            try await fixture.checkLog("after a batch with repetitions")
        },
        always("one identity in two deployments is two events") { fixture in
            let event = fixture.events.chosen(deployment: EventMaker.deployments[0])
            var others = [event, event]
            others[0].deployment = EventMaker.deployments[1]
            others[1].deployment = EventMaker.deployments[2]
            try fixture.append(chosen: [event] + others, expecting: [])
            let sequences = fixture.sequences(of: [event] + others)
            for round in 0..<2 {
                try fixture.append(
                    chosen: [event] + others,
                    expecting: sequences.enumerated().map { .duplicate($0.offset, $0.element) })
                for (event, sequence) in zip([event] + others, sequences) {
                    let found = try await fixture.storage.event(event.id, deployment: event.deployment)
                    try fixture.check(
                        found.map { [$0] } ?? [], [LoggedEvent(sequence: sequence, event: event)],
                        "looking up an identity that three deployments have")
                }
                if round == 0 { try await fixture.runBackground() }
            }
        },
        always("an identity that the server made is found when a client sends it") { fixture in
            try fixture.fill(100)
            let event = fixture.events.chosen()
            try fixture.append([event])
            let sequence = fixture.sequences(of: [event])[0]
            try fixture.append(chosen: [event], expecting: [.duplicate(0, sequence)])
            try fixture.append(chosen: [ContentChange.kind.applied(to: event)], expecting: [.conflict(0, sequence)])
            try await fixture.checkLog("after the repetition of an event of the server")
        },
        always("of a group with a conflict nothing is inserted, and all else of the batch is") { fixture in
            let (old, new) = (fixture.events.chosen(), (0..<4).map { _ in fixture.events.chosen() })
            try fixture.append(chosen: [old], expecting: [])
            let sequence = fixture.sequences(of: [old])[0]
            var batch = EventBatch()
            batch.append(new[0], clientChoice: .identity)
            batch.beginGroup()
            batch.append(new[1], clientChoice: .identity)
            batch.append(old, clientChoice: .identity)
            batch.append(ContentChange.assetKey.applied(to: old), clientChoice: .identity)
            batch.append(fixture.events.next())
            batch.endGroup()
            batch.append(new[2], clientChoice: .identity)
            // It was in the group, and so in no log.
            batch.append(new[1], clientChoice: .identity)
            let outcome = try fixture.append(batch)
            try fixture.check(
                outcome, [.groupAborted(1, 3), .duplicate(2, sequence), .conflict(3, sequence), .groupAborted(4, 3)],
                "a group with a conflict")
            try await fixture.checkLog("after a group with a conflict")
        },
        always("duplicates do not spoil a group") { fixture in
            let events = (0..<4).map { _ in fixture.events.chosen() }
            try fixture.append(chosen: [events[1], events[2]], expecting: [])
            let sequences = fixture.sequences(of: [events[1], events[2]])
            for expected: [ExpectedException] in [
                [.duplicate(1, sequences[0]), .duplicate(2, sequences[1])],
                [
                    .duplicate(0, sequences[1] + 1), .duplicate(1, sequences[0]), .duplicate(2, sequences[1]),
                    .duplicate(3, sequences[1] + 2),
                ],
            ] {
                var batch = EventBatch()
                batch.beginGroup()
                for event in events { batch.append(event, clientChoice: .identity) }
                batch.endGroup()
                try fixture.check(try fixture.append(batch), expected, "a group with duplicates")
            }
            try await fixture.checkLog("after a group with duplicates")
        },
        always("a group that is inserted as a whole is never inserted in part") { fixture in
            let events = (0..<5).map { _ in fixture.events.chosen() }
            func append(_ some: [Event], _ rule: EventBatch.GroupRule, _ expected: [ExpectedException], _ what: String) throws {
                var group = EventBatch()
                for event in some { group.append(event, clientChoice: .identity) }
                group.makeGroup(rule)
                var batch = EventBatch()
                batch.append(fixture.events.next())
                batch.append(contentsOf: group)
                try fixture.check(try fixture.append(batch), expected, what)
            }
            try append(
                [events[0], events[1]], .insertsNone, [.groupAborted(1, 1), .groupAborted(2, 1)], "a new group that may not be inserted")
            try append([events[0], events[1]], .insertsAllOrNone, [], "a new group")
            let sequences = fixture.sequences(of: [events[0], events[1]])
            let known: [ExpectedException] = [.duplicate(1, sequences[0]), .duplicate(2, sequences[1])]
            for rule in [EventBatch.GroupRule.insertsAllOrNone, .insertsNone] {
                try append([events[0], events[1]], rule, known, "a known group")
                try append([events[0], events[1], events[2]], rule, known + [.groupAborted(3, 3)], "a group of which one event is new")
            }
            try append(
                [events[3], ContentChange.details.applied(to: events[0])], .insertsAllOrNone,
                [.groupAborted(1, 2), .conflict(2, sequences[0])], "a group with a conflict")
            try append([events[2], events[3], events[4]], .insertsAllOrNone, [], "a group of events that were left out before")
            try await fixture.checkLog("after groups that are inserted as a whole")
        },
        always("identities are found before, during and after background work") { fixture in
            var events: [Event] = []
            for round in 0..<3 {
                for _ in 0..<10 {
                    let new = (0..<30).map { _ in fixture.events.chosen() }
                    try fixture.append(chosen: new, expecting: [])
                    try fixture.fill(30)
                    events += new
                }
                let storage = fixture.storage
                let background = Task { try await storage.run() }
                for _ in 0..<6 {
                    try await fixture.checkRepetition(of: events, "during background work, round \(round)")
                    try? await Task.sleep(for: .milliseconds(250))
                }
                background.cancel()
                _ = await background.result
                try await fixture.checkRepetition(of: events, "after background work, round \(round)")
            }
        },
        onLocation("identities outlive a close") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            try await fixture.checkMemory("after close and open") { try await fixture.reopen() }
            return .passed
        },
        onLocation("identities outlive a crash between the commit and its answer") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            try await fixture.checkMemory("after a crash") {
                try await crash()
                try await fixture.open()
            }
            return .passed
        },
        onLocation("of a batch that fails no identity is remembered") { fixture in
            guard let poison = fixture.location.poison else { return .skipped("the subject can't make an append fail") }
            try fixture.append(chosen: [fixture.events.chosen(deployment: "default")], expecting: [])
            try await poison()
            for _ in 0..<3 {
                let events = (0..<10).map { _ in fixture.events.chosen(deployment: "default") }
                var batch = EventBatch()
                for event in events { batch.append(event, clientChoice: .identity) }
                batch.append(fixture.events.next(deployment: StorageLocation.poisonedDeployment))
                do {
                    _ = try fixture.storage.append(batch)
                    throw ConformanceFailure("the append of a poisoned batch did not throw.")
                } catch let failure as ConformanceFailure {
                    throw failure
                } catch {}
                try fixture.append(chosen: events, expecting: [], "events of a batch that failed before")
                try await fixture.checkLog("after a batch that failed was sent again")
            }
            return .passed
        },
    ]
}
