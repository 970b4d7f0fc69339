import AssetlogCore
import Foundation
import Synchronization
import Testing

@testable import AssetlogClient

/// A spool in a temporary directory, which is removed with the value.
final class TemporarySpool {
    let spool: Spool

    init(_ limits: Spool.Limits = Spool.Limits()) {
        spool = Spool(
            directory: FileManager.default.temporaryDirectory.appending(path: "assetlog-spool-\(UUID().uuidString)/deep/spool").path,
            limits: limits)
    }

    deinit {
        let directory = URL(filePath: spool.directory).deletingLastPathComponent().deletingLastPathComponent()
        try? FileManager.default.removeItem(at: directory)
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
        let lane = try spool.names(orderingKey: reports[1].orderingKey).map { try spool.read($0)?.assetKey.parts }
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
        #expect(try mode(temporary.spool.directory) == 0o700)
        #expect(try mode("\(temporary.spool.waitingDirectory)/\(name)") == 0o600)
    }

    @Test("takes no more than its limits", arguments: ["files", "bytes"])
    func limits(_ limit: String) throws {
        let first = TemporarySpool()
        try first.spool.add(TemporarySpool.report("a", 0))
        let name = try #require(try first.spool.names().first)
        let size = try Data(contentsOf: URL(fileURLWithPath: "\(first.spool.waitingDirectory)/\(name)")).count
        let temporary = TemporarySpool(
            limit == "files" ? Spool.Limits(files: 3) : Spool.Limits(bytes: 3 * size + size / 2))
        for number in 0..<3 { try temporary.spool.add(TemporarySpool.report("a", number)) }
        let error = #expect(throws: ClientError.self) { try temporary.spool.add(TemporarySpool.report("a", 4)) }
        #expect(error?.code == .spoolFull)
        #expect(try temporary.spool.names().count == 3)
        // What was refused takes room too, until somebody has looked at it.
        try temporary.spool.setAside(temporary.spool.names()[0], because: "no")
        #expect(throws: ClientError.self) { try temporary.spool.add(TemporarySpool.report("a", 4)) }
    }

    @Test("says when its folder can't be used")
    func noDirectory() {
        let error = #expect(throws: ClientError.self) {
            try Spool(directory: "/dev/null/spool").add(TemporarySpool.report("a", 1))
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
        try DurableFile.makeDirectory(temporary.spool.waitingDirectory)
        try Data("x".utf8).write(to: URL(filePath: "\(temporary.spool.waitingDirectory)/\(name)"))
        #expect(try temporary.spool.names().isEmpty)
        #expect(try temporary.spool.waiting().isEmpty)
    }

