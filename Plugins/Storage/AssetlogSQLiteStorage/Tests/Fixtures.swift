#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import AssetlogTesting
import Foundation
import Logging
import Synchronization
import Testing

/// A directory of a test; it is removed when the last reference goes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "assetlog-sqlite-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Copies the files of a storage as a crash leaves them: without what lives in memory.
    func copy(to other: TemporaryDirectory) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path)
        where name.contains(".sqlite") && !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: file(name), toPath: other.file(name))
        }
    }
}

/// The storage of a directory, by its plugin, as the server and its commands use it.
func setup(_ directory: String, _ values: [String: [String]] = [:]) throws -> StorageSetup {
    try StoragePlugin.sqlite.configure(
        PluginConfiguration(
            section: "storage.sqlite", keys: StoragePlugin.sqlite.keys, values: values, directory: "/", dataDirectory: directory)
    )
}

func open(_ directory: TemporaryDirectory, _ values: [String: [String]] = [:]) async throws -> any Storage {
    try await setup(directory.path, values).open(PluginContext(name: "sqlite", logger: quiet))
}

/// A logger that says nothing.
let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Makes events with increasing identities.
func events(_ count: Int, asset: String = "orders", deployment: String = "default") -> [Event] {
    identities.withLock { generator in
        (0..<count).map { index in
            // One time: two that differ would be taken for one that the sender gave.
            let now = Timestamp.now()
            return Event(
                id: generator.next(at: now), deployment: deployment, kind: .materialization,
                assetKey: AssetKey([asset]), timestamp: now, receivedAt: now,
                details: Array(#"{"description":"number \#(index)"}"#.utf8))
        }
    }
}

private let identities = Mutex(EventIDGenerator())

extension Storage {
    /// All events, by pages.
    func allEvents() async throws -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        var query = EventQuery(limit: 1000)
        while true {
            let page = try await self.events(query)
            events += page.events
            guard let next = page.continuation else { return events }
            query.order = next
        }
    }
}

/// Opens the index next to a server, to see how far it is.
func indexReader(_ directory: TemporaryDirectory) throws -> Connection {
    try Connection(directory.file("index.sqlite"), ConnectionOptions(mode: .readOnly))
}

/// Waits until a condition holds, for three minutes at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the condition did not come true within three minutes")
}
#endif
