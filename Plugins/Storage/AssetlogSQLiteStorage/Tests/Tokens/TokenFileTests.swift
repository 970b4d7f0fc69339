#if SQLite
import AssetlogCore
import AssetlogSQLite
import AssetlogSQLiteStorage
import AssetlogTesting
import Foundation
import Synchronization
import Testing

@Suite("The tokens of the SQLite storage")
struct TokenFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let subject = TokenStoreSubject {
        let current = Mutex(try TemporaryDirectory())
        return TokenStoreLocation(
            open: { try await openTokens(current.withLock { $0 }.path) },
            crash: {
                // Goes on in a copy, as a crash leaves the files.
                let copy = try TemporaryDirectory()
                try current.withLock { directory in
                    try directory.copy(to: copy)
                    directory = copy
                }
            })
    }

    @Test("keep the contract of a token store", arguments: TokenStoreConformance.cases)
    func conforms(to conformance: ConformanceCase<TokenStoreSubject>) async throws {
        if case .skipped(let reason) = try await conformance.run(on: Self.subject) { try Test.cancel("\(reason)") }
    }

    @Test("stand in one file that only its owner can read, made before there is a log")
    func privateFile() async throws {
        let path = directory.file("not/there/yet")
        let store = try await openTokens(path)
        try await store.insert(token("a"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["tokens.sqlite"])
        #expect(try mode("\(path)/tokens.sqlite") == 0o600)
        await store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["tokens.sqlite"])
    }

    @Test("can be changed next to a server, which sees it")
    func besideAServer() async throws {
        let storage = try await open(directory)
        let ours = try await openTokens(directory.path)
        let before = try await ours.version()
        let beside = try await openTokens(directory.path)
        try await beside.insert(token("a"))
        await beside.close()
        #expect(try await ours.version() != before)
        #expect(try await ours.tokens().map(\.id) == ["a"])
        await ours.close()
        await storage.close()
    }

    @Test("of another process are seen")
    func otherProcess() async throws {
        let ours = try await openTokens(directory.path)
        try await ours.insert(token("a"))
        for round in 1...3 {
            let before = try await ours.version()
            let change = try ChildProcess([
                "python3", "-c",
                "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE tokens SET revoked_at = ?', (sys.argv[2],)); c.commit()",
                directory.file("tokens.sqlite"), "\(round)",
            ])
            try #require(await change.ended() == .exited(0))
            #expect(try await ours.version() != before)
            #expect(try await ours.tokens().first?.revokedAt?.microseconds == Int64(round))
        }
        await ours.close()
    }

    @Test("that were moved away under a server are not taken for its own any more", arguments: [true, false])
    func movedAway(isReplaced: Bool) async throws {
        let ours = try await openTokens(directory.path)
        try await ours.insert(token("a"))
        try FileManager.default.moveItem(atPath: directory.file("tokens.sqlite"), toPath: directory.file("old.sqlite"))
        if isReplaced { await (try await openTokens(directory.path)).close() }
        let error = await #expect(throws: StorageError.self) { _ = try await ours.version() }
        #expect(error?.message.contains("Restart the server") == true)
        await ours.close()
    }

    @Test("of a newer release, of another program, or damaged are refused and not touched", arguments: Refusal.all)
    func refused(_ refusal: Refusal) async throws {
        let store = try await openTokens(directory.path)
        try await store.insert(token("a"))
        await store.close()
        let url = URL(fileURLWithPath: directory.file("tokens.sqlite"))
        if let statement = refusal.statement {
            let connection = try Connection(url.path)
            try connection.execute(statement)
            connection.close()
        } else {
            try Data("this is no database, it is a longer text of some other kind".utf8).write(to: url)
        }
        let before = try Data(contentsOf: url)
        let error = await #expect(throws: StorageError.self) {
            let store = try await openTokens(directory.path)
            defer { Task { await store.close() } }
            _ = try await store.tokens()
        }
        #expect(error?.code == refusal.code)
        #expect(error?.message.contains("tokens.sqlite") == true)
        #expect(try Data(contentsOf: url) == before)
    }

    @Test("are verified with the log, and not copied by a backup")
    func verification() async throws {
        await (try await open(directory)).close()
        let store = try await openTokens(directory.path)
        try await store.insert(token("a"))
        await store.close()
        #expect(try await setup(directory.path).verify?().problems == [])
        let connection = try Connection(directory.file("tokens.sqlite"))
        try connection.execute("UPDATE tokens SET assets = 'all'")
        connection.close()
        let problems = try await setup(directory.path).verify?().problems ?? []
        #expect(problems.count == 1 && problems[0].contains("the assets of the token a"), "\(problems)")
    }
}

/// What a file may not hold, and how it is refused.
struct Refusal: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var statement: String?
    var code: StorageError.Code

    static let all = [
        Refusal(testDescription: "newer", statement: "PRAGMA user_version = 99", code: .tooNew),
        Refusal(testDescription: "foreign", statement: "PRAGMA application_id = 7", code: .damaged),
        Refusal(testDescription: "no database", statement: nil, code: .damaged),
        Refusal(testDescription: "rights", statement: "UPDATE tokens SET rights = 256", code: .damaged),
        Refusal(testDescription: "hash", statement: "UPDATE tokens SET hash = x'00'", code: .damaged),
        Refusal(testDescription: "an empty pattern", statement: "UPDATE tokens SET assets = '[\"\"]'", code: .damaged),
        Refusal(testDescription: "no list", statement: "UPDATE tokens SET deployments = ''", code: .damaged),
        Refusal(testDescription: "a number", statement: "UPDATE tokens SET certificates = '[1]'", code: .damaged),
    ]
}

private func openTokens(_ directory: String) async throws -> any TokenStore {
    let open = try #require(try setup(directory).openTokens)
    return try await open()
}

private func token(_ id: String) -> TokenRecord {
    TokenRecord(
        id: id, hash: [UInt8](repeating: 7, count: 32), grant: AccessGrant(name: "name of \(id)", rights: .read),
        createdAt: .now())
}

private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
}
#endif
