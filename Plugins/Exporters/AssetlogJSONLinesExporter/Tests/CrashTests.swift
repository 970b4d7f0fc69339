#if JSONLines
import AssetlogCore
import Synchronization
import Testing

@testable import AssetlogJSONLinesExporter

/// Crashes before every single change of the file system, and in the middle of every write.
struct CrashTests {
    private struct Crash: Error {}

    /// What a consumer would deliver: forty events, and the same forty again after a replay.
    private static let plan: [(generation: Int64, range: ClosedRange<Int64>)] = [
        (0, 1...3), (0, 4...4), (0, 5...17), (0, 18...40), (1, 1...9), (1, 10...40),
    ]
    private static let expected = Array(Int64(1)...40) + Array(Int64(1)...40)

    /// Counts the steps and crashes at one of them; after that nothing changes any more.
    private final class Crasher: Sendable {
        private let remaining: Mutex<Int>
        private let tears: Bool

        init(at step: Int, tears: Bool) {
            remaining = Mutex(step)
            self.tears = tears
        }

        var hasCrashed: Bool { remaining.withLock { $0 <= 0 } }

        var fileSystem: FileSystem {
            FileSystem(beforeStep: { step in
                let left = self.remaining.withLock { left in
                    left -= 1
                    return left
                }
                if left == 0, self.tears, step.operation == .write { throw TornWrite(count: step.count * 2 / 3) }
                if left <= 0 { throw Crash() }
            })
        }
    }

    @Test("no line is missing or duplicated after a crash at any step", arguments: [false, true])
    func survivesEveryCrash(tears: Bool) async throws {
        var crashes = 0
        for step in 1... {
            let directory = try LinesDirectory.inMemory()
            defer { directory.remove() }
            let crasher = Crasher(at: step, tears: tears)
            var next = 0
            try? await Self.work(in: directory, from: &next, on: crasher.fileSystem)
            guard crasher.hasCrashed else { break }
            crashes += 1
            try await Self.workAgain(in: directory, from: &next)
            #expect(try directory.sequences() == Self.expected, "after a crash at step \(step)")
        }
        #expect(crashes > 100)
    }

    @Test("a crash during the recovery from a crash is survived as well")
    func survivesTwoCrashes() async throws {
        var step = 1
        while true {
            var second = 1
            while true {
                let directory = try LinesDirectory.inMemory()
                defer { directory.remove() }
                var next = 0
                let first = Crasher(at: step, tears: true)
                try? await Self.work(in: directory, from: &next, on: first.fileSystem)
                guard first.hasCrashed else { return }
                next = Self.repeated(next)
                let crasher = Crasher(at: second, tears: true)
                try? await Self.work(in: directory, from: &next, on: crasher.fileSystem)
                try await Self.workAgain(in: directory, from: &next)
                #expect(try directory.sequences() == Self.expected, "after crashes at steps \(step) and \(second)")
                guard crasher.hasCrashed, second < 25 else { break }
                second += 3
            }
            step += 11
        }
    }

    // The cursor may be behind what was delivered: the batch before comes again, but not one of an older generation.
    private static func repeated(_ next: Int) -> Int {
        guard next > 0 else { return 0 }
        let generation = next < plan.count ? plan[next].generation : 1
        return plan[next - 1].generation == generation ? next - 1 : next
    }

    private static func workAgain(in directory: LinesDirectory, from next: inout Int) async throws {
        next = repeated(next)
        try await work(in: directory, from: &next, on: FileSystem())
    }

    /// One life of the exporter, with files so small that most batches rotate, and compression after every batch.
    private static func work(
        in directory: LinesDirectory, from next: inout Int, on fileSystem: FileSystem
    ) async throws {
        let exporter = try await directory.open(rotateBytes: 2500, fileSystem: fileSystem)
        let archive = Archive(
            paths: FilePaths(active: directory.active), fileSystem: fileSystem,
            settings: directory.settings(rotateBytes: 2500))
        while next < plan.count {
            try await exporter.deliver(plan[next].range, generation: plan[next].generation)
            next += 1
            try archive.tidy(isCancelled: { false })
        }
        await exporter.close()
    }
}
#endif
