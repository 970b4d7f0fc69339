#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import Foundation
import Testing

@Suite("Identities of clients in the SQLite storage")
struct IdentityTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Appends events with identities of clients; returns what was not inserted.
    @discardableResult
    private func append(_ events: [Event], to storage: any Storage) throws -> AppendOutcome {
        var batch = EventBatch()
        for event in events { batch.append(event, clientChoice: .identity) }
        return try storage.append(batch)
    }

    /// Checks that events which were inserted from the first sequence on are duplicates now, and changed ones conflicts.
    private func expectKnown(_ events: [Event], from first: Int64 = 1, in storage: any Storage) throws {
        let known = events.indices.map {
            SkippedEvent(index: $0, reason: .duplicate(sequence: first + Int64($0)))
        }
        #expect(try append(events, to: storage) == AppendOutcome(skippedEvents: known))
        var changed = events[events.count / 2]
        changed.details = Array("{}".utf8)
        let conflict = SkippedEvent.Reason.conflict(sequence: first + Int64(events.count / 2))
        #expect(try append([changed], to: storage).skippedEvents.map(\.reason) == [conflict])
    }

    /// Does background work until the index has reached a sequence.
    private func index(_ storage: any Storage, to sequence: Int) async throws {
        let background = Task { try await storage.run() }
        try await eventually { watermark() == sequence }
        background.cancel()
        _ = await background.result
    }

    private func watermark() -> Int? {
        // While it is rebuilt there is none.
        guard let reader = try? indexReader(directory) else { return nil }
        defer { reader.close() }
        return try? reader.integer("SELECT watermark FROM progress").map { Int($0) }
    }

    private func change(_ file: String, _ statements: String...) throws {
        let connection = try Connection(directory.file(file))
        for statement in statements { try connection.execute(statement) }
        connection.close()
    }

    @Test(
        "A repetition is found when the index is at the log's end, behind it, lost, damaged, or of another kind",
        arguments: ["at the end", "behind", "never made", "missing", "empty", "format", "other log", "flipped"])
    func indexes(_ state: String) async throws {
        let events = randomEvents(2000)
        let storage = try await open(directory)
        try append(Array(events[..<1500]), to: storage)
        if state != "never made" { try await index(storage, to: 1500) }
        try append(Array(events[1500...]), to: storage)
        if state == "at the end" { try await index(storage, to: 2000) }
        try expectKnown(events, in: storage)
        await storage.close()

        let url = URL(fileURLWithPath: directory.file("index.sqlite"))
        switch state {
        case "missing": try FileManager.default.removeItem(at: url)
        case "empty": try Data().write(to: url)
        case "format": try change("index.sqlite", "PRAGMA user_version = 1")
        case "other log": try change("index.sqlite", "UPDATE progress SET log = randomblob(16)")
        case "flipped":
            var bytes = try Data(contentsOf: url)
            for offset in stride(from: 5000, to: bytes.count, by: 64) { bytes[offset] ^= 0xff }
            try bytes.write(to: url)
        default: break
        }
        let reopened = try await open(directory)
        // A damaged index may be noticed only now: then nothing is known, and nothing is inserted, until it is.
        try await eventually {
            let outcome = try append(events, to: reopened)
            try #require(outcome.sequences == nil)
            return !outcome.skippedEvents.contains { $0.reason == .indeterminate }
        }
        try expectKnown(events, in: reopened)
        try await index(reopened, to: 2000)
        try expectKnown(events, in: reopened)
        await reopened.close()
        #expect(try await setup(directory.path).verify?() == VerificationReport(events: 2000, problems: []))
    }

    @Test("A repetition is found while the index is thrown away and rebuilt under the server")
    func rebuiltWhileRunning() async throws {
        let events = randomEvents(3000)
        let storage = try await open(directory)
        try append(events, to: storage)
        try await index(storage, to: 3000)
        await storage.close()

        let running = try await open(directory)
        let background = Task { try await running.run() }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: directory.file("index.sqlite")))
        for page in 1..<UInt64(try handle.seekToEnd() / 4096) {
            try handle.seek(toOffset: page * 4096)
            try handle.write(contentsOf: Data(repeating: 0x5a, count: 4096))
        }
        try handle.close()
        for _ in 0..<40 {
            let outcome = try append(events, to: running)
            try #require(outcome.sequences == nil)
            try await Task.sleep(for: .milliseconds(50))
        }
        try await eventually { watermark() == 3000 }
        try expectKnown(events, in: running)
        background.cancel()
        _ = await background.result
        await running.close()
    }

    @Test("The identity of an event that was removed from the log can come again, and is found then")
    func removed() async throws {
        let events = randomEvents(50)
        let storage = try await open(directory)
        try append(events, to: storage)
        try await index(storage, to: 50)
        await storage.close()
        // As what removes events one day will record it.
        try change("events.sqlite", "DELETE FROM events WHERE sequence <= 10", "INSERT INTO gaps VALUES (1, 10)")

        let reopened = try await open(directory)
        #expect(try append(Array(events[..<5]), to: reopened).sequences == 51...55)
        try await index(reopened, to: 55)
        try expectKnown(Array(events[..<5]), from: 51, in: reopened)
        #expect(try await reopened.event(events[0].id, deployment: "default")?.sequence == 51)
        await reopened.close()
    }

    @Test("Verification takes one identity in two deployments for what it is, and one that is there twice for damage")
    func verified() async throws {
        let storage = try await open(directory)
        var events = randomEvents(4)
        events[1].id = events[0].id
        events[1].deployment = "prod"
        try append(events, to: storage)
        try await index(storage, to: 4)
        await storage.close()
        #expect(try await setup(directory.path).verify?() == VerificationReport(events: 4, problems: []))
        try change(
            "events.sqlite",
            "UPDATE events SET event_id = (SELECT event_id FROM events WHERE sequence = 1) WHERE sequence = 4")
        let report = try #require(try await setup(directory.path).verify?())
        #expect(report.problems.contains { $0.contains("in the log more than once, as 1 and 4") }, "\(report.problems)")
    }
}

/// Makes events with random identities, as clients choose them.
func randomEvents(_ count: Int) -> [Event] {
    events(count).map { event in
        var event = event
        event.id = EventID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
        event.timestamp = event.receivedAt
        return event
    }
}
#endif
