#if SQLite
import AssetlogCore
import AssetlogSQLite
import Foundation
import Testing

@testable import AssetlogSQLiteStorage

@Suite("What the SQLite storage says of its log")
struct TruthTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func change(_ file: String, _ statements: String...) throws {
        let connection = try Connection(directory.file(file))
        for statement in statements { try connection.execute(statement) }
        connection.close()
    }

    /// Fills a log, lets the index follow, and closes it.
    private func fill(_ count: Int) async throws -> [LoggedEvent] {
        let storage = try await open(directory)
        for start in stride(from: 0, to: count, by: 50) {
            _ = try storage.append(EventBatch(events(min(50, count - start), asset: "a\(start % 100)")))
        }
        let background = Task { try await storage.run() }
        let reader = try indexReader(directory)
        try await eventually { try reader.integer("SELECT watermark FROM progress") == Int64(count) }
        reader.close()
        background.cancel()
        _ = await background.result
        let all = try await storage.allEvents()
        await storage.close()
        return all
    }

    @Test("An event that is damaged or missing fails every read that meets it, by its sequence, and no other", arguments: [true, false])
    func damaged(_ isMissing: Bool) async throws {
        let all = try await fill(300)
        try change(
            "events.sqlite",
            isMissing
                ? "DELETE FROM events WHERE sequence = 120"
                : "UPDATE events SET asset_key = '[\"other\"]' WHERE sequence = 120")
        for hasIndex in [true, false] {
            if !hasIndex { try EventIndex.remove(directory.file("index.sqlite")) }
            let storage = try await open(directory)
            let victim = all[119]
            let queries = [
                EventQuery(limit: 1000), EventQuery(order: .descending(before: nil), limit: 1000),
                EventQuery(order: .ascending(after: 119), limit: 1),
                EventQuery(limit: 1000, assetKey: victim.assetKey),
                EventQuery(order: .latest(before: nil), limit: 1000),
                EventQuery(order: .latest(before: nil), limit: 1000, assetKey: victim.assetKey),
                EventQuery(limit: 1000, kinds: [.materialization]),
            ]
            for query in queries {
                let error = await #expect(throws: StorageError.self, "\(query)") { _ = try await storage.events(query) }
                #expect(error?.code == .damaged && error?.sequence == 120, "\(query): \(error?.message ?? "")")
            }
            let error = await #expect(throws: StorageError.self) {
                _ = try await storage.event(victim.id, deployment: "default")
            }
            #expect(error?.sequence == 120)
            #expect(try await storage.events(EventQuery(limit: 119)).events == Array(all.prefix(119)))
            #expect(try await storage.events(EventQuery(order: .ascending(after: 120), limit: 1000)).events == Array(all.dropFirst(120)))
            // By time, the missing one may be among the latest, and without the index everything has to be looked at.
            let latest = EventQuery(order: .latest(before: nil), limit: 50)
            if hasIndex, !isMissing { #expect(try await storage.events(latest).events.count == 50) }
            #expect(try await storage.event(all[7].id, deployment: "default") == all[7])
            // Nothing is taken for a repetition of what can't be read.
            var batch = EventBatch()
            batch.append(all[7].event, clientChoice: .identity)
            #expect(try storage.append(batch).skippedEvents.map(\.reason) == [.duplicate(sequence: 8)])
            await storage.close()
        }
    }

    @Test("An index is not built over a damaged event, and all before it can be asked for")
    func indexStops() async throws {
        let all = try await fill(300)
        try change("events.sqlite", "UPDATE events SET deployment = 'prod' WHERE sequence = 200")
        try EventIndex.remove(directory.file("index.sqlite"))
        let storage = try await open(directory)
        let background = Task { try await storage.run() }
        try await eventually {
            guard let reader = try? indexReader(directory) else { return false }
            defer { reader.close() }
            return try reader.integer("SELECT watermark FROM progress") == 199
        }
        let error = await #expect(throws: StorageError.self) {
            _ = try await storage.events(EventQuery(limit: 1000, deployment: "prod"))
        }
        #expect(error?.sequence == 200)
        #expect(try await storage.events(EventQuery(limit: 190)).events == Array(all.prefix(190)))
        background.cancel()
        _ = await background.result
        await storage.close()
    }

    @Test(
        "A log that ends before the index or a cursor is not opened, unless the loss is accepted",
        arguments: ["index", "cursor", "front", "all"])
    func loss(_ witness: String) async throws {
        let all = try await fill(40)
        let storage = try await open(directory)
        var cursor = try await storage.cursor(of: "audit")
        (cursor.position, cursor.log, cursor.event) = (35, try await storage.logID(), all[34].id)
        _ = try await storage.advance(cursor)
        await storage.close()
        var lost: [Int64] = []
        switch witness {
        case "index":
            try change("events.sqlite", "DELETE FROM events WHERE sequence > 5")
            lost = Array(6...40)
        case "cursor":
            try change("events.sqlite", "DELETE FROM events WHERE sequence > 5")
            try EventIndex.remove(directory.file("index.sqlite"))
            lost = Array(6...35)
        case "front":
            try change("events.sqlite", "DELETE FROM events WHERE sequence < 11")
            lost = Array(1...10)
        default:
            for name in ["events.sqlite", "events.sqlite-wal", "events.sqlite-shm"] {
                try? FileManager.default.removeItem(atPath: directory.file(name))
            }
            lost = Array(1...40)
        }
        let range = "\(lost[0]) to \(lost[lost.count - 1])"
        let error = await #expect(throws: StorageError.self) { await (try open(directory)).close() }
        #expect(error?.code == .damaged && error?.message.contains("has lost the events \(range)") == true, "\(error?.message ?? "")")
        if witness != "all" {
            let reader = await #expect(throws: StorageError.self) { _ = try await setup(directory.path).openForReading?() }
            #expect(reader?.message.contains(range) == true)
        }

        let accepted = try await setup(directory.path).open(
            PluginContext(name: "sqlite", logger: quiet, acceptsLoss: true))
        let rest = all.filter { !lost.contains($0.sequence) && !(witness == "cursor" && $0.sequence > 5) }
        #expect(try await accepted.allEvents() == rest)
        let next = (max(lost.max() ?? 0, rest.last?.sequence ?? 0)) + 1
        #expect(try accepted.append(EventBatch(events(2))).sequences == next...next + 1)
        #expect(try await accepted.statistics() == StorageStatistics(events: Int64(rest.count) + 2, head: next + 1))
        await accepted.close()
        let again = try await open(directory)
        #expect(try await again.statistics().events == Int64(rest.count) + 2)
        await again.close()
        let problems = try #require(try await setup(directory.path).verify?()).problems
        // The new log is another one than that of the cursor.
        #expect(problems.filter { !(witness == "all" && $0.contains("at 35 of another log")) } == [])
    }

    @Test("An accepted loss takes in what is damaged or missing in the middle, and keeps the damaged rows aside")
    func acceptsDamage() async throws {
        let all = try await fill(60)
        try change(
            "events.sqlite", "DELETE FROM events WHERE sequence IN (10, 11, 30)",
            "UPDATE events SET details = x'7b7d' WHERE sequence IN (12, 50)")
        let lost: Set<Int64> = [10, 11, 12, 30, 50]
        let accepted = try await setup(directory.path).open(
            PluginContext(name: "sqlite", logger: quiet, acceptsLoss: true))
        #expect(try await accepted.allEvents() == all.filter { !lost.contains($0.sequence) })
        await accepted.close()
        let connection = try Connection(directory.file("events.sqlite"))
        let gaps = try connection.statement("SELECT first * 1000 + last FROM gaps").rows { $0.integer(0) }
        let aside = try connection.statement("SELECT sequence FROM damaged_events").rows { $0.integer(0) }
        #expect(gaps == [10_012, 30_030, 50_050])
        #expect(aside == [12, 50])
        connection.close()
        #expect(try await setup(directory.path).verify?() == VerificationReport(events: 55, problems: []))
    }

    @Test(
        "An index is thrown away for damage alone",
        arguments: [
            (SQLiteError.Code.corrupt, true), (.notADatabase, true), (.init(rawValue: 11 | 2 << 8), true), (.error, true),
            (.constraint, true), (.cantOpen, false), (.inputOutput, false), (.init(rawValue: 10 | 1 << 8), false), (.full, false),
            (.noMemory, false), (.busy, false), (.locked, false), (.readOnly, false), (.permission, false),
            (.lockingProtocol, false), (.interrupted, false), (.misuse, false),
        ])
    func classes(_ code: SQLiteError.Code, _ isDamage: Bool) {
        #expect(EventIndex.isDamage(SQLiteError(code, "", file: "")) == isDamage)
        #expect(!EventIndex.isDamage(StorageError(.damaged, "the log")))
    }

    @Test("Connections that were opened while the write-ahead log was away do not read on")
    func connectionsOfAnAccident() async throws {
        let storage = try #require(try await open(directory) as? SQLiteStorage)
        _ = try storage.append(EventBatch(events(20)))
        // Four reads at once, each on a connection of its own.
        func counts() async -> [Int64?] {
            let gate = DispatchGroup()
            for _ in 0..<4 { gate.enter() }
            return await withTaskGroup(of: Int64?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        await withCheckedContinuation { continuation in
                            Thread.detachNewThread {
                                var isOpen = false
                                let count = try? storage.readers.read { database in
                                    isOpen = true
                                    gate.leave()
                                    gate.wait()
                                    return try database.integer("SELECT count(*) FROM events")
                                }
                                if !isOpen { gate.leave() }
                                continuation.resume(returning: count)
                            }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        let path = directory.file("events.sqlite-wal")
        #expect(rename(path, path + ".away") == 0)
        #expect(await counts() != [20, 20, 20, 20], "the case is none: no connection was opened now")
        try await eventually { !storage.health().isReady }
        #expect(rename(path + ".away", path) == 0)
        try await eventually { storage.health().isReady }
        #expect(await counts() == [20, 20, 20, 20])
        await storage.close()
    }

    @Test("An index that can't be opened for a while is kept, and used when it can")
    func keepsIndex() async throws {
        let all = try await fill(100)
        let path = directory.file("index.sqlite")
        let inode = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        // In its place a directory: it can't be opened.
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let storage = try await open(directory)
        #expect(try await storage.allEvents() == all)
        let background = Task { try await storage.run() }
        try await Task.sleep(for: .milliseconds(200))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        _ = try storage.append(EventBatch(events(1)))
        let reader = try indexReader(directory)
        try await eventually { try reader.integer("SELECT watermark FROM progress") == 101 }
        reader.close()
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == inode)
        background.cancel()
        _ = await background.result
        await storage.close()
    }

    @Test("While an index is built over many events, identities come first, and events of clients are distinguished from new ones")
    func identitiesFirst() async throws {
        let file = LogFile(directory: directory.path)
        let count = Int(IdentityIndexer.threshold) + Indexer.step + 10_000
        let writer = try LogWriter(file: file, walBound: 16_000, identities: Identities(limits: .init(tail: 1000)))
        let first = randomEvents(3)
        _ = try writer.append(EventBatch(first), nil) { _, _ in }
        for start in stride(from: 3, to: count, by: 10_000) {
            _ = try writer.append(EventBatch(randomEvents(min(10_000, count - start))), nil) { _, _ in }
        }
        let readers = try file.openReaders()
        let index = try EventIndex.open(directory: directory.path, log: LogIdentity(readers, writer.extent)).index
        func append(_ event: Event) throws -> [SkippedEvent.Reason] {
            var batch = EventBatch()
            batch.append(event, clientChoice: .identity)
            return try writer.append(batch, index) { _, _ in }.skippedEvents.map(\.reason)
        }
        #expect(try append(first[0]) == [.indeterminate])
        let indexer = Indexer(log: readers, index: index, extent: writer.extent, appended: AppendedEvents())
        #expect(try await indexer.advance() == Indexer.step)
        #expect(try await index.database.read { try $0.integer("SELECT watermark FROM progress") } == 0)
        #expect(try append(first[0]) == [.duplicate(sequence: 1)])
        #expect(try append(randomEvents(1)[0]) == [])
        while try await indexer.advance() == Indexer.step {}
        #expect(try append(first[2]) == [.duplicate(sequence: 3)])
        index.database.close()
        readers.close()
        writer.close()
        #expect(try await setup(directory.path).verify?() == VerificationReport(events: Int64(count) + 1, problems: []))
    }

    @Test("A backup carries the cursors, and a folder that was restored from it has them")
    func carriesCursors() async throws {
        let all = try await fill(30)
        let storage = try await open(directory)
        var cursor = try await storage.replay("audit", after: 0)
        (cursor.position, cursor.log, cursor.event) = (20, try await storage.logID(), all[19].id)
        _ = try await storage.advance(cursor)
        let other = try TemporaryDirectory()
        defer { withExtendedLifetime(other) {} }
        let sentence = try await setup(directory.path).backUp?(other.file("events.sqlite"))
        #expect(sentence?.contains("the cursors of audit") == true, "\(sentence ?? "")")
        let identity = try await storage.logID()
        await storage.close()
        let restored = try await open(other)
        #expect(try await restored.cursor(of: "audit") == cursor)
        #expect(try await restored.logID() == identity)
        cursor.position = 25
        #expect(try await restored.advance(cursor))
        await restored.close()
        // They are taken once.
        let again = try await open(other)
        #expect(try await again.cursor(of: "audit") == cursor)
        await again.close()
    }

    @Test("A backup carries dead letters and pauses, and they are taken once")
    func carriesDeadLetters() async throws {
        let all = try await fill(30)
        let storage = try await open(directory)
        let log = try await storage.logID()
        func letter(_ sequence: Int64) -> DeadLetter {
            DeadLetter(
                sequence: sequence, log: log, event: all[Int(sequence) - 1].id, attempts: 12, failedAt: .now(), message: "no",
                answer: "a\u{0}b", isReplayRequested: sequence == 4)
        }
        let letters = [letter(3), letter(4)]
        try await storage.keepDeadLetters(letters, of: "audit")
        try await storage.setPause(of: "warehouse", "maintenance")
        let other = try TemporaryDirectory()
        defer { withExtendedLifetime(other) {} }
        let sentence = try await setup(directory.path).backUp?(other.file("events.sqlite"))
        #expect(sentence?.contains("the cursors of audit, warehouse, with 2 dead letters") == true, "\(sentence ?? "")")
        await storage.close()

        let restored = try await open(other)
        #expect(try await restored.deadLetters(of: "audit", after: 0, limit: 10) == letters)
        #expect(try await restored.pause(of: "warehouse") == "maintenance")
        #expect(try await restored.cursors() == [])
        #expect(try await restored.removeDeadLetters(of: "audit", nil) == 2)
        try await restored.setPause(of: "warehouse", nil)
        await restored.close()
        let again = try await open(other)
        #expect(try await again.deadLetterCount(of: "audit") == 0)
        #expect(try await again.pause(of: "warehouse") == nil)
        // A backup of what was restored carries what is there now.
        let third = try TemporaryDirectory()
        defer { withExtendedLifetime(third) {} }
        let ninth = letter(9)
        try await again.keepDeadLetters([ninth], of: "audit")
        await again.close()
        _ = try await setup(other.path).backUp?(third.file("events.sqlite"))
        let last = try await open(third)
        #expect(try await last.deadLetters(of: "audit", after: 0, limit: 10) == [ninth])
        await last.close()
    }

    @Test("Cursors of a file that was removed are refused, and the log continues")
    func removedCursors() async throws {
        let storage = try await open(directory)
        let cursor = try await storage.cursor(of: "audit")
        try FileManager.default.removeItem(atPath: directory.file("consumers.sqlite"))
        let error = await #expect(throws: StorageError.self) { _ = try await storage.advance(cursor) }
        #expect(error?.code == .unavailable && error?.message.contains("was removed") == true)
        #expect(try storage.append(EventBatch(events(1))).sequences == 1...1)
        await storage.close()
    }
}
#endif
