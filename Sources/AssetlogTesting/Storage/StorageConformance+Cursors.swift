import AssetlogCore

extension StorageConformance {
    static let consuming = [
        always("a new consumer stands before the first event, and is listed") { fixture in
            try fixture.fill(5)
            for name in ["b", "a", "ü"] {
                let cursor = try await fixture.storage.cursor(of: name)
                try expect(
                    cursor.consumer == name && cursor.position == 0, "a new cursor of \(name) is \(cursor), not at 0.")
                let again = try await fixture.storage.cursor(of: name)
                try expect(again == cursor, "the cursor of \(name) is \(again) when it is read again, not \(cursor).")
            }
            let names = try await fixture.storage.cursors().map(\.consumer)
            try expect(names == ["a", "b", "ü"], "the cursors are those of \(names), expected a, b, ü by name.")
        },
        always("a cursor moves with its log and its event, and no other one with it") { fixture in
            try fixture.fill(20)
            var first = try await fixture.storage.cursor(of: "first")
            let second = try await fixture.storage.cursor(of: "second")
            for position: Int64 in [3, 4, 20] {
                first.position = position
                first.log = try await fixture.storage.logID()
                first.event = fixture.model.first { $0.sequence == position }?.id ?? fixture.model[0].id
                first.ahead = ConsumedAhead(position == 20 ? [] : [position + 2...position + 4, position + 7...position + 7])
                let moved = try await fixture.storage.advance(first)
                try expect(moved, "advance to \(position) in the cursor's own generation was refused.")
                let found = try await fixture.storage.cursors()
                try expect(found == [first, second], "the cursors are \(found), expected \([first, second]).")
            }
        },
        always("a lease on a consumer makes no cursor of it") { fixture in
            _ = try await fixture.storage.lease("audit", for: .seconds(30))
            let cursors = try await fixture.storage.cursors()
            try expect(cursors.isEmpty, "a lease made the cursors \(cursors); the consumer would look as if it had been here before.")
            let cursor = try await fixture.storage.cursor(of: "audit")
            try expect(cursor.position == 0, "the first cursor of a consumer with a lease stands at \(cursor.position), not at 0.")
        },
        always("a replay sets a cursor back, in a new generation") { fixture in
            try fixture.fill(20)
            var cursor = try await fixture.storage.cursor(of: "audit")
            cursor.position = 20
            (cursor.log, cursor.event) = (try await fixture.storage.logID(), fixture.model.last?.id)
            cursor.ahead = ConsumedAhead([30...40])
            _ = try await fixture.storage.advance(cursor)
            let replayed = try await fixture.storage.replay("audit", after: 7)
            try expect(
                replayed.log == nil && replayed.event == nil,
                "a replay left the cursor at the event \(cursor.event?.description ?? "none"), where it no longer is.")
            try expect(
                replayed.ahead.isEmpty, "a replay left \(replayed.ahead) as consumed beyond the cursor, which is to come again.")
            try expect(replayed.position == 7, "a replay after 7 set the cursor to \(replayed.position).")
            try expect(
                replayed.generation > cursor.generation,
                "a replay left the generation at \(replayed.generation); it must grow from \(cursor.generation).")
            let found = try await fixture.storage.cursor(of: "audit")
            try expect(found == replayed, "after the replay the cursor is \(found), expected \(replayed).")
        },
        always("a consumer of an older generation can't move the cursor") { fixture in
            try fixture.fill(20)
            var old = try await fixture.storage.cursor(of: "audit")
            let replayed = try await fixture.storage.replay("audit", after: 0)
            old.position = 20
            let moved = try await fixture.storage.advance(old)
            try expect(!moved, "advance in an older generation was not refused.")
            let found = try await fixture.storage.cursor(of: "audit")
            try expect(found == replayed, "an older generation moved the cursor to \(found).")
            var current = replayed
            current.position = 2
            let followed = try await fixture.storage.advance(current)
            try expect(followed, "advance in the new generation was refused.")
        },
    ]
}
