#if SQLite
import AssetlogCore
import AssetlogSQLite
import Foundation
import Testing

@testable import AssetlogSQLiteStorage

/// How the clocks of those who report go: the seconds from the start at which the event of a number happened, and was
/// received.
private struct Clocks: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let happened: @Sendable (Int) -> Double
    var received: @Sendable (Int) -> Double = { Double($0) / 100 }

    static let all = [
        Clocks("one clock") { Double($0) / 100 },
        Clocks("a clock that stands") { _ in 0 },
        Clocks("clocks that are some seconds apart") { Double($0) / 100 + Double($0 % 7) - 3 },
        Clocks("one clock minutes behind the other") { Double($0) / 100 - ($0.isMultiple(of: 2) ? 300 : 0) },
        Clocks("a clock ahead, now and then") { Double($0) / 100 + ($0.isMultiple(of: 500) ? 500 : 0) },
        Clocks("backwards") { -Double($0) },
        Clocks("a backfill of days in the middle") { (1200..<2600).contains($0) ? -Double($0 % 90) * 86_400 : Double($0) / 100 },
        Clocks("any time at all") { Double($0 &* 7919 % 6007) * 40 - 100_000 },
        Clocks("a server whose clock is set back", happened: { Double($0) / 100 - ($0 > 2000 ? 3600 : 0) }) {
            Double($0) / 100 - ($0 > 2000 ? 3600 : 0)
        },
    ]

    init(
        _ description: String, happened: @escaping @Sendable (Int) -> Double,
        received: @escaping @Sendable (Int) -> Double = { Double($0) / 100 }
    ) {
        testDescription = description
        self.happened = happened
        self.received = received
    }

    /// Events of a few assets and deployments, of which some are rare.
    func events(_ numbers: Range<Int>) -> [Event] {
        numbers.map { number in
            func time(_ seconds: Double) -> Timestamp {
                Timestamp(microseconds: 1_780_000_000_000_000 + Int64(seconds * 1_000_000))
            }
            return Event(
                id: EventID(high: UInt64(number) + 1, low: 0x8000_0000_0000_0000),
                deployment: number % 11 == 0 ? "prod" : "default", kind: EventKind.allCases[number * 7 % 6],
                assetKey: AssetKey([number % 700 == 3 ? "rare" : number % 5 == 0 ? "hourly" : "busy"]),
                timestamp: time(happened(number)), receivedAt: time(received(number)))
        }
    }
}

@Suite("Reading by time in the SQLite storage")
struct LatestTests {
    private static let count = 3500

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Appends events in parts, and lets the index follow up to an event.
    private func fill(_ clocks: Clocks, indexed: Int) async throws -> (storage: any Storage, model: [LoggedEvent]) {
        let storage = try await open(directory)
        let events = clocks.events(0..<Self.count)
        for part in [0..<1, 1..<1500, 1500..<indexed] { _ = try storage.append(EventBatch(Array(events[part]))) }
        let background = Task { try await storage.run() }
        let reader = try indexReader(directory)
        try await eventually {
            try reader.integer("SELECT watermark FROM progress") == Int64(indexed)
        }
        reader.close()
        background.cancel()
        _ = await background.result
        if indexed < Self.count { _ = try storage.append(EventBatch(Array(events[indexed...]))) }
        return (storage, zip(1..., events).map { LoggedEvent(sequence: $0, event: $1) })
    }

    private static let filters: [EventQuery] = [
        EventQuery(), EventQuery(deployment: "default"), EventQuery(deployment: "prod", kinds: [.check]),
        EventQuery(deployment: "default", assetKey: AssetKey(["busy"])),
        EventQuery(deployment: "default", assetKey: AssetKey(["rare"])),
        EventQuery(assetKey: AssetKey(["hourly"]), kinds: [.materialization]),
        EventQuery(deployment: "prod", assetKey: AssetKey(["unknown"])),
        EventQuery(filter: EventFilter(deployment: "default", prefix: AssetKey(["hourly"]), kinds: [.check, .observation])),
    ]

