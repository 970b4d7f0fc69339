import AssetlogCore
import Testing

@testable import AssetlogLog

/// Events are written as the letters of their assets: the third of "aba" has sequence 3 and the asset a.
struct DeliveryWindowTests {
    private static let log = LogID(high: 1, low: 2)
    private static let pause: @Sendable (Int) -> Duration = { .seconds($0) }

    private static func window(
        _ assets: String, batchSize: Int = 100, maximumAttempts: Int = 3, order: DeliveryOrder = .asset,
        filter: ExportFilter = ExportFilter(), windowEvents: Int = 10_000
    ) -> DeliveryWindow {
        let settings = ExporterSettings(
            filter: filter, batchSize: batchSize, maximumAttempts: maximumAttempts, windowEvents: windowEvents)
        var window = DeliveryWindow(settings: settings, order: order)
        window.begin(after: DeliveryWindow.Cursor(sequence: 0, event: nil), of: log)
        window.admit(events(assets))
        return window
    }

    private static func events(_ assets: String, from first: Int64 = 1) -> [LoggedEvent] {
        assets.enumerated().map { index, asset in
            let sequence = first + Int64(index)
            let event = Event(
                id: EventID(high: 7, low: UInt64(sequence)), kind: asset == "C" ? .check : .materialization,
                assetKey: AssetKey([String(asset)]), timestamp: Timestamp(microseconds: sequence),
                receivedAt: Timestamp(microseconds: sequence * 1000))
            return LoggedEvent(sequence: sequence, event: event)
        }
    }

    private static func results(_ letters: String) -> [DeliveryResult] {
        letters.map { letter in
            switch letter {
            case "+": .delivered
            case "s": .skipped(reason: "unknown")
            case "!": .rejected(DeliveryFailure("refused", answer: "no"))
            case "5": .retry(DeliveryFailure("500"))
            case "t": .retry(DeliveryFailure("time-out", isCounted: false))
            default: .untried
            }
        }
    }

    private static func complete(
        _ window: inout DeliveryWindow, _ letters: String, at now: Duration = .zero
    ) -> DeliveryWindow.Outcome? {
        guard let batch = window.nextBatch(at: now) else { return nil }
        return window.complete(batch, results(letters), at: now, wallTime: Timestamp(microseconds: 9), pause: pause)
    }

