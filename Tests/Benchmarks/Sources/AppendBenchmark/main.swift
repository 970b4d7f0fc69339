import AssetlogCore
import AssetlogStandardPlugins
import Foundation
import Logging

// What a batch costs in the SQLite storage, or in the PostgreSQL storage at a URL: with identities that the server made, and with ones that clients chose,
// new and repeated. Each round measures all, one after the other; only the ratios of a run mean something.
//
//     swift run -c release --package-path Tests/Benchmarks AppendBenchmark [--stored 1000000] [--events 100000]
//         [--batches 1,64,256,2000] [--rounds 3] [--only server,fresh,repeated] [--postgres URL]
//
// The processor's time is that of the appending thread: of PostgreSQL it is what the client's side costs, with sending.

func argument(_ name: String, _ standard: String) -> String {
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: "--\(name)"), index + 1 < arguments.count else { return standard }
    return arguments[index + 1]
}

let stored = Int(argument("stored", "1000000")) ?? 0
let count = Int(argument("events", "100000")) ?? 0
let sizes = argument("batches", "1,64,256,2000").split(separator: ",").compactMap { Int($0) }
let rounds = Int(argument("rounds", "3")) ?? 1
let variants = argument("only", Variant.allCases.map(\.rawValue).joined(separator: ",")).split(separator: ",")
    .compactMap { Variant(rawValue: String($0)) }

let directory = argument("folder", NSTemporaryDirectory() + "assetlog-append-\(ProcessInfo.processInfo.processIdentifier)")
defer { try? FileManager.default.removeItem(atPath: directory) }
let storage = try await openStorage(directory)
let background = Task { try await storage.run() }

let fixture = AppendBench(storage)
let start = ContinuousClock.now
for _ in 0..<(stored / 2000) { _ = try fixture.append(.stored, 2000) }
print("stored \(stored) events with random identities in \(ContinuousClock.now - start)")
if stored > 0 {
    try await settle(directory)
    print("the index was there after \(ContinuousClock.now - start)")
}

var figures: [String: [SIMD2<Double>]] = [:]
for _ in 0..<rounds {
    for size in sizes {
        // A commit of one event costs a write to the disk, so that fewer tell as much.
        let batches = max(1, (size == 1 ? count / 50 : count) / size)
        for variant in variants {
            var spent = SIMD2<Double>.zero
            for _ in 0..<batches { spent += try fixture.append(variant, size) }
            figures["\(variant) \(size)", default: []].append(spent * 1e6 / Double(batches * size))
            try await settle(directory)
        }
    }
}
for size in sizes {
    for variant in variants {
        let rows = figures["\(variant) \(size)"] ?? []
        let base = figures["server \(size)"] ?? rows
        func text(_ value: Double) -> String { String(format: "%.2f", value) }
        print(
            "batches of \(size), \(variant): \(text(median(rows.map { $0[0] }))) us an event,"
                + " \(text(median(zip(rows, base).map { $0[0] / $1[0] }))) of server;"
                + " processor \(text(median(rows.map { $0[1] }))) us, \(text(median(zip(rows, base).map { $0[1] / $1[1] }))) of server")
    }
}
background.cancel()
_ = await background.result
await storage.close()

func openStorage(_ directory: String) async throws -> any Storage {
    let url = argument("postgres", "")
    let name = url.isEmpty ? "sqlite" : "postgres"
    let plugin = try PluginList.standard.storage(named: name)
    let configuration = try PluginConfiguration(
        section: "storage.\(name)", keys: plugin.keys, values: url.isEmpty ? [:] : ["url": [url]], directory: "/",
        dataDirectory: directory)
    return try await plugin.configure(configuration).open(PluginContext(name: name, logger: Logger(label: "bench")))
}

/// Waits until nothing is written any more: the index has reached the log, and the disk is quiet.
func settle(_ directory: String) async throws {
    func times() -> [Date?] {
        ["index.sqlite", "index.sqlite-wal", "events.sqlite", "events.sqlite-wal"].map { name in
            try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")[.modificationDate] as? Date
        }
    }
    var last = times()
    repeat {
        last = times()
        try await Task.sleep(for: .seconds(1.5))
    } while times() != last
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}
