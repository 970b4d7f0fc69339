import AssetlogCore
import AssetlogStandardPlugins
import AssetlogTesting
import Logging
import Synchronization
import Testing

@testable import AssetlogApp

@Suite("Copying a log")
struct LogCopyTests {
    // More than two pages of a copy.
    private static let count = 2 * LogWalk.pageEvents + 1234

    private static func events(_ count: Int = count) -> [Event] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { number in
            Event(
                id: EventID(high: random.next(), low: random.next()), deployment: number % 3 == 0 ? "prod" : "default",
                kind: EventKind.allCases[number % EventKind.allCases.count], assetKey: AssetKey(["warehouse", "t\(number % 7)"]),
                partition: [nil, "", "e\u{301}"][number % 3], timestamp: Timestamp(microseconds: Int64(number) * 7 - 5),
                receivedAt: Timestamp(microseconds: Int64(number) * 7), reportedBy: [nil, "spark"][number % 2],
                details: Array(#"{"description":"\#(number)"}"#.utf8))
        }
    }

    private static func memory(_ events: [Event] = []) async throws -> any Storage {
        let plugin = try PluginList.standard.storage(named: "memory")
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: plugin.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let storage = try await plugin.configure(configuration).open(PluginContext(name: "memory", logger: logger))
        if !events.isEmpty { _ = try storage.append(EventBatch(events)) }
        return storage
    }

    private static func all(_ storage: any LogReader) async throws -> [Event] {
        try await storage.events(EventQuery(limit: .max, maximumBytes: .max)).events.map(\.event)
    }

    private static func isSame(_ left: [Event], _ right: [Event]) -> Bool {
        left.elementsEqual(right) { $0.isSame(as: $1) }
    }

    @Test("brings every event over as it is, in order, and says so", arguments: [0, 1, LogWalk.pageEvents, count])
    func copies(_ count: Int) async throws {
        let events = Self.events(count)
        let (source, destination) = (SparseLog(events), try await Self.memory())
        let report = try await LogCopy.run(from: source, to: destination)
        #expect(Self.isSame(try await Self.all(destination), events))
        #expect(report.before == 0)
        #expect(report.counted == Int64(count))
        var digest = EventDigest()
        for event in events { digest.add(event) }
        #expect(report.digest == digest)
        #expect(report.text.hasSuffix("checksum of both: \(digest.text)\n"))
        if count > 0 { #expect(report.text.contains("source: \(count) event")) }
        // Again: there is nothing to do.
        let again = try await LogCopy.run(from: source, to: destination)
        #expect(again.before == Int64(count))
        #expect(again.digest == digest)
        #expect(try await destination.statistics().events == Int64(count))
    }

    @Test("continues after any interruption, before and after a commit, without doubling anything", arguments: [0, 1, 2], [false, true])
    func resumes(_ appends: Int, afterCommit: Bool) async throws {
        let events = Self.events()
        let (source, inner) = (SparseLog(events), try await Self.memory())
        let destination = FragileStorage(inner, appends: appends, afterCommit: afterCommit)
        await #expect(throws: StorageError.self) { try await LogCopy.run(from: source, to: destination) }
        let there = try await inner.statistics().events
        #expect(there == Int64(min((appends + (afterCommit ? 1 : 0)) * LogWalk.pageEvents, events.count)))
        let report = try await LogCopy.run(from: source, to: inner)
        #expect(report.before == there)
        #expect(report.counted == Int64(events.count))
        #expect(Self.isSame(try await Self.all(inner), events))
    }

    @Test("takes over what came to the source after an earlier copy")
    func follows() async throws {
        let events = Self.events(3000)
        let destination = try await Self.memory()
        _ = try await LogCopy.run(from: SparseLog(Array(events[..<1000])), to: destination)
        let report = try await LogCopy.run(from: SparseLog(events), to: destination)
        #expect(report.before == 1000)
        #expect(Self.isSame(try await Self.all(destination), events))
    }

    /// A change of one column of an event.
    enum Change: CaseIterable {
        case id, deployment, kind, assetKey, partition, absentPartition, timestamp, receivedAt, reportedBy, details, look

        func applied(to event: Event) -> Event {
            var event = event
            switch self {
            case .id: event.id.low ^= 1
            case .deployment: event.deployment += "x"
            case .kind: event.kind = event.kind == .check ? .observation : .check
            case .assetKey: event.assetKey = AssetKey(event.assetKey.parts + ["x"])
            case .partition: event.partition = "other"
            case .absentPartition: event.partition = event.partition == nil ? "" : nil
            case .timestamp: event.timestamp.microseconds += 1
            case .receivedAt: event.receivedAt.microseconds += 1
            case .reportedBy: event.reportedBy = event.reportedBy == nil ? "" : nil
            case .details: event.details.append(UInt8(ascii: " "))
            // To Swift's texts this is no change.
            case .look: event.deployment = "caf\u{e9}"
            }
            return event
        }
    }

    @Test("refuses a destination with another event, names it, and changes nothing", arguments: Change.allCases)
    func refuses(_ change: Change) async throws {
        var events = Self.events(100)
        if change == .look { events[40].deployment = "cafe\u{301}" }
        var others = events
        others[40] = change.applied(to: events[40])
        let destination = try await Self.memory(Array(others[..<50]))
        let problem = await #expect(throws: CopyProblem.self) { try await LogCopy.run(from: SparseLog(events), to: destination) }
        #expect(problem?.description.contains("event number 41:") == true)
        #expect(problem?.description.contains("\(others[40].id)") == true)
        #expect(try await destination.statistics().events == 50)
        var (digest, other) = (EventDigest(), EventDigest())
        digest.add(events[40])
        other.add(others[40])
        #expect(digest.text != other.text)
    }

    @Test("refuses a destination that holds more than the source, and one with events of its own")
    func refusesMore() async throws {
        let events = Self.events(100)
        for (source, destination) in [(Array(events[..<90]), events), ([], events), (Array(events.reversed()), [events[0]])] {
            let storage = try await Self.memory(destination)
            await #expect(throws: CopyProblem.self) { try await LogCopy.run(from: SparseLog(source), to: storage) }
            #expect(try await storage.statistics().events == Int64(destination.count))
        }
    }

    @Test("reads back what it wrote, and finds what was changed, lost or added in the meantime", arguments: FragileStorage.Fault.allCases)
    func verifies(_ fault: FragileStorage.Fault) async throws {
        let destination = FragileStorage(try await Self.memory(), fault: fault)
        await #expect(throws: CopyProblem.self) { try await LogCopy.run(from: SparseLog(Self.events()), to: destination) }
    }

    @Test("finds the positions of consumers in the other log, whose sequences are others")
    func cursors() async throws {
        let source = SparseLog(Self.events(100))
        let positions: [Int64] = [0, 6, 7, 8, 349, 350, 700, 5000]
        let consumers = positions.map { KeptConsumer(cursor: ConsumerCursor(consumer: "at \($0)", generation: 2, position: $0)) }
        let destination = try await Self.memory()
        let report = try await LogCopy.run(from: source, to: destination, consumers: consumers)
        #expect(report.consumers.map(\.position) == [0, 0, 1, 1, 49, 50, 100, 100])
        _ = try await CopiedConsumers.create(report.consumers, in: destination)
        var cursor = try await destination.cursor(of: "at 349")
        let (log, event) = (try await destination.logID(), try await Self.all(destination)[48].id)
        #expect(cursor == ConsumerCursor(consumer: "at 349", generation: 2, position: 49, log: log, event: event))
        // One that is there stays where it is.
        cursor.position = 60
        _ = try await destination.advance(cursor)
        _ = try await CopiedConsumers.create(report.consumers, in: destination)
        #expect(try await destination.cursor(of: "at 349") == cursor)
    }
}

extension LogCopyTests {
    @Test("a cursor that is of another log than the source is named, and begins at the start")
    func foreignCursors() async throws {
        let source = SparseLog(Self.events(10))
        let consumers = [
            KeptConsumer(cursor: ConsumerCursor(consumer: "foreign", position: 35, log: LogID(high: 1, low: 1))),
            KeptConsumer(cursor: ConsumerCursor(consumer: "ours", position: 35, log: try await source.logID())),
        ]
        let destination = try await Self.memory()
        let report = try await LogCopy.run(from: source, to: destination, consumers: consumers)
        let text = try await CopiedConsumers.create(report.consumers, in: destination)
        #expect(text.contains("consumer foreign: its cursor belongs to another log than the source"))
        #expect(text.contains("consumer ours: continues after sequence 5\n"))
        #expect(try await destination.cursor(of: "foreign").position == 0)
        #expect(try await destination.cursor(of: "ours").position == 5)
    }

    @Test("dead letters and pauses come along, with the sequences and the log of the destination")
    func deadLetters() async throws {
        let source = SparseLog(Self.events(10))
        func letter(_ sequence: Int64, of log: LogID, event: EventID) -> DeadLetter {
            DeadLetter(sequence: sequence, log: log, event: event, attempts: 12, failedAt: .now(), message: "no", answer: "a\u{0}b")
        }
        let events = try await source.events(EventQuery()).events
        let log = try await source.logID()
        let kept = KeptConsumer(
            cursor: ConsumerCursor(consumer: "audit", position: 35, log: log),
            deadLetters: [
                letter(7, of: LogID(high: 1, low: 1), event: events[0].id), letter(14, of: log, event: events[1].id),
                letter(21, of: log, event: events[7].id), letter(70, of: log, event: events[9].id),
            ], pause: "maintenance")
        let destination = try await Self.memory()
        let report = try await LogCopy.run(from: source, to: destination, consumers: [kept])
        let text = try await CopiedConsumers.create(report.consumers, in: destination)
        #expect(
            text == "consumer audit: continues after sequence 5; keeps 2 dead letters; leaves out 2 of another log than the source; stays"
                + " paused\n")
        let letters = try await destination.allDeadLetters(of: "audit")
        let copies = try await Self.all(destination)
        #expect(letters.map(\.sequence) == [2, 10])
        #expect(letters.map(\.event) == [copies[1].id, copies[9].id])
        #expect(letters.allSatisfy { $0.answer == "a\u{0}b" })
        #expect(Set(letters.map(\.log)) == [try await destination.logID()])
        #expect(try await destination.pause(of: "audit") == "maintenance")
    }
}

/// A log with holes: its sequences are 7, 14, 21 and so on.
private struct SparseLog: LogReader {
    private let log: [LoggedEvent]

