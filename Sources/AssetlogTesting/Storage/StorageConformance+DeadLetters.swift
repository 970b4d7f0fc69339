import AssetlogCore

extension StorageConformance {
    /// What is kept of consumers in addition to their cursors.
    static let deadLetters = keeping + pausing

    private static let keeping = [
        always("dead letters come back by ascending sequence, in every byte") { fixture in
            let letters = try await fixture.letters([7, 2, 40, 3, 1])
            try await fixture.storage.keepDeadLetters(Array(letters.prefix(2)), of: "audit")
            try await fixture.storage.keepDeadLetters(Array(letters.dropFirst(2)), of: "audit")
            try await fixture.storage.keepDeadLetters([], of: "audit")
            try await fixture.expectLetters(letters, "after they were kept in another order")
        },
        always("a dead letter takes the place of one with the same sequence") { fixture in
            var letters = try await fixture.letters([3, 5, 9])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            letters[1].attempts = 24
            letters[1].isReplayRequested.toggle()
            letters[1].answer = "once more"
            try await fixture.storage.keepDeadLetters([letters[1]], of: "audit")
            try await fixture.expectLetters(letters, "after the one at 5 was kept again with another content")
            var twice = [letters[0], letters[0]]
            twice[1].message = "the last of two"
            try await fixture.storage.keepDeadLetters(twice, of: "audit")
            letters[0] = twice[1]
            try await fixture.expectLetters(letters, "after the one at 3 was kept twice in one call")
        },
        always("dead letters are read after a sequence, and up to a limit") { fixture in
            let letters = try await fixture.letters([1, 2, 3, 5, 8, 13])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            for (sequence, limit, expected): (Int64, Int, [Int64]) in [
                (0, 3, [1, 2, 3]), (0, 100, [1, 2, 3, 5, 8, 13]), (3, 2, [5, 8]), (4, 1, [5]), (13, 10, []), (.max, 1, []),
            ] {
                let found = try await fixture.storage.deadLetters(of: "audit", after: sequence, limit: limit).map(\.sequence)
                try expect(
                    found == expected, "the dead letters after \(sequence), at most \(limit), are \(found), expected \(expected).")
            }
        },
        always("dead letters whose replay was requested are found") { fixture in
            var letters = try await fixture.letters([1, 2, 3, 5, 8, 13])
            for index in letters.indices { letters[index].isReplayRequested = [2, 5, 13].contains(letters[index].sequence) }
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.expectRequested([2, 5, 13], limit: 100, "after three of six were requested")
            try await fixture.expectRequested([2, 5], limit: 2, "with a limit")
            letters[1].isReplayRequested = false
            letters[2].isReplayRequested = true
            try await fixture.storage.keepDeadLetters([letters[1], letters[2]], of: "audit")
            _ = try await fixture.storage.removeDeadLetters(of: "audit", [13])
            try await fixture.expectRequested([3, 5], limit: 100, "after one was given up, one was requested and one was removed")
        },
        always("dead letters are counted, and removed by their sequences or all at once") { fixture in
            try await fixture.storage.keepDeadLetters(try await fixture.letters([1, 2, 3, 5, 8]), of: "audit")
            try await fixture.storage.keepDeadLetters(try await fixture.letters([2]), of: "audit")
            try await fixture.expectCount(5, "after five were kept, and one of them again")
            for (sequences, expected, rest): ([Int64]?, Int, Int) in [
                ([2, 4, 8], 2, 3), ([], 0, 3), ([2], 0, 3), (nil, 3, 0), (nil, 0, 0), ([1], 0, 0),
            ] {
                let removed = try await fixture.storage.removeDeadLetters(of: "audit", sequences)
                let what = sequences.map { "the sequences \($0)" } ?? "all"
                try expect(removed == expected, "removing \(what) removed \(removed) dead letters, expected \(expected).")
                try await fixture.expectCount(rest, "after removing \(what)")
            }
        },
        always("dead letters and pauses are those of one consumer") { fixture in
            let letters = try await fixture.letters([1, 2])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.storage.keepDeadLetters([letters[1]], of: "ü")
            try await fixture.storage.setPause(of: "audit", "for audit")
            try await fixture.expectLetters([letters[1]], of: "ü", "after another consumer got two")
            try await fixture.expectPause(nil, of: "ü", "after another consumer was paused")
            let removed = try await fixture.storage.removeDeadLetters(of: "ü", nil)
            try expect(removed == 1, "\(removed) dead letters of a consumer with one were removed.")
            try await fixture.storage.setPause(of: "ü", nil)
            try await fixture.expectLetters(letters, "after those of another consumer were removed")
            try await fixture.expectPause("for audit", "after another consumer went on")
            try await fixture.expectCount(0, of: "never seen", "before it had any")
        },
        always("neither a dead letter nor a pause makes a cursor, and a replay leaves both") { fixture in
            let letters = try await fixture.letters([1, 2])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.storage.setPause(of: "audit", "a reason")
            let cursors = try await fixture.storage.cursors()
            try expect(cursors.isEmpty, "a dead letter or a pause made the cursors \(cursors) of consumers that never read.")
            _ = try await fixture.storage.replay("audit", after: 0)
            try await fixture.expectLetters(letters, "after a replay")
            try await fixture.expectPause("a reason", "after a replay")
        },
        onLocation("dead letters and pauses outlive a close") { fixture in
            if let reason = fixture.location.forgets { return .skipped(reason) }
            let letters = try await fixture.letters([1, 2, 3])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.storage.setPause(of: "audit", "a reason")
            try await fixture.reopen()
            try await fixture.expectLetters(letters, "after close and open")
            try await fixture.expectPause("a reason", "after close and open")
            return .passed
        },
        onLocation("dead letters, their removal and pauses outlive a crash") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            let letters = try await fixture.letters([1, 2, 3])
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.storage.setPause(of: "audit", "a reason")
            try await crash()
            try await fixture.open()
            try await fixture.expectLetters(letters, "after a crash")
            try await fixture.expectPause("a reason", "after a crash")
            _ = try await fixture.storage.removeDeadLetters(of: "audit", [2])
            try await fixture.storage.setPause(of: "audit", nil)
            try await crash()
            try await fixture.open()
            try await fixture.expectLetters([letters[0], letters[2]], "after a removal and a crash")
            try await fixture.expectPause(nil, "after it went on, and a crash")
            return .passed
        },
    ]

    private static let pausing = [
        always("a consumer is paused for a reason, and goes on without one") { fixture in
            try await fixture.expectPause(nil, "before it was paused")
            for reason in DeadLetter.uncommonTexts + [""] {
                try await fixture.storage.setPause(of: "audit", reason)
                try await fixture.expectPause(reason, "after it was paused")
            }
            for _ in 0..<2 {
                try await fixture.storage.setPause(of: "audit", nil)
                try await fixture.expectPause(nil, "after it went on")
            }
        }
    ]

    static let deadLetterSharing = [
        shared("what one server keeps of dead letters and pauses another one sees") { fixture, other in
            let letters = try await fixture.letters([1, 2])
            try await fixture.expectLease(true, on: "audit", for: fixture.storage, "the first to ask")
            try await fixture.storage.keepDeadLetters(letters, of: "audit")
            try await fixture.expectLetters(letters, on: other, "on another server")
            // By a command, which has no lease.
            try await other.setPause(of: "audit", "a reason")
            _ = try await other.removeDeadLetters(of: "audit", [1])
            try await fixture.expectPause("a reason", "after another server paused it")
            try await fixture.expectLetters([letters[1]], "after another server removed one")
        }
    ]
}
