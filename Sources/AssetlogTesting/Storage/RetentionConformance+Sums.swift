import AssetlogCore

extension RetentionConformance {
    static let summing = [
        StorageConformance.always("sums come back byte by byte, in the order in which they were kept") { fixture in
            try fixture.fill(200)
            var expected: [RemovedEvents] = []
            for _ in 0..<4 {
                let removed = fixture.some(oneOf: 5)
                expected += fixture.sums(of: removed)
                try await fixture.remove(removed)
                try await fixture.checkSums(expected, "after a removal")
            }
            for sum in expected {
                let found = try await fixture.retaining().removedEvents(of: sum.assetKey, in: sum.deployment)
                let wanted = try await fixture.allSums().filter { $0.isOfAsset(of: sum) }
                try expect(found == wanted, "the sums of \(sum.assetKey) are \(found), expected \(wanted).")
            }
        },
        StorageConformance.always("a sum takes the place of older ones, with a greater number") { fixture in
            try fixture.fill(100)
            try await fixture.remove(fixture.some(oneOf: 4))
            let old = try await fixture.allSums()
            let (replaced, kept) = (old[0], Array(old.dropFirst()))
            let event = fixture.model[3]
            var sum = replaced
            (sum.count, sum.payload) = (replaced.count + 1, Array(repeating: 7, count: 70_000))
            let isDone = try await fixture.retaining().remove(
                EventRemoval(
                    sequences: [event.sequence], sums: [sum], replacedSums: [replaced.number], time: StorageFixture.removalTime))
            try expect(isDone, "a removal that replaces a sum which is there gave false.")
            fixture.forget([event.sequence])
            try await fixture.checkSums(kept + [sum], "after a sum was replaced")
            let head = try await fixture.retaining().removals().head
            try expect(head > old.last?.number ?? 0, "the sum that replaced another has no greater number than those before.")
        },
        StorageConformance.always("a removal that replaces a sum which is gone changes nothing") { fixture in
            try fixture.fill(50)
            try await fixture.remove(fixture.some(oneOf: 4))
            let sums = try await fixture.allSums()
            let events = [fixture.model[0], fixture.model[9]]
            let isDone = try await fixture.retaining().remove(
                EventRemoval(
                    sequences: events.map(\.sequence), sums: fixture.sums(of: events), replacedSums: [sums[0].number, 1 << 40],
                    time: StorageFixture.removalTime))
            try expect(!isDone, "a removal that replaces a sum which is not there gave true.")
            try await fixture.checkSums(sums, "after a removal that was not done")
            try await fixture.checkAfterRemoval("after a removal that was not done")
        },
        StorageConformance.always("sums are kept without events, as in a copy of a log") { fixture in
            try fixture.fill(10)
            let sum = RemovedEvents(
                deployment: "default", assetKey: AssetKey(["orders"]), sequences: 0...0, count: 12, payload: [1, 2, 3])
            let isDone = try await fixture.retaining().remove(
                EventRemoval(sequences: [], sums: [sum], time: StorageFixture.removalTime))
            try expect(isDone, "keeping a sum without events gave false.")
            try await fixture.checkSums([sum], "after a sum was kept without events")
            try await fixture.checkAfterRemoval("after a sum was kept without events")
        },
        StorageConformance.always("what was removed is counted") { fixture in
            let none = try await fixture.retaining().removals()
            try expect(none == RemovalStatistics(), "of a new log `removals` gives \(none), not nothing.")
            try fixture.fill(120)
            var removed: [Int64] = []
            for _ in 0..<3 {
                let events = fixture.some(oneOf: 6)
                removed += events.map(\.sequence)
                try await fixture.remove(events)
                let found = try await fixture.retaining().removals()
                try expect(
                    found.events == Int64(removed.count) && found.sequences == removed.min()!...removed.max()!,
                    "after the removal of \(removed.sorted()) `removals` gives \(found).")
            }
        },
    ]
}

extension RemovedEvents {
    fileprivate func isOfAsset(of other: RemovedEvents) -> Bool {
        assetKey == other.assetKey && deployment.utf8.elementsEqual(other.deployment.utf8)
    }
}
