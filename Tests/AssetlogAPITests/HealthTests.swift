import AssetlogCore
import AssetlogLog
import HTTPTypes
import Testing

@Suite("The probes")
struct HealthTests {
    @Test("are ready while the log takes events and the storage answers", arguments: ["/readyz", "/readyz?verbose"])
    func ready(_ path: String) async throws {
        let server = try await Server()
        let answer = try await server.get(path)
        #expect(answer.status == 200)
        #expect(answer.text.hasSuffix("ready\n"))
        #expect(answer.text.contains("[+] storage: events can be read") == path.hasSuffix("verbose"))
    }

    @Test("turn 503 when the server stops")
    func draining() async throws {
        let server = try await Server()
        server.log.start()
        await server.log.drain()
        let answer = try await server.get("/readyz?verbose=1")
        #expect(answer.status == 503)
        #expect(answer.text == "[-] log: the server is stopping\n[+] storage: events can be read\nnot ready\n")
        #expect(answer.headers[.retryAfter] == "2")
        #expect(try await server.get("/livez").status == 200)
    }

    @Test("turn 503 when the storage fails to record events, without telling strangers why")
    func failing() async throws {
        let server = try await Server(storage: FaultyStorage(read: {}))
        server.log.start()
        await #expect(throws: (any Error).self) { try await server.log.append([.sample()]) }
        let answer = try await server.get("/readyz?verbose")
        #expect(answer.status == 503)
        #expect(answer.text.contains("[-] log: the storage has failed to record events for "))
        #expect(!answer.text.contains("secret"))
        await server.log.drain()
    }

    @Test("turn 503 when the storage can't be read")
    func unreadable() async throws {
        let server = try await Server(storage: FaultyStorage(read: { throw StorageError(.closed, "/secret") }))
        let answer = try await server.get("/readyz?verbose")
        #expect(answer.status == 503)
        #expect(
            answer.text
                == "[+] log: accepting reports\n[-] storage: events can't be read; the server's log says why\nnot ready\n"
        )
        #expect(try await server.get("/livez").text == "ok\n")
    }

    @Test("wait for a storage that hangs only so long, and ask it only once in the meantime", .timeLimit(.minutes(10)))
    func hanging() async throws {
        let reads = Counter()
        let server = try await Server(
            storage: FaultyStorage(read: {
                await reads.increment()
                // Deaf to cancellation, as a blocked system call is.
                await Task.detached { try? await Task.sleep(for: .seconds(3600)) }.value
            }),
            probeTimeout: .milliseconds(100))
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await server.get("/readyz?verbose")
                    #expect(answer.status == 503)
                    #expect(answer.text.contains("[-] storage: a read took longer than 0.1 seconds"))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await server.get("/livez").status == 200)
        #expect(ContinuousClock.now - start < .seconds(300))
        #expect(await reads.count == 1)
    }

    @Test(
        "leave out the checks that are excluded",
        arguments: [
            ("exclude=storage", 503, false), ("exclude=log", 200, true), ("exclude=log&exclude=storage", 200, false),
            ("exclude=unknown", 503, true), ("exclude=", 503, true),
        ])
    func excluding(_ query: String, _ status: Int, _ asksStorage: Bool) async throws {
        let reads = Counter()
        let server = try await Server(storage: FaultyStorage(read: { await reads.increment() }))
        server.log.announceDraining()
        let answer = try await server.get("/readyz?verbose&\(query)")
        #expect(answer.status == status)
        #expect(answer.text.contains("storage:") == asksStorage)
        #expect(await reads.count == (asksStorage ? 1 : 0))
    }

    @Test("ask again after an answer")
    func asksAgain() async throws {
        let reads = Counter()
        let server = try await Server(storage: FaultyStorage(read: { await reads.increment() }))
        for _ in 0..<3 { #expect(try await server.get("/readyz").status == 200) }
        #expect(await reads.count == 3)
    }
}

private actor Counter {
    private(set) var count = 0
    func increment() { count += 1 }
}

@Suite("Errors of the storage")
struct StorageFailureTests {
    @Test(
        "are answered 503 with Retry-After where they may pass, 500 otherwise, and tell no internals",
        arguments: ["/api/v1/events", "/api/v1/events/0193b0a0-0000-7000-8000-000000000000"])
    func failures(_ path: String) async throws {
        let unavailable = try await Server(
            storage: FaultyStorage(read: { throw StorageError(.unavailable, "The disk /secret/path is gone.") }))
        let busy = try await unavailable.get(path)
        #expect(try !busy.problem(503).contains("secret"))
        #expect(busy.headers[.retryAfter] == "2")
        let broken = try await Server(storage: FaultyStorage(read: { throw SecretError() }))
        let answer = try await broken.get(path)
        #expect(try !answer.problem(500).contains("hunter2"))
        #expect(try await broken.ask(.head, path).status == 500)
    }
}