    @Test(
        "the cursor stands before the first event that is not finished",
        arguments: [
            ("+++", 3, ""), ("-++", 0, "2-3"), ("+-+", 1, "3"), ("s-s", 1, "3"), ("++-", 2, ""), ("---", 0, ""), ("t+-", 0, "2"),
            ("5++", 0, "2-3"), ("!++", 0, "2-3"),
        ] as [(String, Int64, String)])
    func finished(_ results: String, _ position: Int64, _ ahead: String) {
        var window = Self.window("abc")
        _ = Self.complete(&window, results)
        #expect(
            window.finished
                == DeliveryWindow.Cursor(
                    sequence: position, event: position == 0 ? nil : EventID(high: 7, low: UInt64(position)),
                    ahead: ConsumedAhead(ahead) ?? ConsumedAhead()))
    }

    @Test(
        "how far the window is can be asked for without what is beyond: it is the same sequence, and grows with every finished event",
        arguments: [
            ("+++", 3, 3), ("-++", 0, 2), ("+-+", 1, 2), ("s-s", 1, 2), ("---", 0, 0), ("5t-", 0, 0), ("!++", 0, 2),
        ] as [(String, Int64, Int)])
    func progress(_ results: String, _ sequence: Int64, _ count: Int) {
        var window = Self.window("abc")
        _ = Self.complete(&window, results)
        let event = sequence == 0 ? nil : EventID(high: 7, low: UInt64(sequence))
        #expect(window.progress == DeliveryWindow.Progress(sequence: sequence, event: event, finishedCount: count))
        window.begin(after: window.finished, of: Self.log)
        #expect(window.progress.finishedCount == count)
    }

    @Test("what was finished beyond the cursor does not come again, and is known until reading has passed it")
    func finishedAhead() {
        var window = Self.window("")
        window.begin(after: DeliveryWindow.Cursor(sequence: 0, event: nil, ahead: ConsumedAhead([2...3, 6...9])), of: Self.log)
        window.admit(Self.events("abcde"))
        #expect(window.finished.ahead.description == "2-3,6-9")
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [1, 4, 5])
        window.admit(Self.events("fghij", from: 6))
        #expect(window.finished.ahead.description == "2-3,6-9")
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [10])
    }

    @Test("an event that fails holds up only those of its asset")
    func holdsUpItsAsset() {
        var window = Self.window("ab")
        _ = Self.complete(&window, "5+")
        window.admit(Self.events("ab", from: 3))
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [4])
        #expect(window.nextBatch(at: .milliseconds(999)) == nil)
        #expect(window.nextDue == .seconds(1))
        #expect(window.nextBatch(at: .seconds(1))?.events.map(\.sequence) == [1])
    }

    @Test("what waits after a failure is delivered at once when its pauses are ended, in the same order")
    func endsPauses() {
        var window = Self.window("abab")
        _ = Self.complete(&window, "5+")
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [4])
        window.endPauses()
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [1])
        #expect(window.nextDue == nil)
    }

    @Test("in the order of the log, an event that fails holds up all that follow")
    func keepsTheOrderOfTheLog() {
        var window = Self.window("abc", order: .log)
        _ = Self.complete(&window, "+t-")
        #expect(window.nextBatch(at: .zero) == nil)
        #expect(window.nextBatch(at: .seconds(1))?.events.map(\.sequence) == [2, 3])
    }

    @Test("the events that came first are delivered first; batches under way have no asset in common")
    func disjoint() {
        var window = Self.window("abcabc", batchSize: 2)
        let batches = (0..<4).compactMap { _ in window.nextBatch(at: .zero) }
        #expect(batches.map { $0.events.map(\.sequence) } == [[1, 2], [3, 6]])
        _ = window.complete(batches[1], Self.results("++"), at: .zero, wallTime: .now(), pause: Self.pause)
        #expect(window.finished.sequence == 0)
        window.admit(Self.events("bc", from: 7))
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [8])
    }

    @Test("an event that failed is delivered in ever smaller batches, so that it does not use up the attempts of others")
    func isolates() {
        var window = Self.window("abcdefghijklmnopqrst", batchSize: 20, maximumAttempts: 100)
        var sizes: [Int] = []
        for second in 0..<4 {
            let now = Duration.seconds(second * 100)
            guard let batch = window.nextBatch(at: now) else { break }
            sizes.append(batch.events.count)
            _ = window.complete(batch, batch.events.map { _ in Self.results("5")[0] }, at: now, wallTime: .now(), pause: Self.pause)
            // Until all have failed as often, the others come first.
            while let rest = window.nextBatch(at: now) {
                _ = window.complete(rest, rest.events.map { _ in Self.results("5")[0] }, at: now, wallTime: .now(), pause: Self.pause)
            }
        }
        #expect(sizes == [20, 5, 1, 1])
    }

    @Test("what the destination refuses, or fails to take too often, becomes a dead letter; what says nothing about the event never does")
    func buries() {
        var window = Self.window("abc", maximumAttempts: 2)
        let first = Self.complete(&window, "!5t")
        #expect(first?.dead == 1 && first?.failed == 2)
        _ = Self.complete(&window, "5", at: .seconds(10))
        for second in 2..<40 { _ = Self.complete(&window, "t", at: .seconds(second * 50)) }
        #expect(window.settlement.kept.map(\.sequence) == [1, 2])
        #expect(window.settlement.kept.map(\.attempts) == [1, 2])
        #expect(window.settlement.kept.first?.message == "refused" && window.settlement.kept.first?.answer == "no")
        // Nothing is finished before the storage has the letters.
        #expect(window.finished.sequence == 0)
        window.settled(window.settlement)
        #expect(window.settlement.isEmpty)
        #expect(window.finished.sequence == 2)
    }

    @Test("an asset waits until the storage has its dead letter, and goes on then")
    func waitsForTheStorage() {
        var window = Self.window("aab")
        _ = Self.complete(&window, "!-+")
        #expect(window.nextBatch(at: .seconds(100)) == nil)
        window.settled(window.settlement)
        #expect(window.nextBatch(at: .seconds(100))?.events.map(\.sequence) == [2])
    }

    @Test("a dead letter that is replayed does not move the cursor, and is removed when it was delivered")
    func replays() {
        var window = Self.window("bb")
        _ = Self.complete(&window, "++")
        let letter = DeadLetter(
            sequence: 1, log: Self.log, event: EventID(high: 7, low: 1), attempts: 4, failedAt: .now(), message: "refused")
        window.replay(letter, Self.events("b")[0])
        window.replay(letter, Self.events("b")[0])
        #expect(window.count == 1)
        #expect(window.finished.sequence == 2)
        let outcome = Self.complete(&window, "!")
        #expect(outcome?.dead == 1)
        #expect(window.settlement.kept.map(\.attempts) == [5])
        window.settled(window.settlement)
        window.replay(letter, Self.events("b")[0])
        _ = Self.complete(&window, "+")
        #expect(window.settlement.removed == [1])
        window.settled(window.settlement)
        #expect(window.count == 0 && window.bytes == 0)
    }

    @Test("events that don't pass the filter are finished at once, and the cursor passes over them")
    func filters() {
        var window = Self.window("aCaC", filter: ExportFilter(kinds: [.check]))
        #expect(window.nextBatch(at: .zero)?.events.map(\.sequence) == [2, 4])
        #expect(window.finished.sequence == 1)
    }

    @Test("reading stops when the window is full, counted from the first event that is not finished")
    func hasBounds() {
        var window = Self.window("abcd", windowEvents: 4)
        #expect(!window.hasRoom)
        _ = Self.complete(&window, "-+++")
        #expect(!window.hasRoom)
        _ = Self.complete(&window, "+")
        #expect(window.hasRoom)
        #expect(window.bytes == 0)
    }

    @Test("a batch that was released comes again, and results of an older window change nothing")
    func releases() throws {
        var window = Self.window("ab")
        let first = window.nextBatch(at: .zero)
        window.release(try #require(first))
        let second = window.nextBatch(at: .zero)
        let again = try #require(second)
        #expect(again.events.map(\.sequence) == [1, 2])
        window.begin(after: DeliveryWindow.Cursor(sequence: 2, event: nil), of: Self.log)
        window.admit(Self.events("ab", from: 3))
        _ = window.complete(again, Self.results("++"), at: .zero, wallTime: .now(), pause: Self.pause)
        #expect(window.finished.sequence == 2)
        #expect(window.count == 2)
    }

    @Test("whatever the results, no event is lost, doubled or out of order within its asset", arguments: 0..<40)
    func anyResults(_ seed: UInt64) {
        var random = Seeded(state: seed &+ 1)
        var window = Self.window("", batchSize: 7, maximumAttempts: 4)
        var next: Int64 = 1
        var delivered: [Int64] = []
        var dead: [Int64] = []
        var underWay: [DeliveryWindow.Batch] = []
        var now = Duration.zero
        while delivered.count + dead.count < 400 {
            if next <= 400 {
                let letters = String(
                    (0..<Int.random(in: 1...9, using: &random)).map { _ in "abcdefghij".randomElement(using: &random) ?? "a" })
                window.admit(Self.events(letters, from: next).filter { $0.sequence <= 400 })
                next += Int64(letters.count)
            }
            while underWay.count < 3, let batch = window.nextBatch(at: now) { underWay.append(batch) }
            let assets = underWay.flatMap { Set($0.events.map(\.assetKey)) }
            #expect(Set(assets).count == assets.count)
            if let index = underWay.indices.randomElement(using: &random) {
                let batch = underWay.remove(at: index)
                var held: Set<AssetKey> = []
                let results = batch.events.map { event in
                    guard !held.contains(event.assetKey) else { return DeliveryResult.untried }
                    let result = Self.results(String("++++s!5t-".randomElement(using: &random) ?? "+"))[0]
                    switch result {
                    case .retry, .untried: held.insert(event.assetKey)
                    default: delivered += result == .delivered || result == .skipped(reason: "unknown") ? [event.sequence] : []
                    }
                    return result
                }
                _ = window.complete(batch, results, at: now, wallTime: .now(), pause: Self.pause)
                if Bool.random(using: &random) {
                    dead += window.settlement.kept.map(\.sequence)
                    window.settled(window.settlement)
                }
            } else {
                dead += window.settlement.kept.map(\.sequence)
                window.settled(window.settlement)
                now += .seconds(1)
            }
            let settled = Set(delivered + dead)
            #expect(window.finished.sequence >= 400 || !settled.contains(window.finished.sequence + 1) || window.count > 0)
        }
        #expect((delivered + dead).sorted() == Array(1...400))
        #expect(window.finished.sequence == 400)
        #expect(window.count == 0 && window.bytes == 0)
    }
}

/// A small generator with a seed, so that a failure can be repeated.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
