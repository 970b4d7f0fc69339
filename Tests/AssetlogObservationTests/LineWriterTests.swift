import AssetlogCore
import Foundation
import Logging
import Testing

@testable import AssetlogObservation

/// A directory of its own, and a writer's file in it.
private struct JournalDirectory {
    let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    var file: String { directory.appending(path: "access.log").path }

    func writer(_ path: String? = nil, capacity: Int = 4 << 20) throws -> LineWriter {
        try LineWriter(
            path: path ?? file, format: .json, name: "assetlog.access", capacity: capacity,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func lines(_ name: String = "access.log") throws -> [String] {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    func remove() throws { try FileManager.default.removeItem(at: directory) }
}

@Suite("A journal's file")
struct LineWriterTests {
    @Test("holds every line, in the order of each thread, and can be read by its group only")
    func writes() async throws {
        let directory = try JournalDirectory()
        let writer = try directory.writer()
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask { for index in 0..<2000 { writer.write(Array("\(thread) \(index)\n".utf8)) } }
            }
        }
        await writer.close()
        let lines = try directory.lines()
        #expect(lines.count == 8000)
        for thread in 0..<4 {
            let numbers = lines.filter { $0.hasPrefix("\(thread) ") }.compactMap { Int($0.dropFirst(2)) }
            #expect(numbers == Array(0..<2000))
        }
        #expect(writer.dropped.value == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: directory.file)[.posixPermissions] as? Int
        #expect(try #require(mode) & 0o137 == 0)
        try directory.remove()
    }

    @Test("is appended to")
    func appends() async throws {
        let directory = try JournalDirectory()
        for text in ["a", "b"] {
            let writer = try directory.writer()
            writer.write(Array("\(text)\n".utf8))
            await writer.close()
            await writer.close()
            writer.write(Array("late\n".utf8))
            await writer.flush()
        }
        #expect(try directory.lines() == ["a", "b"])
        try directory.remove()
    }

    @Test("is created again after it was renamed, when that is asked for")
    func reopens() async throws {
        let directory = try JournalDirectory()
        let writer = try directory.writer()
        writer.write(Array("old\n".utf8))
        await writer.flush()
        try FileManager.default.moveItem(atPath: directory.file, toPath: directory.file + ".1")
        writer.write(Array("still old\n".utf8))
        writer.reopen()
        await writer.flush()
        writer.write(Array("new\n".utf8))
        await writer.close()
        #expect(try directory.lines("access.log.1") == ["old", "still old"])
        #expect(try directory.lines() == ["new"])
        try directory.remove()
    }

    @Test("stays in use when the path can't be opened again")
    func staysOpen() async throws {
        let directory = try JournalDirectory()
        let writer = try directory.writer()
        let moved = directory.directory.path + ".moved"
        try FileManager.default.moveItem(atPath: directory.directory.path, toPath: moved)
        writer.reopen()
        await writer.flush()
        writer.write(Array("kept\n".utf8))
        await writer.close()
        #expect(try String(contentsOfFile: moved + "/access.log", encoding: .utf8) == "kept\n")
        try FileManager.default.removeItem(atPath: moved)
    }

    @Test("A slow disk costs lines, not time, and the file says how many")
    func drops() async throws {
        let directory = try JournalDirectory()
        // A pipe that nobody reads stands for a disk that has stopped.
        let pipe = directory.directory.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let reading = open(pipe, O_RDONLY | O_NONBLOCK)
        #expect(reading >= 0)
        let writer = try directory.writer(pipe, capacity: 200_000)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
        for _ in 0..<1000 { writer.write(line) }
        let dropped = writer.dropped.value
        // The pipe holds 64 KiB, and what waits is bounded.
        #expect(dropped >= 1000 - 200 - 66)
        // A caller that stops the server does not wait for it either.
        await writer.close(within: .milliseconds(1))
        let text = Task.detached { Self.readAll(reading) }
        let lines = String(decoding: await text.value, as: UTF8.self).split(separator: "\n")
        let parsed = try lines.filter { $0.hasPrefix("{") }.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(lines.count - parsed.count == 1000 - dropped)
        #expect(lines.last?.hasPrefix("{") == true)
        #expect(parsed.allSatisfy { $0["logger"] as? String == "assetlog.access" })
        #expect(parsed.compactMap { $0["dropped_lines"] as? Int }.reduce(0, +) == dropped)
        close(reading)
        try directory.remove()
    }

    /// Reads until the other side closes.
    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
        return bytes
    }

    #if os(Linux)
    @Test("A full disk loses lines and nothing else")
    func full() async throws {
        let directory = try JournalDirectory()
        let writer = try directory.writer("/dev/full")
        for _ in 0..<3 {
            writer.write(Array("one\ntwo\n".utf8))
            await writer.flush()
        }
        #expect(writer.dropped.value == 6)
        await writer.close()
        try directory.remove()
    }
    #endif

    @Test("A path that can't be written is refused with a sentence", arguments: ["", "nowhere/access.log", "."])
    func unwritable(_ name: String) throws {
        let directory = try JournalDirectory()
        let path = directory.directory.appending(path: name).path
        let error = #expect(throws: LogFileError.self) { _ = try directory.writer(path) }
        let sentence = try #require(error).description
        #expect(sentence.contains(path) && sentence.contains("log.access") && sentence.hasSuffix("."))
        try directory.remove()
    }

    @Test("The streams of the process can be written", arguments: ["/dev/stdout", "/dev/stderr"])
    func streams(_ path: String) async throws {
        let writer = try JournalDirectory().writer(path)
        writer.reopen()
        await writer.close()
        #expect(writer.dropped.value == 0)
    }
}
