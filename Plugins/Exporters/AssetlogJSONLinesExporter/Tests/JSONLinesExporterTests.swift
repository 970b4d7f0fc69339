#if JSONLines
import AssetlogCore
import AssetlogTesting
import Foundation
import Logging
import Testing

@testable import AssetlogJSONLinesExporter

struct JSONLinesExporterTests {
    @Test("a line is an event as the read API shows it")
    func showsEventsAsTheAPI() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(7...7)
        var expected: [UInt8] = []
        EventJSON.append(.numbered(7), to: &expected)
        #expect(try directory.lines() == [String(decoding: expected, as: UTF8.self)])
        await exporter.close()
    }

    @Test("rotated files have numbers, stay under the limit, and come before the active one in the order of names")
    func rotates() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open(rotateBytes: 2000)
        for first in stride(from: Int64(1), to: 40, by: 3) { try await exporter.deliver(first...first + 2) }
        await exporter.close()
        let files = try directory.readable()
        #expect(files.count > 3)
        #expect(files.last == "events.jsonl")
        #expect(files.first == "events-000001.jsonl")
        for file in files {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(directory.path)/\(file)")
            #expect((facts[.size] as? Int ?? .max) <= 2000)
            #expect((facts[.posixPermissions] as? Int ?? 0) & 0o137 == 0, "others can't read it, nobody can run it")
        }
        #expect(try directory.sequences() == Array(1...39))
    }

    @Test("rotated files are compressed in the background, and only the newest are kept")
    func compressesAndPrunes() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        var settings = directory.settings(rotateBytes: 2000)
        settings.keepFiles = 2
        let exporter = try await JSONLinesExporter.open(settings, logger: Logger(label: "test"))
        let work = Task { try await exporter.run() }
        try await exporter.deliver(1...60)
        let suffix = Compression.isAvailable ? ".jsonl.gz" : ".jsonl"
        try await eventually {
            let files = try directory.readable().dropLast()
            return files.count == 2 && files.allSatisfy { $0.hasSuffix(suffix) }
        }
        let shown = try directory.sequences()
        #expect(shown == Array((shown.first ?? 0)...60))
        work.cancel()
        _ = await work.result
        await exporter.close()
    }

    @Test("a second exporter on the same file is refused")
    func refusesSecond() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let first = try await directory.open()
        let error = await #expect(throws: ExportError.self) { _ = try await directory.open() }
        #expect(error?.message.contains("is being written by another exporter or server") == true)
        await first.close()
        await (try directory.open()).close()
    }

    @Test(
        "a path that is a symbolic link is followed: the link stays, and everything stands in addition to the file",
        arguments: ["absolute", "relative", "chain", "dangling", "into a missing folder"])
    func followsLinks(_ kind: String) async throws {
        let (links, directory) = (try LinesDirectory.inMemory(), try LinesDirectory.inMemory())
        defer {
            links.remove()
            directory.remove()
        }
        let files = FileManager.default
        let deep = kind == "into a missing folder" ? LinesDirectory(existing: "\(directory.path)/deep/er") : directory
        // What an empty file of a log rotation is, the exporter takes for its own.
        if kind == "absolute" { try Data().write(to: URL(filePath: directory.active)) }
        var link = links.active
        if kind == "chain" {
            try files.createSymbolicLink(atPath: links.active, withDestinationPath: "second")
            link = "\(links.path)/second"
        }
        let name = directory.path.split(separator: "/").last ?? ""
        try files.createSymbolicLink(atPath: link, withDestinationPath: kind == "relative" ? "../\(name)/events.jsonl" : deep.active)
        func deliver(_ sequences: [ClosedRange<Int64>]) async throws {
            let exporter = try await links.open(rotateBytes: 2000)
            for range in sequences { try await exporter.deliver(range) }
            await exporter.close()
        }
        try await deliver(stride(from: Int64(1), to: 40, by: 3).map { $0...$0 + 2 })
        // The position is found again, and nothing is written twice.
        try await deliver([37...42])
        #expect(try files.attributesOfItem(atPath: links.active)[.type] as? FileAttributeType == .typeSymbolicLink)
        #expect(try files.contentsOfDirectory(atPath: links.path).count == (kind == "chain" ? 2 : 1))
        #expect(try deep.readable().count > 3)
        #expect(try deep.sequences() == Array(1...42))
    }

    @Test("the state that an older release kept next to a link is taken over")
    func movesState() async throws {
        let (links, directory) = (try LinesDirectory.inMemory(), try LinesDirectory.inMemory())
        defer {
            links.remove()
            directory.remove()
        }
        let first = try await directory.open()
        try await first.deliver(1...3)
        await first.close()
        let paths = (new: FilePaths(active: directory.active), old: FilePaths(active: links.active))
        try FileManager.default.moveItem(atPath: paths.new.state, toPath: paths.old.state)
        try FileManager.default.createSymbolicLink(atPath: links.active, withDestinationPath: directory.active)
        let second = try await links.open()
        try await second.deliver(2...5)
        await second.close()
        #expect(try directory.sequences() == Array(1...5))
        #expect(!FileManager.default.fileExists(atPath: paths.old.state))
    }

    @Test("two exporters can't write to one file by two links, and links in a circle are refused")
    func linksToOneFile() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        func settings(_ name: String, _ target: String) throws -> JSONLinesSettings {
            try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/\(name)", withDestinationPath: target)
            return JSONLinesSettings(path: "\(directory.path)/\(name)")
        }
        let first = try await JSONLinesExporter.open(settings("a", "events.jsonl"), logger: Logger(label: "test"))
        let error = await #expect(throws: ExportError.self) {
            _ = try await JSONLinesExporter.open(settings("b", directory.active), logger: Logger(label: "test"))
        }
        #expect(error?.message.contains("is being written by another exporter or server") == true)
        await first.close()
        _ = try settings("c", "d")
        let circle = await #expect(throws: ExportError.self) {
            _ = try await JSONLinesExporter.open(settings("d", "c"), logger: Logger(label: "test"))
        }
        #expect(circle?.message.contains("Too many levels of symbolic links") == true, "\(circle?.message ?? "")")
    }

    @Test("a file that the exporter did not begin is left alone")
    func refusesForeignFile() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        try Data("precious, without a line feed".utf8).write(to: URL(filePath: directory.active))
        let error = await #expect(throws: ExportError.self) { _ = try await directory.open() }
        #expect(error?.message.contains("move") == true)
        #expect(try String(contentsOfFile: directory.active, encoding: .utf8) == "precious, without a line feed")
    }

    @Test("the folder is made; where it can't be, the error names it")
    func makesDirectory() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let settings = JSONLinesSettings(path: "\(directory.path)/a/b/events.jsonl")
        await (try JSONLinesExporter.open(settings, logger: Logger(label: "test"))).close()
        let impossible = JSONLinesSettings(path: "/proc/nowhere/events.jsonl")
        let error = await #expect(throws: ExportError.self) {
            _ = try await JSONLinesExporter.open(impossible, logger: Logger(label: "test"))
        }
        #expect(error?.message.contains("/proc/nowhere") == true)
    }

    @Test("when the file is moved away, a new one is begun and no line goes to the old one")
    func followsMove() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(1...3)
        try FileManager.default.moveItem(atPath: directory.active, toPath: "\(directory.path)/.moved")
        try await exporter.deliver(2...5)
        await exporter.close()
        #expect(try directory.sequences() == [4, 5])
        let again = try await directory.open()
        try await again.deliver(4...6)
        await again.close()
        #expect(try directory.sequences() == [4, 5, 6])
    }

    @Test("events of another log are written behind those of the first, whatever their sequences, also after a rotation")
    func followsLogs() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let other = LogID(high: 2, low: 2)
        let exporter = try await directory.open(rotateBytes: 2000)
        try await exporter.deliver(1...9)
        try await exporter.deliver(3...12, of: other)
        await exporter.close()
        let again = try await directory.open(rotateBytes: 2000)
        try await again.deliver(11...14, of: other)
        let position = DeliveredPosition(log: other, generation: 0, sequence: 14, event: LoggedEvent.numbered(14).id)
        #expect(try await again.position() == position)
        await again.close()
        #expect(try directory.sequences() == Array(1...9) + Array(3...14))
    }

    @Test("a file of an older release continues where it was, and says what its last line holds")
    func upgrades() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(1...9)
        await exporter.close()
        let old = "assetlog jsonlines state 1\ngeneration 0\nposition 0\noffset 0\nnumber 1\nstarted 5\nend\n"
        try Data(old.utf8).write(to: URL(filePath: "\(directory.path)/.events.jsonl.state"))
        let again = try await directory.open()
        let event = LoggedEvent.numbered(9).id
        #expect(try await again.position() == DeliveredPosition(log: nil, generation: 0, sequence: 9, event: event))
        try await again.deliver(8...11)
        #expect(try await again.position()?.log == .test)
        await again.close()
        #expect(try directory.sequences() == Array(1...11))
    }

    @Test("the state and the lock are made again when they were removed, and a lock that another one has is respected")
    func keepsItsFiles() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(1...3)
        for name in [".events.jsonl.state", ".events.jsonl.lock"] {
            try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)")
        }
        try await exporter.deliver(4...5)
        await #expect(throws: ExportError.self) { _ = try await directory.open() }
        try FileManager.default.removeItem(atPath: "\(directory.path)/.events.jsonl.lock")
        let thief = try await directory.open()
        let error = await #expect(throws: ExportError.self) { try await exporter.deliver(6...7) }
        #expect(error?.message.contains(".lock was removed") == true && error?.isRetriable == true, "\(error?.message ?? "")")
        await thief.close()
        try await exporter.deliver(6...7)
        await exporter.close()
        #expect(try directory.sequences() == Array(1...7))
    }

    @Test("another event with a sequence of the same log is not taken for the one in the file")
    func noticesOtherEvent() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(1...9)
        await exporter.close()
        let again = try await directory.open()
        var other = LoggedEvent.numbered(3)
        other.event.id = EventID(high: 1, low: 2)
        let batch = ExportBatch(log: .test, generation: 0, events: [other])
        let error = await #expect(throws: ExportError.self) { try await again.deliver(batch) }
        #expect(error?.isRetriable == false)
        await again.close()
    }

    @Test("gaps of zeros that a loss of power left are cut off with what follows them")
    func cutsGaps() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        let exporter = try await directory.open()
        try await exporter.deliver(1...3)
        await exporter.close()
        let handle = try #require(FileHandle(forWritingAtPath: directory.active))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(count: 4096) + Data("\n{\"sequence\":5,\"x\":1}\n".utf8))
        try handle.close()
        let again = try await directory.open()
        try await again.deliver(3...6)
        await again.close()
        #expect(try directory.sequences() == Array(1...6))
    }

    @Test("a file whose first line is old is rotated")
    func rotatesByAge() async throws {
        let directory = try LinesDirectory.inMemory()
        defer { directory.remove() }
        var settings = directory.settings()
        settings.rotateAfter = .milliseconds(100)
        let exporter = try await JSONLinesExporter.open(settings, logger: Logger(label: "test"))
        let work = Task { try await exporter.run() }
        try await exporter.deliver(1...3)
        try await eventually { try directory.readable().first?.hasPrefix("events-000001.jsonl") ?? false }
        work.cancel()
        try await exporter.deliver(4...5)
        await exporter.close()
        #expect(try directory.sequences() == Array(1...5))
    }

    private func eventually(_ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(180)
        while ContinuousClock.now < end {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it did not happen within three minutes")
    }
}
#endif
