#if JSONLines
import AssetlogCore
import Foundation
import Testing

/// Kills a real process that delivers, rotates, compresses and replays, at a moment of chance.
struct KillTests {
    /// Each generation delivers so many events; then the consumer is replayed.
    private static let generationSize: Int64 = 400

    @Test("no line is missing, duplicated or torn after kill -9, twenty times in a row")
    func survivesKills() async throws {
        let directory = try LinesDirectory()
        defer { directory.remove() }
        for _ in 1...20 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
                killSoon()
                try await KillTests.deliverForEver(to: LinesDirectory(existing: path))
            }
        }
        let acknowledged = Self.cursor(in: directory)
        let exporter = try await directory.open()
        await exporter.close()
        let shown = try directory.sequences()
        let lines = Int64(shown.count)
        #expect(shown == (0..<lines).map { $0 % Self.generationSize + 1 })
        let total = acknowledged.generation * Self.generationSize + acknowledged.position
        #expect(lines >= total)
        #expect(acknowledged.position + acknowledged.generation > 0, "nothing was delivered before the kills")
    }

    private static func deliverForEver(to directory: LinesDirectory) async throws {
        let exporter = try await directory.open(rotateBytes: 8 << 10)
        let work = Task { try await exporter.run() }
        defer { work.cancel() }
        var cursor = cursor(in: directory)
        // The cursor may be behind: some events come again.
        cursor.position = max(0, cursor.position - Int64.random(in: 0...20))
        while true {
            if cursor.position >= generationSize {
                cursor.generation += 1
                cursor.position = 0
                try save(cursor, in: directory)
            }
            let last = min(cursor.position + Int64.random(in: 1...30), generationSize)
            try await exporter.deliver(cursor.position + 1...last, generation: cursor.generation)
            cursor.position = last
            try save(cursor, in: directory)
        }
    }

    private static func cursor(in directory: LinesDirectory) -> ConsumerCursor {
        let text = (try? String(contentsOfFile: "\(directory.path)/.cursor", encoding: .utf8)) ?? "0 0"
        let numbers = text.split(separator: " ").compactMap { Int64($0) }
        return ConsumerCursor(consumer: "test", generation: numbers.first ?? 0, position: numbers.last ?? 0)
    }

    private static func save(_ cursor: ConsumerCursor, in directory: LinesDirectory) throws {
        try Data("\(cursor.generation) \(cursor.position)".utf8)
            .write(to: URL(filePath: "\(directory.path)/.cursor"), options: .atomic)
    }
}

private func killSoon() {
    Thread.detachNewThread {
        usleep(UInt32.random(in: 5_000...150_000))
        kill(getpid(), SIGKILL)
    }
}
#endif
