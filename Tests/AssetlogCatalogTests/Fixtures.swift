import AssetlogCore
import AssetlogMemoryStorage
import Foundation
import Logging
import TestSupport

@testable import AssetlogCatalog

/// A generator whose numbers depend on its seed alone.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// A directory that goes with its owner.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "assetlog-catalog-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// What an event says, so that a test need not read JSON.
struct Said: Sendable {
    struct Check: Sendable {
        var name: String
        var passed: Bool
        var severity: String
        var blocking: Bool?
    }

    var kind: EventKind
    var asset: [String]
    var deployment = "default"
    var partition: String?
    var time: Int64
    var received: Int64?
    var reporter: String?
    var version: String?
    var tags: [String: String] = [:]
    var description: String?
    var numbers: [(label: String, value: Double)] = []
    var check: Check?
    var failure: (reason: String, message: String)?
    var upstream: [[String]]?
    var id = EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    var voids: EventID?
    var wipes: [String]?

    var event: Event {
        var details = Details()
        if let description { details.add("description", Details.string(description)) }
        if let version { details.add("data_version", Details.string(version)) }
        if kind.isReportable {
            let tags = tags.sorted { $0.key < $1.key }.map { "\(Details.string($0.key)):\(Details.string($0.value))" }
            details.add("tags", "{\(tags.joined(separator: ","))}")
            let metadata = numbers.map { "\(Details.string($0.label)):{\"type\":\"float\",\"value\":\($0.value)}" }
            details.add("metadata", "{\(metadata.joined(separator: ","))}")
        }
        if let check {
            details.add("check_name", Details.string(check.name))
            details.add("passed", "\(check.passed)")
            details.add("severity", Details.string(check.severity))
            if let blocking = check.blocking { details.add("blocking", "\(blocking)") }
        }
        if let failure {
            details.add(
                "failure", "{\"reason\":\(Details.string(failure.reason)),\"message\":\(Details.string(failure.message))}")
        }
        if let upstream { details.add("upstream", "[\(upstream.map { AssetKey($0).canonical }.joined(separator: ","))]") }
        let json =
            switch kind {
            case .void: VoidDetails(voids: voids ?? id, reason: "a test").json
            case .wipe: WipeDetails(partitions: wipes, reason: "a test").json
            default: details.json
            }
        return Event(
            id: id, deployment: deployment, kind: kind, assetKey: AssetKey(asset), partition: partition,
            timestamp: Timestamp(microseconds: time), receivedAt: Timestamp(microseconds: received ?? time), reportedBy: reporter,
            details: json)
    }

    private struct Details {
        private var members: [String] = []

        static func string(_ text: String) -> String {
            var bytes: [UInt8] = []
            CanonicalJSON.appendString(text.utf8, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }

        mutating func add(_ name: String, _ json: String) { members.append("\"\(name)\":\(json)") }

        var json: [UInt8] { Array("{\(members.joined(separator: ","))}".utf8) }
    }
}

/// A log in memory, with a stream of its changes.
final class TestLog: Sendable {
    let storage: any Storage
    private let subscribers = Subscribers()

    init() async throws {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let setup = try StoragePlugin.memory.configure(configuration)
        storage = try await setup.open(PluginContext(name: "memory", logger: CapturedLog().logger))
    }

    /// Appends events in one batch.
    @discardableResult
    func append(_ said: [Said]) throws -> ClosedRange<Int64>? {
        let outcome = try storage.append(EventBatch(said.map(\.event)))
        subscribers.notify()
        return outcome.sequences
    }

    @Sendable func changes() -> AsyncStream<Void> { subscribers.stream() }

    private final class Subscribers: Sendable {
        private let all = Monitor<[AsyncStream<Void>.Continuation]>([])

        func stream() -> AsyncStream<Void> {
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            all.withLock { $0.append(continuation) }
            return stream
        }

        func notify() {
            for continuation in all.withLock({ $0 }) { continuation.yield() }
        }
    }
}

/// A catalog that did not come so far in minutes.
struct NotReached: Error {
    var sequence: Int64
    var status: CatalogStatus
}

/// A catalog that follows a log until it is stopped.
final class RunningCatalog: Sendable {
    let catalog: Catalog
    let messages: CapturedLog
    private let task: Task<Void, Never>

    init(
        _ log: any LogReader, _ settings: CatalogSettings, changes: @escaping @Sendable () -> AsyncStream<Void> = { AsyncStream { _ in } },
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        let messages = CapturedLog()
        let catalog = Catalog(settings: settings, log: log, changes: changes, now: now, logger: messages.logger)
        self.messages = messages
        self.catalog = catalog
        task = Task { await catalog.run() }
    }

    /// Waits until answers contain everything up to a sequence.
    func reach(_ sequence: Int64) async throws {
        guard await catalog.waitFor(sequence: sequence, atMost: .seconds(300)) else {
            throw NotReached(sequence: sequence, status: catalog.status)
        }
    }

    /// Ends it in order: it writes what is in memory.
    func stop() async {
        task.cancel()
        await task.value
    }
}

extension CatalogSettings {
    /// Small steps, so that few events pass through all of them.
    static func small(_ path: String, flush: Int = 40, page: Int = 16) -> CatalogSettings {
        var settings = CatalogSettings(path: path)
        settings.flushEvents = flush
        settings.pageEvents = page
        settings.pollInterval = .milliseconds(10)
        settings.gatheringTime = .zero
        return settings
    }
}