    @Test("reads what an earlier release has kept, and takes the time of making out of what is said")
    func firstForm() throws {
        func bytes(_ kind: String, _ body: String) -> [UInt8] {
            let text = """
                assetlog-report 1
                id 0193b0a0-1111-7222-8333-444444444444
                url http://h:3000/dagster
                deployment prod
                kind \(kind)
                made_at 2025-11-24T16:00:00.000000Z
                asset_key ["a","b"]
                body \(body)

                """
            return Array(text.utf8) + Array("end \(Checksum.text(Checksum.of(Array(text.utf8))))\n".utf8)
        }
        let madeAt = #""timestamp":"2025-11-24T16:00:00.000000Z""#
        let plain = try SpoolFormat.report(
            of: bytes("observation", #"{"asset_key":["a","b"],"description":"d",\#(madeAt),"metadata":{"x":1}}"#))
        #expect(String(decoding: plain.body, as: UTF8.self) == #"{"asset_key":["a","b"],"description":"d","metadata":{"x":1}}"#)
        #expect(plain.deployment == "prod" && plain.id.description == "0193b0a0-1111-7222-8333-444444444444")
        let chosen = #"{"asset_key":["a","b"],"timestamp":"2020-01-01T00:00:00.000000Z"}"#
        #expect(try SpoolFormat.report(of: bytes("observation", chosen)).body == Array(chosen.utf8))
        let check = #"{"asset_key":["a","b"],"check_name":"c","passed":true,"severity":"ERROR","description":"d",\#(madeAt)}"#
        #expect(
            try SpoolFormat.report(of: bytes("check", check)).body
                == Array(#"{"asset_key":["a","b"],"check_name":"c","passed":true,"severity":"ERROR"}"#.utf8))
    }

    @Test("has one deliverer of a key at a time, and leaves no file of a lock behind")
    func locks() async throws {
        let temporary = TemporarySpool()
        let (locks, clock) = (temporary.spool.locks, ClientClock.system)
        var first = try await locks.acquire(orderingKey: 1, until: clock.steady(), clock)
        #expect(first != nil)
        #expect(try await locks.acquire(orderingKey: 1, until: clock.steady(), clock) == nil)
        #expect(try await locks.acquire(orderingKey: 2, until: clock.steady(), clock) != nil)
        first = nil
        #expect(try await locks.acquire(orderingKey: 1, until: clock.steady(), clock) != nil)
        #expect(try DurableFile.list(locks.directory).isEmpty)
    }

    /// Counts those who are inside, and those who were.
    private final class Visits: Sendable {
        private let counts = Mutex((inside: 0, all: 0))

        var all: Int { counts.withLock { $0.all } }

        func enter() -> Int {
            counts.withLock {
                $0.inside += 1
                $0.all += 1
                return $0.inside
            }
        }

        func leave() { counts.withLock { $0.inside -= 1 } }
    }

    @Test("lets nobody in next to the one who holds a lock, however many want it")
    func exclusion() async throws {
        let temporary = TemporarySpool()
        let (locks, clock) = (temporary.spool.locks, ClientClock.system)
        let visits = Visits()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        guard let lock = try await locks.acquire(orderingKey: 7, until: clock.steady() + .seconds(60), clock) else {
                            continue
                        }
                        defer { withExtendedLifetime(lock) {} }
                        #expect(visits.enter() == 1)
                        await Task.yield()
                        visits.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(visits.all == 400)
    }
}

@Suite("The folder of a spool")
struct SpoolDirectoriesTests {
    /// Homes that can be used, and some that can't.
    private final class Homes {
        let root = FileManager.default.temporaryDirectory.appending(path: "assetlog-homes-\(UUID().uuidString)").path
        init() throws {
            for directory in ["home", "account", "state", "service", "shared"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(directory)", withIntermediateDirectories: true)
            }
            try Data().write(to: URL(filePath: "\(root)/file"))
        }
        deinit { try? FileManager.default.removeItem(atPath: root) }
    }

    @Test(
        "is the first that can be made",
        arguments: [
            (["XDG_STATE_HOME": "R/state", "HOME": "R/home"], "R/account", "R/state/assetlog/spool"),
            (["XDG_STATE_HOME": "R/state/new", "HOME": "R/home"], "R/account", "R/state/new/assetlog/spool"),
            (["XDG_STATE_HOME": "state", "HOME": "R/home"], "R/account", "R/home/.local/state/assetlog/spool"),
            (["XDG_STATE_HOME": "R/file/x", "HOME": "R/home"], "R/account", "R/home/.local/state/assetlog/spool"),
            (["HOME": "R/home", "STATE_DIRECTORY": "R/service"], "R/account", "R/home/.local/state/assetlog/spool"),
            // Services and `env -i` have no HOME, accounts of services have none that is there.
            ([:], "R/account", "R/account/.local/state/assetlog/spool"),
            (["HOME": ""], "R/account", "R/account/.local/state/assetlog/spool"),
            (["HOME": "R/nonexistent"], "R/account", "R/account/.local/state/assetlog/spool"),
            (["HOME": "R/file"], "R/nonexistent", "R/shared/assetlog-U/spool"),
            (["HOME": "/dev/null"], nil, "R/shared/assetlog-U/spool"),
            (["STATE_DIRECTORY": "R/service:R/state"], "R/nonexistent", "R/service/assetlog/spool"),
            (["STATE_DIRECTORY": "service"], nil, "R/shared/assetlog-U/spool"),
        ] as [([String: String], String?, String)])
    func first(_ environment: [String: String], _ account: String?, _ expected: String) throws {
        let homes = try Homes()
        func path(_ text: String) -> String {
            text.replacing("R/", with: "\(homes.root)/").replacing("-U/", with: "-\(geteuid())/")
        }
        let directories = SpoolDirectories(
            environment: environment.mapValues(path), accountHome: account.map(path), sharedDirectory: "\(homes.root)/shared")
        let directory = try directories.first()
        #expect(directory == path(expected))
        // And it can really be used.
        try Spool(directory: directory).add(TemporarySpool.report("a", 1))
    }

    @Test("is none of the shared folder that another user, or another mode, has made")
    func shared() throws {
        let homes = try Homes()
        let directories = SpoolDirectories(environment: [:], accountHome: nil, sharedDirectory: "\(homes.root)/shared")
        let own = "\(homes.root)/shared/assetlog-\(geteuid())"
        #expect(symlink("\(homes.root)/home", own) == 0)
        #expect(throws: ClientError.self) { try directories.first() }
        unlink(own)
        try Data().write(to: URL(filePath: own))
        #expect(throws: ClientError.self) { try directories.first() }
        unlink(own)
        #expect(mkdir(own, 0o755) == 0)
        #expect(throws: ClientError.self) { try directories.first() }
        #expect(chmod(own, 0o700) == 0)
        #expect(try directories.first() == "\(own)/spool")
        guard geteuid() == 0 else { return }
        #expect(chown(own, 65534, 65534) == 0)
        let error = #expect(throws: ClientError.self) { try directories.first() }
        #expect(error?.code == .spoolFailed)
    }

    @Test("is found from the account by the environment of nothing")
    func account() throws {
        #expect(try Spool.defaultDirectory(environment: [:]).hasSuffix("/spool"))
    }
}
