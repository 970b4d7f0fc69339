#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import Foundation
import Testing

@Suite("Backup and verification of the SQLite storage")
struct CommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(
        "A backup next to a server that appends is one file that opens as a log, with all that was acknowledged before")
    func backup() async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(500)))
        let appending = append(to: storage)
        let other = try TemporaryDirectory()
        defer { withExtendedLifetime(other) {} }
        let copy = other.file("events.sqlite")
        try await Task.sleep(for: .milliseconds(50))
        let before = try await storage.statistics().head
        let sentence = try #require(try await setup(directory.path).backUp?(copy))
        appending.cancel()
        _ = await appending.result
        #expect(sentence.contains(copy))
        #expect(sentence.contains("storage.sqlite.path"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == ["events.sqlite"])

        let report = try #require(try await setup(other.path).verify?())
        #expect(report.problems.isEmpty)
        #expect(report.events >= before)
        let restored = try await open(other)
        let original = try await storage.allEvents()
        #expect(try await restored.allEvents() == Array(original.prefix(Int(report.events))))
        await restored.close()
        await storage.close()
    }

    @Test("A backup works without a server, and never overwrites a file")
    func backupAlone() async throws {
        let storage = try await open(directory)
        _ = try storage.append(EventBatch(events(5)))
        await storage.close()
        let copy = directory.file("copy.sqlite")
        _ = try await setup(directory.path).backUp?(copy)
        let before = try Data(contentsOf: URL(fileURLWithPath: copy))
        let error = await #expect(throws: StorageError.self) { _ = try await setup(directory.path).backUp?(copy) }
        #expect(error?.message.contains("already exists") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.contains("partial") } == [])
    }

    @Test("Verification finds nothing in a log that is whole, while a server appends")
    func whole() async throws {
        let storage = try await open(directory)
        let background = Task { try await storage.run() }
        let appending = append(to: storage)
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(60))
            let report = try #require(try await setup(directory.path).verify?())
            #expect(report.problems == [])
        }
        appending.cancel()
        background.cancel()
        _ = await appending.result
        await storage.close()
    }

    @Test(
        "Verification finds planted damage and names it",
        arguments: [
            ("events", "UPDATE events SET kind = 77 WHERE sequence = 40", "kind of event 40"),
            ("events", "UPDATE events SET event_id = x'00' WHERE sequence = 40", "event_id of event 40"),
            ("events", "UPDATE events SET details = x'5b5d' WHERE sequence = 40", "event 40 is not what was written"),
            ("events", "UPDATE events SET details = x'7b7d' WHERE sequence = 40", "event 40 is not what was written"),
            (
                "events", "UPDATE events SET asset_key = '[\"a\"]' WHERE sequence = 40",
                "event 40 is not what was written"
            ),
            ("events", "UPDATE events SET checksum = NULL WHERE sequence = 40", "event 40 is not what was written"),
            ("events", "UPDATE events SET timestamp = 'soon' WHERE sequence = 40", "timestamp of event 40"),
            ("events", "DELETE FROM events WHERE sequence BETWEEN 40 AND 42", "events 40 to 42 are missing"),
            ("events", "DELETE FROM events WHERE sequence > 90", "has events that are not in the log"),
            (
                "events",
                "UPDATE events SET event_id = (SELECT event_id FROM events WHERE sequence = 7) WHERE sequence = 40",
                "in the log more than once, as 7 and 40"
            ),
            ("index", "DELETE FROM timed_ids", "lacks event 1"),
            ("index", "DELETE FROM entries WHERE scope = 2", "lacks event 1"),
            ("index", "UPDATE zones SET least = greatest + 1", "lacks event 1"),
            ("index", "UPDATE zones SET lowest = highest + 1", "lacks event 1"),
            ("index", "UPDATE zones SET highest = lowest - 1", "lacks event 1"),
            ("index", "UPDATE entries SET kind = kind | 128 WHERE scope = 1", "lacks event 1"),
            ("index", "INSERT INTO entries VALUES (1, 1, 999, 999, 1, x'00')", "has events that are not in the log"),
            ("index", "INSERT INTO strays VALUES (1, 1, 5, 40)", "has events that are not in the log"),
            ("consumers", "INSERT INTO consumers (name, generation, position) VALUES ('audit', 0, 5000)", "audit is at 5000"),
            (
                "consumers", "INSERT INTO consumers VALUES ('audit', 0, 5, randomblob(16), NULL, NULL)",
                "audit is at 5 of another log"
            ),
            ("index", "UPDATE progress SET watermark = 120", "has lost the events 101 to 120"),
        ])
    func planted(_ file: String, _ damage: String, _ sentence: String) async throws {
        try await fillAndIndex()
        let connection = try Connection(directory.file("\(file).sqlite"))
        try connection.execute(damage)
        // The index's end must still fit the log's, or it would not be taken for its own.
        if damage.contains("sequence > 90") {
            try connection.execute("ATTACH '\(directory.file("index.sqlite"))' AS other")
            try connection.execute(
                "UPDATE other.progress SET watermark = 90, watermark_id = (SELECT event_id FROM events WHERE sequence = 90)")
        }
        connection.close()
        let report = try #require(try await setup(directory.path).verify?())
        #expect(report.problems.contains { $0.contains(sentence) }, "\(report.problems)")
    }

    @Test("Flipped bits anywhere in the log are found, or harmless, and never stop the process")
    func flipped() async throws {
        try await fillAndIndex()
        let url = URL(fileURLWithPath: directory.file("events.sqlite"))
        let whole = try Data(contentsOf: url)
        let all = try await contents()
        var found = 0
        for round in 0..<60 {
            var bytes = whole
            for offset in stride(from: 100 + round * 37, to: bytes.count, by: 4096 / (1 + round % 7)) {
                bytes[offset] ^= 0xa5
            }
            try bytes.write(to: url)
            do {
                let report = try #require(try await setup(directory.path).verify?())
                if !report.problems.isEmpty { found += 1 }
            } catch is StorageError {
                found += 1
            }
            if let storage = try? await open(directory) {
                if let found = try? await storage.allEvents() { #expect(found == all) }
                _ = try? await storage.events(EventQuery(assetKey: AssetKey(["orders"])))
                _ = try? storage.append(EventBatch(events(1)))
                await storage.close()
            }
        }
        #expect(found == 60, "of 60 damaged files only \(found) were found")
    }

    private func contents() async throws -> [LoggedEvent] {
        let storage = try await open(directory)
        let events = try await storage.allEvents()
        await storage.close()
        return events
    }

    /// Appends until it is cancelled, and lets other tasks have the thread in between.
    private func append(to storage: any Storage) -> Task<Void, any Error> {
        Task.detached {
            while !Task.isCancelled {
                _ = try storage.append(EventBatch(events(20)))
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    private func fillAndIndex() async throws {
        let storage = try await open(directory)
        let background = Task { try await storage.run() }
        _ = try storage.append(EventBatch(events(100)))
        let reader = try indexReader(directory)
        try await eventually {
            try reader.integer("SELECT watermark FROM progress") == 100
        }
        reader.close()
        background.cancel()
        _ = await background.result
        _ = try await storage.cursor(of: "other")
        await storage.close()
        let report = try #require(try await setup(directory.path).verify?())
        try #require(report == VerificationReport(events: 100, problems: []))
    }
}
#endif
