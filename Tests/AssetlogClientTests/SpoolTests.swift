import AssetlogCore
import Foundation
import Testing

@testable import AssetlogClient

/// A spool in a temporary folder, which is removed with the value.
final class TemporarySpool {
    let spool: Spool

    init(_ limits: Spool.Limits = Spool.Limits()) {
        spool = Spool(
            folder: FileManager.default.temporaryDirectory.appending(path: "assetlog-spool-\(UUID().uuidString)/deep/spool").path,
            limits: limits)
    }

    deinit {
        let folder = URL(filePath: spool.folder).deletingLastPathComponent().deletingLastPathComponent()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A report whose description says which it is.
    static func report(_ asset: String, _ number: Int, at time: Int64? = nil, url: String = "http://127.0.0.1:1") throws -> SealedReport {
        var report = try AssetlogClient(url: url).seal(Report(.materialization, of: [asset], description: "\(number)"))
        if let time { report.madeAt = Timestamp(microseconds: time) }
        return report
    }
}

@Suite("The spool")
struct SpoolTests {
    @Test("gives back what it kept, in order")
    func order() throws {
        let temporary = TemporarySpool()
        let spool = temporary.spool
        let reports = try (0..<20).map { try TemporarySpool.report("a\($0 % 3)", $0) }
        for report in reports { try spool.add(report) }
        #expect(try spool.names().map { try spool.read($0) } == reports)
        let lane = try spool.names(lane: reports[1].lane).map { try spool.read($0)?.assetKey.parts }
        #expect(lane == Array(repeating: ["a1"], count: 7))
        #expect(try spool.waiting().map(\.assetKey) == reports.map(\.assetKey))
    }

    @Test("keeps the order when the clock is set back")
    func clock() throws {
        let temporary = TemporarySpool()
        let reports = try [500, 400, 400, 1].enumerated().map { try TemporarySpool.report("a", $0, at: $1) }
        for report in reports { try temporary.spool.add(report) }
        #expect(try temporary.spool.names().map { try temporary.spool.read($0) } == reports)
    }

    @Test("is for its owner only")
    func modes() throws {
        let temporary = TemporarySpool()
        try temporary.spool.add(TemporarySpool.report("a", 1))
        let name = try #require(try temporary.spool.names().first)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.spool.folder) == 0o700)
        #expect(try mode("\(temporary.spool.waitingFolder)/\(name)") == 0o600)
    }

    @Test("takes no more than its limits", arguments: [Spool.Limits(files: 3), Spool.Limits(bytes: 1000)])
    func limits(_ limits: Spool.Limits) throws {
        let temporary = TemporarySpool(limits)
        for number in 0..<3 { try temporary.spool.add(TemporarySpool.report("a", number)) }
        let error = #expect(throws: ClientError.self) { try temporary.spool.add(TemporarySpool.report("a", 4)) }
        #expect(error?.code == .spoolFull)
        #expect(try temporary.spool.names().count == 3)
        // What was refused takes room too, until somebody has looked at it.
        try temporary.spool.setAside(temporary.spool.names()[0], because: "no")
        #expect(throws: ClientError.self) { try temporary.spool.add(TemporarySpool.report("a", 4)) }
    }

    @Test("says when its folder can't be used")
    func noFolder() {
        let error = #expect(throws: ClientError.self) {
            try Spool(folder: "/dev/null/spool").add(TemporarySpool.report("a", 1))
        }
        #expect(error?.code == .spoolFailed)
    }

    @Test("notices every change of a file")
    func damage() throws {
        let report = try TemporarySpool.report("a", 1)
        let bytes = SpoolFormat.bytes(of: report)
        #expect(try SpoolFormat.report(of: bytes) == report)
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(throws: (any Error).self) { try SpoolFormat.report(of: other) }
            #expect(throws: (any Error).self) { try SpoolFormat.report(of: Array(bytes[..<index])) }
        }
        #expect(throws: (any Error).self) { try SpoolFormat.report(of: bytes + [0x0a]) }
    }

    @Test(
        "leaves files alone that are not its own",
        arguments: ["notes.txt", "0000000000000001_0000000000000000_x.report", ".0000000000000001_0000000000000000_x.report.1"])
    func others(_ name: String) throws {
        let temporary = TemporarySpool()
        try DurableFile.makeFolder(temporary.spool.waitingFolder)
        try Data("x".utf8).write(to: URL(filePath: "\(temporary.spool.waitingFolder)/\(name)"))
        #expect(try temporary.spool.names().isEmpty)
        #expect(try temporary.spool.waiting().isEmpty)
    }

    @Test("lies where the user's state does")
    func folder() throws {
        #expect(try Spool.defaultFolder(environment: ["HOME": "/home/u"]) == "/home/u/.local/state/assetlog/spool")
        #expect(try Spool.defaultFolder(environment: ["HOME": "/h", "XDG_STATE_HOME": "/s"]) == "/s/assetlog/spool")
        #expect(try Spool.defaultFolder(environment: ["HOME": "/h", "XDG_STATE_HOME": "s"]) == "/h/.local/state/assetlog/spool")
        #expect(throws: ClientError.self) { try Spool.defaultFolder(environment: [:]) }
    }

    @Test("has one deliverer at a time")
    func lock() async throws {
        let temporary = TemporarySpool()
        try DurableFile.makeFolder(temporary.spool.folder)
        let clock = ClientClock.system
        var first = try await SpoolLock.acquire(temporary.spool.lockPath, until: clock.steady(), clock)
        #expect(first != nil)
        #expect(try await SpoolLock.acquire(temporary.spool.lockPath, until: clock.steady(), clock) == nil)
        first = nil
        #expect(try await SpoolLock.acquire(temporary.spool.lockPath, until: clock.steady(), clock) != nil)
    }
}
