#if SQLite
import AssetlogCore
import Testing

@testable import AssetlogSQLiteStorage

@Suite("What is known of identities behind the index")
struct IdentityTailTests {
    @Test("The table finds what a dictionary finds, through growth, collisions and forgetting", arguments: [4, 200, 100_000])
    func table(_ hashes: UInt32) {
        var tail = IdentityTail(after: 70)
        var model: [UInt32: [Int64]] = [:]
        var (sequence, watermark) = (Int64(70), Int64(70))
        func check() {
            for hash in Set(model.keys).union([0, hashes]).shuffled().prefix(300) {
                var found: [Int64] = []
                let nothing: Bool? = tail.first(hash) { sequence in
                    found.append(sequence)
                    return nil
                }
                #expect(nothing == nil)
                #expect(found.sorted() == (model[hash] ?? []).filter { $0 > watermark })
            }
            #expect(tail.count == model.values.joined().count { $0 > watermark })
            #expect((tail.start, tail.end) == (watermark, sequence))
        }
        for round in 0..<8 {
            for _ in 0..<(hashes < 100 ? 100 : 3000) {
                sequence += 1
                // Some hashes in common, and such as lie at the table's end.
                let hash = (UInt32.random(in: 0..<hashes)) &* (round % 2 == 0 ? 1 : 0xffff_fff1)
                tail.append(hash, sequence)
                model[hash, default: []].append(sequence)
            }
            check()
            watermark = max(watermark, sequence - Int64.random(in: 0...2000))
            tail.forget(upTo: watermark)
            tail.forget(upTo: watermark - 100)
            check()
        }
        sequence += 500
        watermark = sequence
        tail.forget(upTo: watermark)
        check()
        #expect(tail.first(1) { $0 } == nil)
    }

    /// A writer on a new directory with some events, and no index.
    private func writer(_ directory: TemporaryDirectory, _ limits: Identities.Limits, events count: Int) throws -> LogWriter {
        try DataDirectory.make(directory.path)
        let writer = try LogWriter(
            file: LogFile(directory: directory.path), walBound: 16_000, identities: Identities(limits: limits))
        _ = try writer.append(EventBatch(randomEvents(count)), nil) { _, _ in }
        return writer
    }

    private func append(_ events: [Event], _ choice: ClientChoice = .identity, to writer: LogWriter) throws -> AppendOutcome {
        var batch = EventBatch()
        for event in events { batch.append(event, clientChoice: choice) }
        return try writer.append(batch, nil) { _, _ in }
    }

    @Test("With too much behind the index, events of clients can't be recognized, and those of the server continue")
    func tooFarBehind() throws {
        let directory = try TemporaryDirectory()
        let writer = try writer(directory, .init(tail: 100, scan: 1000), events: 101)
        var batch = EventBatch()
        let events = randomEvents(3)
        batch.append(events[0], clientChoice: .identity)
        batch.append(events[1])
        batch.beginGroup()
        batch.append(events[2], clientChoice: .identity)
        batch.append(randomEvents(1)[0])
        batch.endGroup()
        let outcome = try writer.append(batch, nil) { _, _ in }
        #expect(outcome.sequences == 102...102)
        #expect(outcome.skippedEvents.map(\.reason) == [.indeterminate, .indeterminate, .groupAborted(by: 2)])
        writer.close()
    }

    @Test("What is behind the index is read in steps, and found when all is read")
    func steps() throws {
        let directory = try TemporaryDirectory()
        let writer = try writer(directory, .init(tail: 1000, scan: 30, scanTime: .zero), events: 100)
        let event = randomEvents(1)
        var tries = 0
        while try append(event, to: writer).sequences == nil { tries += 1 }
        #expect(tries == 3)
        #expect(try append(event, to: writer).skippedEvents.map(\.reason) == [.duplicate(sequence: 101)])
        // From now on the table follows the log, so that nothing is to be read.
        let others = randomEvents(200)
        #expect(try append(others, [], to: writer).sequences == 102...301)
        #expect(try append(others, to: writer).skippedEvents.count == 200)
        writer.close()
    }

    @Test("The fuller the table is, the longer a pause is advised to those who fill it")
    func pauses() throws {
        let directory = try TemporaryDirectory()
        let writer = try writer(directory, .init(tail: 300, scan: 1000), events: 1)
        var pauses: [Duration] = []
        for _ in 0..<5 { pauses.append(try append(randomEvents(50), to: writer).advisedPause) }
        #expect(pauses[0] == .zero)
        #expect(pauses[1...] == ArraySlice(pauses[1...].sorted()))
        #expect(pauses[4] > pauses[2])
        #expect(pauses[2] > .zero)
        #expect(try append(randomEvents(1), [], to: writer).advisedPause == .zero)
        writer.close()
    }

    @Test("A table that outgrows its bound is let go of, and with it the answers")
    func outgrown() throws {
        let directory = try TemporaryDirectory()
        let writer = try writer(directory, .init(tail: 100, scan: 1000, forgetting: 10), events: 1)
        let event = randomEvents(1)
        #expect(try append(event, to: writer).sequences == 2...2)
        #expect(try append(randomEvents(99), to: writer).sequences == 3...101)
        #expect(try append(event, to: writer).skippedEvents.map(\.reason) == [.indeterminate])
        #expect(try append(event, [], to: writer).sequences == 102...102)
        writer.close()
    }
}
#endif
