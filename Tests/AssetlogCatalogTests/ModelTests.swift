import AssetlogCore
import Testing

@testable import AssetlogCatalog

@Suite("An exact sum")
struct ExactSumTests {
    private static let numbers: [[Double]] = [
        [0.1, 0.2, 0.3], [1e16, 1, -1e16], [1e300 * 1e-50, 1, -1e250, 1e-300], [.leastNonzeroMagnitude, 1, -1],
        [1, 0x1p-53, 0x1p-106], [3, 4, 5], [0.1, -0.1], [1e15, 0.3, 1e-15, -1e15, 7],
    ]

    @Test("does not depend on the order", arguments: numbers)
    func isInAnyOrder(numbers: [Double]) {
        var random = SeededGenerator(7)
        let sums = (0..<30).map { _ in numbers.shuffled(using: &random).reduce(into: ExactSum()) { $0 += $1 } }
        #expect(Set(sums).count == 1)
    }

    @Test("does not depend on the grouping", arguments: numbers)
    func isInAnyGroups(numbers: [Double]) {
        let whole = numbers.reduce(into: ExactSum()) { $0 += $1 }
        for cut in 0...numbers.count {
            var left = numbers[..<cut].reduce(into: ExactSum()) { $0 += $1 }
            left += numbers[cut...].reduce(into: ExactSum()) { $0 += $1 }
            #expect(left == whole)
        }
    }

    @Test("is the number that is nearest to the sum")
    func isNearest() {
        #expect([1e16, 1, -1e16].reduce(into: ExactSum()) { $0 += $1 }.value == 1)
        #expect((0..<10).reduce(into: ExactSum()) { sum, _ in sum += 0.1 }.value == 1)
        // Halfway between two numbers, the third one decides.
        #expect([1, 0x1p-53, 0x1p-106].reduce(into: ExactSum()) { $0 += $1 }.value == 1.nextUp)
    }

    @Test("takes no number that could make it overflow", arguments: [Double.infinity, .nan, 1e280, -1e300])
    func hasBounds(number: Double) {
        #expect(!ExactSum.accepts(number))
    }
}

@Suite("A streak")
struct StreakTests {
    private func key(_ time: Int64) -> EventTimeKey { EventTimeKey(timestamp: Timestamp(microseconds: time), sequence: time) }

    private func streak(_ values: [(Int64, String)]) -> Streak<String> {
        var streak = Streak(values[0].1, at: key(values[0].0))
        for (time, value) in values.dropFirst() { streak.add(value, at: key(time)) }
        return streak
    }

    private typealias Begun = (values: [(Int64, String)], since: Int64)

    private static let begun: [Begun] = [
        ([(1, "a"), (2, "a"), (3, "a")], 1), ([(1, "a"), (2, "b"), (3, "b")], 2), ([(3, "a"), (1, "a")], 1),
        ([(1, "b"), (3, "a"), (2, "a")], 2), ([(2, "b"), (3, "a"), (1, "a")], 3), ([(3, "a"), (1, "b"), (2, "a")], 2),
    ]

    @Test("begins with the first of the equal values", arguments: begun.indices)
    func begins(_ index: Int) {
        let (values, since) = Self.begun[index]
        #expect(streak(values).since == key(since))
    }

    @Test("is broken by a late event with another value: where it begins then, the log says")
    func isBroken() {
        var broken = streak([(1, "a"), (5, "a"), (3, "b")])
        #expect(broken.since == nil)
        #expect(broken.other == key(3))
        #expect(broken.contains(key(4)) && !broken.contains(key(2)) && !broken.contains(key(6)))
        broken.repair(since: key(5))
        broken.add("a", at: key(4))
        #expect(broken.since == key(4))
    }
}

@Suite("The counts of hours")
struct HourCountsTests {
    @Test("keep 49 hours, in whatever order events come")
    func areBounded() {
        var random = SeededGenerator(3)
        let hours = (0..<200).map { _ in Int.random(in: 100..<200, using: &random) }
        func counts(_ hours: [Int]) -> HourCounts {
            hours.reduce(into: HourCounts()) { $0.add(.observation, hour: $1) }
        }
        let expected = counts(hours)
        #expect(counts(hours.shuffled(using: &random)) == expected)
        var total = 0
        expected.forEach { hour, _, count in
            #expect(hour > hours.max()! - HourCounts.length)
            total += count
        }
        #expect(total == hours.count { $0 > hours.max()! - HourCounts.length })
    }
}

@Suite("A record of the file")
struct RecordCodingTests {
    @Test("is refused when it was cut anywhere, and never read wrongly")
    func isSafe() throws {
        var random = RandomHistory(seed: 5, count: 60).said.filter { $0.kind.isReportable }
        let entry = AssetEntry(AssetName(AssetKey(["a"]), in: "default"), id: 1)
        for index in random.indices {
            random[index].asset = ["a"]
            let event = LoggedEvent(sequence: Int64(index) + 1, event: random[index].event)
            _ = try EventFacts.with(event) { try entry.fold($0, onto: NoRows()) }
        }
        let bytes = entry.record.encoded()
        func read(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
            try Array(bytes).withUnsafeBytes { bytes in
                var reader = RecordReader(bytes)
                let record = try AssetRecord(&reader)
                guard reader.isAtEnd else { throw DamagedRecord() }
                return record.encoded()
            }
        }
        #expect(try read(bytes[...]) == bytes)
        for cut in bytes.indices { #expect(throws: DamagedRecord.self) { try read(bytes[..<cut]) } }
    }
}
