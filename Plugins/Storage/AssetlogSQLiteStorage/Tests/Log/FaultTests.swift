#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import Foundation
#if canImport(Glibc)
import Glibc
#endif
import Testing

@Suite("Faults of the disk under the SQLite storage")
struct FaultTests {
    @Test("The write-ahead log stays bounded under sustained appends", arguments: [true, false])
    func bound(_ hasBackgroundWork: Bool) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let storage = try await open(directory, ["checkpoint_pages": ["200"]])
        let background = hasBackgroundWork ? Task { try await storage.run() } : nil
        var greatest = 0
        for _ in 0..<400 {
            _ = try storage.append(EventBatch(events(200)))
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("events.sqlite-wal"))
            greatest = max(greatest, attributes[.size] as? Int ?? 0)
            // As the log's writer does between two commits, this gives readers and the background their turn.
            await Task.yield()
        }
        // 80,000 events are some 20 MB. The bound is 4 x 200 pages, and a commit may go beyond it.
        #expect(greatest < 3 * 800 * 4120, "the write-ahead log grew to \(greatest) bytes")
        background?.cancel()
        _ = await background?.result
        #expect(try await storage.allEvents().count == 80_000)
        await storage.close()
    }

    @Test("A full disk refuses whole batches, keeps what was acknowledged, and appends continue when there is space")
    func full() async throws {
        guard let disk = try SmallDisk(size: "3m") else {
            try Test.cancel("a small file system to fill can be mounted by root on Linux only")
        }
        defer { withExtendedLifetime(disk) {} }
        let ballast = disk.file("ballast")
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: ballast))
        let storage = try await setup(disk.path).open(PluginContext(name: "sqlite", logger: quiet))
        let background = Task { try await storage.run() }
        var acknowledged: [Event] = []
        var refusals: [StorageError] = []
        while refusals.count < 5 {
            let batch = events(50)
            do {
                _ = try storage.append(EventBatch(batch))
                acknowledged += batch
            } catch let error as StorageError {
                refusals.append(error)
            }
            try #require(acknowledged.count < 100_000, "3 MiB hold more than can be")
        }
        #expect(refusals.allSatisfy { $0.code == .full }, "\(refusals)")
        #expect(refusals[0].message.contains("no space left"))
        #expect(try await storage.allEvents().map(\.event) == acknowledged)

        try FileManager.default.removeItem(atPath: ballast)
        try await eventually {
            let batch = events(5)
            guard (try? storage.append(EventBatch(batch))) != nil else { return false }
            acknowledged += batch
            return true
        }
        #expect(try await storage.allEvents().map(\.event) == acknowledged)
        background.cancel()
        _ = await background.result
        await storage.close()
        let reopened = try await setup(disk.path).open(PluginContext(name: "sqlite", logger: quiet))
        #expect(try await reopened.allEvents().map(\.event) == acknowledged)
        await reopened.close()
        let report = try #require(try await setup(disk.path).verify?())
        #expect(report.problems == [])
    }
}

/// A small file system in memory; making one needs root.
private final class SmallDisk {
    let path: String
    /// Where it is mounted; kept, for the directory's end removes what is in it.
    private let directory: TemporaryDirectory

    /// Makes and mounts it; nil when the machine does not let a test do that.
    init?(size: String) throws {
        directory = try TemporaryDirectory()
        path = directory.file("disk")
        #if os(Linux)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else { return nil }
        #else
        return nil
        #endif
    }

    deinit {
        #if os(Linux)
        umount2(path, 2)  // MNT_DETACH
        #endif
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
#endif
