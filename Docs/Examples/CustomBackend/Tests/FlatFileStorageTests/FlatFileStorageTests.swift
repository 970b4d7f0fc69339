import AssetlogCore
import AssetlogTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import FlatFileStorage

struct FlatFileStorageTests {
    @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
    func conforms(to part: ConformanceCase<StorageSubject>) async throws {
        let subject = StorageSubject {
            let location = TestLocation()
            return StorageLocation(
                open: { try await location.open() },
                crash: { try location.crash() },
                tearTail: { try location.tearTail() },
                remove: { location.remove() })
        }
        if case .skipped(let reason) = try await part.run(on: subject) { try Test.cancel("\(reason)") }
    }

    @Test("a second server on the same folder is refused")
    func refusesSecond() async throws {
        let location = TestLocation()
        let storage = try await location.open()
        let error = await #expect(throws: StorageError.self) { _ = try await location.open() }
        #expect(error?.code == .inUse)
        await storage.close()
        location.remove()
    }
}

/// A directory for a storage. A crash leaves a copy of the files: what `kill -9` leaves is what was written until then.
private final class TestLocation: Sendable {
    private let root = FileManager.default.temporaryDirectory.path + "/flatfile-\(UUID().uuidString)"
    private let crashes = Mutex(0)
    private var directory: String { "\(root)/\(crashes.withLock { $0 })" }

    /// Opens the storage as a server does, by its plugin.
    func open() async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.flatfile", keys: StoragePlugin.flatFile.keys, values: ["path": [directory]], directory: "/",
            dataDirectory: "/")
        let setup = try StoragePlugin.flatFile.configure(configuration)
        return try await setup.open(PluginContext(name: "flatfile", logger: Logger(label: "test")))
    }

    func crash() throws {
        let old = directory
        crashes.withLock { $0 += 1 }
        try FileManager.default.copyItem(atPath: old, toPath: directory)
    }

    func tearTail() throws {
        guard let handle = FileHandle(forWritingAtPath: "\(directory)/events.log") else { return }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([200, 0, 0, 0, 1, 2, 3, 4, 5, 6]))
        try handle.close()
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: root)
    }
}