    @Test("gives what sorting all events would give, whatever the clocks say", arguments: Clocks.all, [1501, 3500])
    private func sorted(_ clocks: Clocks, indexed: Int) async throws {
        let (storage, model) = try await fill(clocks, indexed: indexed)
        let times = model.map(\.timestamp).sorted()
        let bounds: [(from: Timestamp?, to: Timestamp?)] = [
            (times[900], times[2700]), (times[3490], nil), (nil, times[2000]),
        ]
        for (number, filter) in Self.filters.enumerated() {
            var query = filter
            for bound in [(from: nil, to: nil), bounds[number % 3]] {
                (query.from, query.to) = (bound.from, bound.to)
                let expected = model.filter { query.matches($0.event) }.sorted { $0.timeKey > $1.timeKey }.map(\.sequence)
                for limit in [397, 5000] {
                    query.order = .latest(before: nil)
                    query.limit = limit
                    var found: [Int64] = []
                    while found.count <= expected.count {
                        let page = try await storage.events(query)
                        found += page.events.map(\.sequence)
                        if page.events.isEmpty { break }
                        #expect(page.events.count == min(limit, expected.count - found.count + page.events.count))
                        query.order = try #require(page.continuation)
                    }
                    #expect(found == expected, "\(query)")
                }
            }
        }
        await storage.close()
        let report = try #require(try await setup(directory.path).verify?())
        #expect(report == VerificationReport(events: Int64(Self.count), problems: []))
    }

    @Test("continues from any event with pages of one event", arguments: Clocks.all)
    private func single(_ clocks: Clocks) async throws {
        let (storage, model) = try await fill(clocks, indexed: 3400)
        let sorted = model.sorted { $0.timeKey > $1.timeKey }
        for index in stride(from: 0, to: sorted.count, by: 61) {
            let page = try await storage.events(EventQuery(order: .latest(before: sorted[index].timeKey), limit: 1))
            #expect(page.events.map(\.sequence) == sorted[(index + 1)...].prefix(1).map(\.sequence))
        }
        await storage.close()
    }

    @Test("may miss an event when the index is wrong, but never shows one that is not there, or twice")
    func wrongIndex() async throws {
        let clocks = Clocks("now and then late") { Double($0) / 100 - ($0.isMultiple(of: 3) ? 300 : 0) }
        let (first, model) = try await fill(clocks, indexed: Self.count)
        await first.close()
        let connection = try Connection(directory.file("index.sqlite"))
        try connection.transaction {
            for change in [
                "UPDATE strays SET timestamp = timestamp + 1 WHERE sequence % 9 = 0",
                "INSERT INTO strays SELECT scope, kind, timestamp + 7, sequence FROM strays WHERE sequence % 9 = 3",
                "INSERT OR IGNORE INTO entries SELECT scope, kind & 127, start, last, count, sequences FROM entries",
                "INSERT INTO strays VALUES (1, 1, 1780000000000000, 70000)", "UPDATE strays SET kind = 2 WHERE kind = 1",
            ] {
                try connection.execute(change)
            }
        }
        connection.close()
        let storage = try await open(directory)
        let page = try await storage.events(EventQuery(order: .latest(before: nil), limit: 4000))
        #expect(page.events.count > 1000)
        #expect(zip(page.events, page.events.dropFirst()).allSatisfy { $0.timeKey > $1.timeKey })
        #expect(page.events.allSatisfy { model[Int($0.sequence) - 1].event == $0.event })
        await storage.close()
    }

    @Test("counts an event as a stray when it is late by more than the tolerance, or dated ahead of the server's clock")
    func strays() {
        let tolerance = TimeOrder.tolerance
        let events: [(timestamp: Int64, receivedAt: Int64, isStray: Bool)] = [
            (5 - tolerance, 5, false), (1000 + tolerance, 1000, false), (1001 + tolerance, 1000, true),
            (1000, 1000, false), (999, 1000, true), (.min, 1000, true), (.max, 1000, true), (.max, .max, false),
            (.max - tolerance, 1000, true), (.max - tolerance, .max, false),
        ]
        var order = TimeOrder()
        let strays = events.map { order.isStray(timestamp: $0.timestamp, receivedAt: $0.receivedAt) }
        #expect(strays == events.map(\.isStray))
        #expect(order.highest == .max)
    }
}
#endif
