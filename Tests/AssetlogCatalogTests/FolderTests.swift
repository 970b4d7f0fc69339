#if Catalog
import AssetlogCore
import TestSupport
import Testing

@testable import AssetlogCatalog

@Suite("Folders and activity of assets")
struct FolderTests {
    private let directory: ScratchDirectory
    private static let now = Timestamp(microseconds: 490_095 * 3_600_000_000)
    private static let hour: Int64 = 3_600_000_000
    private static let scope = CatalogScope(deployment: "default")

    init() throws {
        directory = try ScratchDirectory()
    }

    private func running(_ said: [Said]) async throws -> RunningCatalog {
        let log = try await TestLog()
        try log.append(said)
        // The first events are in the file, the others in memory.
        let settings = CatalogSettings.small(directory.file("catalog.sqlite"), flush: said.count / 2 + 1)
        let running = RunningCatalog(log.storage, settings, now: { Self.now })
        try await running.reach(Int64(said.count))
        return running
    }

    private static func said(_ kind: EventKind, _ asset: [String], hoursAgo: Int64 = 0) -> Said {
        Said(kind: kind, asset: asset, time: now.microseconds - hoursAgo * hour)
    }

    private static func said(_ asset: [String], hoursAgo: Int64 = 0) -> Said { said(.materialization, asset, hoursAgo: hoursAgo) }

    private static let some: [Said] = [
        said(["raw", "orders"]), said(.materializationFailed, ["raw", "users"]), said(["raw", "deep", "er"]), said(["raw"]),
        said(.observation, ["Raw", "x"]), said(["a/b", "c"]), said(["é"]), said(["e\u{301}"]), said(["", "x"]), said(["rawest"]),
    ]

    /// A folder in a line: its part, "/" where keys continue, and the states of its assets.
    private static func lines(_ folders: AssetFolders) -> [String] {
        folders.folders.map { folder in
            let states = AssetState.allCases.filter { folder.counts[$0] > 0 }.map { "\(folder.counts[$0]) \($0.name)" }
            return "\(folder.part)\(folder.hasChildren ? " /" : "") \(states.joined(separator: " "))"
        }
    }

    @Test(
        "are the parts that follow a prefix, in the order of their bytes, with the states of what is behind them",
        arguments: [
            (nil, [" / 1 ok", "Raw / 1 missing", "a/b / 1 ok", "e\u{301} 1 ok", "raw / 1 failed 3 ok", "rawest 1 ok", "é 1 ok"]),
            (["raw"], ["deep / 1 ok", "orders 1 ok", "users 1 failed"]), (["raw", "deep"], ["er 1 ok"]), (["raw", "orders"], []),
            (["a"], []), (["a/b"], ["c 1 ok"]), ([""], ["x 1 ok"]), (["none"], []),
        ] as [([String]?, [String])])
    func folders(_ prefix: [String]?, lines: [String]) async throws {
        let running = try await running(Self.some)
        let answer = try await running.catalog.folders(below: prefix.map { AssetKey($0) }, in: Self.scope)
        #expect(Self.lines(answer.value).map { Array($0.utf8) } == lines.map { Array($0.utf8) }, "\(Self.lines(answer.value))")
        #expect(!answer.value.isCut)
        #expect(answer.asOf == Int64(Self.some.count))
        await running.stop()
    }

    @Test("say the worst state of what is behind them")
    func worst() async throws {
        let running = try await running(Self.some)
        let folders = try await running.catalog.folders(below: nil, in: Self.scope).value.folders
        #expect(folders.map(\.worst) == [.ok, .missing, .ok, .ok, .failed, .ok, .ok])
        await running.stop()
    }

    @Test("have only what the scope has")
    func scope() async throws {
        var other = Self.said(["raw", "other"])
        other.deployment = "prod"
        let running = try await running(Self.some + [other])
        let pattern = try #require(PartPattern("raw/*"))
        let limited = CatalogScope(deployment: "default", assets: [pattern])
        #expect(try await Self.lines(running.catalog.folders(below: nil, in: limited).value) == ["raw / 1 failed 1 ok"])
        #expect(try await Self.lines(running.catalog.folders(below: nil, in: CatalogScope(deployment: "prod")).value) == ["raw / 1 ok"])
        #expect(try await Self.lines(running.catalog.folders(below: nil, in: CatalogScope(deployment: "none")).value) == [])
        let keys = [["raw", "orders"], ["rawest"], ["raw", "other"]].map { AssetKey($0) }
        #expect(try await Set(running.catalog.activity(of: keys, in: limited).value.keys) == [AssetKey(["raw", "orders"])])
        await running.stop()
    }

    @Test("are cut where there are very many, and say so")
    func cut() async throws {
        let count = CatalogLimits.folders
        let running = try await running((0...count).map { Self.said(["p", "\(10_000 + $0)", "x"]) } + [Self.said(["p", "10000", "y"])])
        let answer = try await running.catalog.folders(below: AssetKey(["p"]), in: Self.scope).value
        #expect(answer.folders.count == count && answer.isCut)
        #expect(answer.folders.first?.counts.total == 2)
        await running.stop()
    }

    @Test("cease to run at the time that the answer says")
    func expires() async throws {
        let running = try await running([Self.said(.materializationStarted, ["a", "b"], hoursAgo: 20), Self.said(["a", "c"])])
        let answer = try await running.catalog.folders(below: nil, in: Self.scope)
        #expect(Self.lines(answer.value) == ["a / 1 running 1 ok"])
        #expect(answer.expires == Timestamp(microseconds: Self.now.microseconds + 4 * Self.hour))
        await running.stop()
    }

    @Test("The assets with the most events come first, from memory and the file alike", arguments: [1, 2, 10])
    func largest(_ limit: Int) async throws {
        let said = [("b", 20), ("a", 20), ("c", 50), ("d", 10)].flatMap { name, count in (0..<count).map { _ in Self.said([name]) } }
        let running = try await running(said)
        let expected = ["c 50", "a 20", "b 20", "d 10"].prefix(limit)
        let found = try await running.catalog.largestAssets(in: Self.scope, limit: limit).value
        #expect(found.map { "\($0.assetKey.parts[0]) \($0.events)" } == Array(expected))
        let pattern = try #require(PartPattern("d"))
        let limited = CatalogScope(deployment: "default", assets: [pattern])
        #expect(try await running.catalog.largestAssets(in: limited, limit: limit).value.map(\.events) == [10])
        await running.stop()
    }

    @Test("Events are counted by the hour that they were received in, of the present hour and the 48 before")
    func activity() async throws {
        var late = Self.said(["a"], hoursAgo: 400)
        late.received = Self.now.microseconds - 2 * Self.hour
        let said = [0, 0, 1, 48, 49, 500].map { Self.said(["a"], hoursAgo: $0) } + [late, Self.said(["b"], hoursAgo: 100)]
        let running = try await running(said)
        let keys = ["a", "b", "none"].map { AssetKey([$0]) }
        let answer = try await running.catalog.activity(of: keys, in: Self.scope).value
        var expected = [Int](repeating: 0, count: 49)
        (expected[48], expected[47], expected[46], expected[0]) = (2, 1, 1, 1)
        #expect(answer == [AssetKey(["a"]): expected, AssetKey(["b"]): [Int](repeating: 0, count: 49)])
        #expect(try await running.catalog.activity(of: [], in: Self.scope).value == [:])
        await running.stop()
    }
}
#endif
