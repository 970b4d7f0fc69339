#if Catalog
import AssetlogCore
import AssetlogSQLite
import Foundation
import TestSupport
import Testing

@testable import AssetlogCatalog

@Suite("The file of a catalog")
struct CatalogFileTests {
    private let directory: ScratchDirectory
    private let path: String

    init() throws {
        directory = try ScratchDirectory()
        path = directory.file("catalog.sqlite")
    }

    private func said(_ count: Int) -> [Said] {
        (0..<count).map { Said(kind: .materialization, asset: ["a\($0 % 5)"], time: 1_000_000 + Int64($0)) }
    }

    private func assets(_ catalog: Catalog) async throws -> Int {
        try await catalog.assets(AssetListQuery(scope: CatalogScope(deployment: "default"))).value.counts.total
    }

    @Test(
        "is set aside with a message, and made again, when it can't be used",
        arguments: [
            ("no database", "it is no catalog or not a database"), ("another table", "it is no catalog"),
            ("newer", "its format is 3"), ("another log", "it was made from another log"), ("ahead", "the log ends at"),
            ("another event", "the log has another event at"), ("damaged record", "DamagedRecord"),
        ])
    func isSetAside(accident: String, reason: String) async throws {
        let log = try await TestLog()
        try log.append(said(100))
        let first = RunningCatalog(log.storage, .small(path))
        try await first.reach(100)
        await first.stop()
        try spoil(accident)
        let second = RunningCatalog(log.storage, .small(path), changes: log.changes)
        if accident == "damaged record" { try log.append(said(1)) }
        try await until { second.messages.count("it is set aside") > 0 }
        try await second.reach(accident == "damaged record" ? 101 : 100)
        #expect(try await assets(second.catalog) == 5)
        #expect(second.catalog.status.rebuilds == 1)
        if accident != "no database" { #expect(second.messages.count(reason) == 1) }
        #expect(FileManager.default.fileExists(atPath: "\(path).unusable"))
        await second.stop()
    }

    private func spoil(_ accident: String) throws {
        if accident == "no database" { return try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: path)) }
        let connection = try Connection(path)
        switch accident {
        case "another table": try connection.execute("ALTER TABLE header RENAME TO other")
        case "newer": try connection.execute("UPDATE header SET format = 3")
        case "another log": try connection.run("UPDATE header SET log = ?", LogID.random().bytes)
        case "ahead": try connection.execute("UPDATE header SET sequence = 1000")
        case "another event": try connection.run("UPDATE header SET event = ?", EventID(high: 1, low: 2).bytes)
        case "damaged record": try connection.execute("UPDATE records SET record = x'00ff'")
        default: Issue.record("there is no accident \(accident)")
        }
    }

    @Test("is made again when it is deleted while the catalog runs")
    func isMadeAgain() async throws {
        let log = try await TestLog()
        try log.append(said(100))
        let running = RunningCatalog(log.storage, .small(path), changes: log.changes)
        try await running.reach(100)
        CatalogFile.remove(path)
        try await until { running.catalog.status.rebuilds == 2 }
        try log.append(said(10))
        try await running.reach(110)
        #expect(try await assets(running.catalog) == 5)
        await running.stop()
        #expect(FileManager.default.fileExists(atPath: path))
        let report = try await CatalogVerification(path: path, log: log.storage, logger: running.messages.logger).run()
        #expect(report.differences == [])
    }

    @Test("may be missing with its directory; it is made as soon as it can be")
    func isTriedAgain() async throws {
        let log = try await TestLog()
        try log.append(said(10))
        let nested = directory.file("a/b/catalog.sqlite")
        let running = RunningCatalog(log.storage, .small(nested))
        try await until { running.catalog.status.failures > 0 }
        #expect(running.catalog.status.phase == .retrying)
        await #expect(throws: CatalogError.self) { try await assets(running.catalog) }
        try FileManager.default.createDirectory(atPath: directory.file("a/b"), withIntermediateDirectories: true)
        try await running.reach(10)
        #expect(try await assets(running.catalog) == 5)
        await running.stop()
    }

    @Test("is compared with the log, and the first differences are named")
    func isVerified() async throws {
        let log = try await TestLog()
        try log.append(said(100))
        let running = RunningCatalog(log.storage, .small(path))
        try await running.reach(100)
        await running.stop()
        try Connection(path).execute("UPDATE days SET record = x'0000' WHERE asset = 2; DELETE FROM assets WHERE id = 3")
        let report = try await CatalogVerification(path: path, log: log.storage, logger: running.messages.logger).run()
        #expect(
            report.differences == [
                "[\"a1\"] of default: day 1970-01-01 differs", "[\"a2\"] of default is missing",
            ])
        #expect(!FileManager.default.fileExists(atPath: "\(path).verify"))
    }

    @Test("is written by one server alone; another one says so, answers from memory and stops when that is full")
    func hasOneOwner() async throws {
        let log = try await TestLog()
        let first = RunningCatalog(log.storage, .small(path), changes: log.changes)
        let second = RunningCatalog(log.storage, .small(path), changes: log.changes)
        func complaints() -> Int { [first, second].reduce(0) { $0 + $1.messages.count("can't write to its file") } }
        var last: Int64 = 0
        while complaints() == 0 {
            last = try log.append(said(50))?.upperBound ?? last
            try await Task.sleep(for: .milliseconds(5))
        }
        let (owner, other) = first.messages.count("can't write to its file") == 0 ? (first, second) : (second, first)
        last = try log.append(said(500))?.upperBound ?? last
        try await owner.reach(last)
        try await until { other.catalog.status.lag > 0 && other.catalog.status.phase == .retrying }
        #expect(other.catalog.status.lastError?.contains("Another server writes") == true)
        #expect(try await assets(other.catalog) == 5)
        await other.stop()
        await owner.stop()
        let report = try await CatalogVerification(path: path, log: log.storage, logger: owner.messages.logger).run()
        #expect(report.differences == [])
    }
}
#endif