    init(_ events: [Event]) {
        log = events.enumerated().map { LoggedEvent(sequence: Int64($0.offset + 1) * 7, event: $0.element) }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        guard case .ascending(let after) = query.order else { return EventPage() }
        let page = Array(log[min(Int(after / 7), log.count)...].prefix(query.limit))
        return EventPage(events: page, continuation: page.last.map { query.order.after($0.timeKey) })
    }
    func logID() async throws -> LogID { LogID(high: 7, low: 7) }
    func statistics() async throws -> StorageStatistics {
        StorageStatistics(events: Int64(log.count), head: log.last?.sequence ?? 0)
    }
    func close() async {}
}

/// A storage that fails at one of its appends, or does it wrongly.
final class FragileStorage: ForwardingStorage {
    enum Fault: CaseIterable { case changes, loses, adds }

    let inner: any Storage
    private let rest: Mutex<Int>
    private let afterCommit: Bool
    private let fault: Fault?

    init(_ inner: any Storage, appends: Int = 1, afterCommit: Bool = false, fault: Fault? = nil) {
        self.inner = inner
        rest = Mutex(appends)
        self.afterCommit = afterCommit
        self.fault = fault
    }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        let isDue = rest.withLock { rest in
            defer { rest -= 1 }
            return rest == 0
        }
        guard isDue else { return try inner.append(batch) }
        var events = batch.events
        switch fault {
        case nil:
            if afterCommit { _ = try inner.append(batch) }
            throw StorageError(.unavailable, "The connection was lost.")
        case .changes: events[7].timestamp.microseconds += 1
        case .loses: events.remove(at: 7)
        case .adds: events.append(events[7])
        }
        let sequences = try inner.append(EventBatch(events)).sequences
        // It says that all is well.
        return AppendOutcome(sequences: sequences.map { $0.lowerBound...$0.lowerBound + Int64(batch.count) - 1 })
    }
}
