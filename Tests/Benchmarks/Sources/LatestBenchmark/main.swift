import AssetlogCore
import AssetlogStandardPlugins
import Foundation
import Logging

// What reading by time costs in the SQLite storage, next to reading by sequence: in a log of one busy asset and some
// rare ones, in order first, then with a backfill of late events. And what indexing an event costs, in order and late.
//
//     swift run -c release --package-path Tests/Benchmarks LatestBenchmark [EVENTS [LATE]]

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let count = arguments.first ?? 1_000_000
let late = arguments.dropFirst().first ?? 100_000
let directory = NSTemporaryDirectory() + "assetlog-latest-\(ProcessInfo.processInfo.processIdentifier)"
defer { try? FileManager.default.removeItem(atPath: directory) }

guard let plugin = PluginList.standard.storages.first(where: { $0.name == "sqlite" }) else {
    throw StorageError(.unavailable, "This build has no SQLite.")
}
let configuration = try PluginConfiguration(
    section: "storage.sqlite", keys: plugin.keys, values: [:], directory: "/", dataDirectory: directory)
let storage = try await plugin.configure(configuration).open(
    PluginContext(name: "sqlite", logger: Logger(label: "bench")))
let background = Task { try await storage.run() }
let start = Timestamp.now().microseconds
var identities = EventIDGenerator()
let busy = AssetKey(["busy"])
let rare = AssetKey(["rare"])

/// Appends events that happened so many microseconds after the start, and lets the index follow.
@MainActor func append(_ name: String, _ times: [Int64]) async throws {
    let before = processorTime()
    for first in stride(from: 0, to: times.count, by: 2000) {
        var batch = EventBatch(capacity: 1 << 20)
        for (number, time) in times.enumerated().dropFirst(first).prefix(2000) {
            batch.append(
                Event(
                    id: identities.next(at: .now()), kind: .materialization, assetKey: number % 5000 == 77 ? rare : busy,
                    partition: "2026-11-22", timestamp: Timestamp(microseconds: start + time), receivedAt: .now(),
                    details: Array(#"{"tags":{},"metadata":{"rows":{"type":"int","value":1234567}}}"#.utf8)))
        }
        _ = try storage.append(batch)
    }
    try await settle()
    print("\(name): \(format((processorTime() - before) * 1e6 / Double(times.count))) us of the processor an event, with its index")
}

@MainActor func settle() async throws {
    func times() -> [Date?] {
        ["index.sqlite", "index.sqlite-wal"].map { name in
            try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")[.modificationDate] as? Date
        }
    }
    var last = times()
    repeat {
        last = times()
        try await Task.sleep(for: .seconds(1.6))
    } while times() != last
}

func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func format(_ value: Double) -> String { String(format: "%.2f", value) }

@MainActor func measure(_ name: String, _ query: EventQuery) async throws {
    var times: [Double] = []
    var found = 0
    for _ in 0..<31 {
        let clock = ContinuousClock.now
        found = try await storage.events(query).events.count
        let (seconds, attoseconds) = (ContinuousClock.now - clock).components
        times.append(Double(seconds) * 1000 + Double(attoseconds) / 1e15)
    }
    print("  \(name): \(format(times.sorted()[15])) ms (\(found) events)")
}

@MainActor func measureAll(_ when: String) async throws {
    print(when)
    let middle = try await storage.events(EventQuery(order: .ascending(after: Int64(count / 2)), limit: 1)).events.first?.when
    for (name, key) in [("busy asset", busy), ("rare asset", rare), ("deployment", nil)] {
        for limit in [1, 100, 1000] {
            var query = EventQuery(order: .descending(before: nil), limit: limit, deployment: "default", assetKey: key)
            try await measure("\(name), desc, \(limit)", query)
            query.order = .latest(before: nil)
            try await measure("\(name), latest, \(limit)", query)
            query.order = .latest(before: middle)
            try await measure("\(name), latest from the middle, \(limit)", query)
        }
    }
    var query = EventQuery(order: .latest(before: nil), limit: 1000, deployment: "default", assetKey: busy)
    var walked = 0
    let clock = ContinuousClock.now
    while true {
        let page = try await storage.events(query)
        walked += page.events.count
        guard let next = page.continuation else { break }
        query.order = next
    }
    print("  walk of \(walked) events of the busy asset, pages of 1000: \(ContinuousClock.now - clock)")
}

// A hundred events a second, ending now, from clocks that are up to a second apart.
let inOrder = (0..<count).map { Int64($0 - count) * 10_000 + Int64($0 &* 7919 % 100) * 10_000 }
try await append("\(count) in order", inOrder)
try await measureAll("in order:")
try await append("\(late) late", (0..<late).map { Int64($0 - late - count) * 10_000 })
try await measureAll("after the late ones:")
try await append("\(late) late, of any day", (0..<late).map { Int64($0 &* 7919 % late - late - count) * 3_000_000 })
try await append("\(late) of one time", [Int64](repeating: 5_000_000, count: late))
try await measureAll("after all:")
background.cancel()
_ = await background.result
await storage.close()
