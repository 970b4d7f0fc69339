import Foundation
import Testing

/// The longest answers of a route while something stalled.
private struct Answers: Decodable {
    /// Seconds until the slowest answer.
    var longest: Double
    var count: Int
    /// Statuses, and errors of connections.
    var outcomes: [String]
}

/// Servers whose database, operating system or reader of messages hangs: only what needs it may wait, and only for a limited time.
@Suite(
    "A server around which everything stalls", .serialized,
    .enabled(if: Database.absence == nil, "there is no PostgreSQL on this machine"))
struct StallTests {
    /// Far more than a busy machine needs for an answer that waits for nothing, in seconds.
    private static let promptly = 1.0

    // The load comes from a process of its own, so that this one's other tests do not slow the clock.
    private static let load = """
        import collections, http.client, json, sys, threading, time
        port, seconds, readers = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
        end, results, lock = time.monotonic() + seconds, collections.defaultdict(list), threading.Lock()
        def run(name, method, path, kept, pause):
            connection = None
            while time.monotonic() < end:
                start = time.monotonic()
                try:
                    if connection is None or not kept: connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
                    connection.request(method, path, headers={"Content-Type": "application/json"})
                    answer = connection.getresponse(); answer.read(); outcome = str(answer.status)
                    if not kept: connection.close()
                except Exception as error: outcome, connection = repr(error), None
                with lock: results[name].append((time.monotonic() - start, outcome))
                time.sleep(pause)
        work = [("livez, new", "GET", "/livez", False, 0.02), ("livez, kept", "GET", "/livez", True, 0.02)]
        work += [("readyz", "GET", "/readyz?verbose", False, 0.1), ("metrics", "GET", "/metrics", False, 0.1)]
        work += [("read", "GET", "/api/v1/events?limit=5", True, 0.1)] * readers
        work += [("large", "GET", "/api/v1/events?limit=500", True, 0.1)] * 2 + [("page", "GET", "/", True, 0.1)]
        work += [("report", "POST", "/report_asset_materialization/orders", True, 0.01)] * 4
        threads = [threading.Thread(target=run, args=one) for one in work]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(json.dumps({name: {"longest": max(seconds for seconds, _ in all), "count": len(all),
            "outcomes": sorted({outcome for _, outcome in all})} for name, all in results.items()}))
        """

    private static func load(_ server: ServerProcess, for seconds: Double, readers: Int = 12) throws -> [String: Answers] {
        let result = try run("python3", ["-c", load, "\(server.url.port ?? 0)", "\(seconds)", "\(readers)"])
        return try JSONDecoder().decode([String: Answers].self, from: Data(result.output.utf8))
    }

    private static func end(_ server: ServerProcess) {
        kill(server.pid, SIGTERM)
        // Closing asks the database for a time-out at most.
        let end = Date.now + 60
        while server.isRunning, Date.now < end { usleep(50_000) }
        if server.isRunning {
            Issue.record("it does not end: \(server.said)")
            server.kill()
        } else {
            #expect(server.waitUntilExit() == 0, "\(server.said)")
        }
        try? FileManager.default.removeItem(at: server.directory)
    }

    private static func reports(_ server: ServerProcess) throws -> Bool {
        let answer = try run(
            "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "\(server.url)/report_asset_materialization/a"])
        return answer.output == "200"
    }

    @Test("says that it lives while PostgreSQL is frozen, and answers everything else within its time-out")
    func frozen() throws {
        let database = try Database()
        let server = try ServerProcess(database.freshLog())
        defer { Self.end(server) }
        // Connections of all kinds, which will be those that hang.
        #expect(try Self.load(server, for: 2)["read"]?.outcomes == ["200"])
        try database.tell("freeze")
        // No more readers than one client may be: the others would wait for their turn before they read.
        let answers = try Self.load(server, for: 12, readers: 6)
        try database.tell("thaw")
        for name in ["livez, new", "livez, kept"] {
            let answers = try #require(answers[name])
            #expect(answers.longest < Self.promptly && answers.outcomes == ["200"], "\(name): \(answers)")
        }
        // `storage.postgres.timeout` is 10 s; a connect that has begun within it may take 2 s more.
        for (name, seconds) in [("readyz", 2.0), ("metrics", 2), ("read", 12), ("large", 12), ("page", 24), ("report", 20)] {
            let answers = try #require(answers[name])
            #expect(answers.longest < seconds + Self.promptly, "\(name): \(answers)")
        }
        #expect(answers["metrics"]?.outcomes == ["200"])
        #expect(answers["readyz"]?.outcomes == ["503"])
        let end = Date.now + 180
        while try !Self.reports(server) { try #require(Date.now < end, "it does not recover") }
    }

    /// A user without other processes, if this process may switch to it and run the server as that user.
    private static let user: String? = {
        let user = "\(400_000 + getpid() % 100_000)"
        let wrapper = [
            "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "taskset", "-c", "0", ServerProcess.binary.path, "--version",
        ]
        return geteuid() == 0 && (try? run("setpriv", wrapper))?.status == 0 ? user : nil
    }()

    @Test(
        "says that it lives on one processor when the operating system also refuses threads, and ends on SIGTERM",
        .enabled(if: user != nil, "it takes root, setpriv and taskset"))
    func noThreads() throws {
        let user = try #require(Self.user)
        let database = try Database()
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        #expect(chown(directory.path, uid_t(user) ?? 0, gid_t(user) ?? 0) == 0)
        let identity = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"]
        let server = try ServerProcess(
            database.freshLog() + ["--set", "storage.postgres.readers=16"], in: directory, through: ["taskset", "-c", "0"] + identity)
        defer { Self.end(server) }
        // Idle threads of a pool end after some seconds.
        _ = try Self.load(server, for: 1, readers: 1)
        _ = try run("python3", ["-c", Self.probes, "\(server.url.port ?? 0)", "7"])
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.pid)/task").count + 1
        let limit = try run(
            identity[0], Array(identity.dropFirst()) + ["prlimit", "--pid", "\(server.pid)", "--nproc=\(threads):\(threads)"])
        #expect(limit.status == 0, "\(limit.errors)")
        try database.tell("freeze")
        let answers = try Self.load(server, for: 6)
        for name in ["livez, new", "livez, kept"] {
            let answers = try #require(answers[name])
            #expect(answers.longest < Self.promptly && answers.outcomes == ["200"], "\(name): \(answers)")
        }
        try database.tell("thaw")
    }

    // Keeps the threads of Swift's tasks from ending.
    private static let probes = """
        import sys, time, urllib.request
        end = time.monotonic() + float(sys.argv[2])
        while time.monotonic() < end:
            urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/livez").read(); time.sleep(0.02)
        """

    @Test("says that it lives when nobody reads its messages any more")
    func unreadMessages() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // No page can be read without its database, and the first ones say so in a message.
        let script = """
            import fcntl, os, subprocess, sys, threading, time, urllib.error, urllib.request
            reading, writing = os.pipe()
            server = subprocess.Popen([sys.argv[1], "serve", "--listen", "127.0.0.1:0", "--data", "data", "--set", "storage.type=postgres",
                "--set", "storage.postgres.url=postgresql://nobody@127.0.0.1:9/none"], stderr=writing)
            try:
                said = b""
                while b"assetlog ready at " not in said or not said.endswith(b"\\n"): said += os.read(reading, 4096)
                url = said.split(b"assetlog ready at ")[1].split()[0].decode()
                # Both ends of the pipe share these flags with nobody but the server's standard error.
                filler = os.open(f"/proc/self/fd/{writing}", os.O_WRONLY | os.O_NONBLOCK)
                for size in (65536, 1):
                    try:
                        while True: os.write(filler, b"x" * size)
                    except BlockingIOError: pass
                def page():
                    try: urllib.request.urlopen(url + "/", timeout=30).read()
                    except Exception: pass
                threads = [threading.Thread(target=page) for _ in range(8)]
                for thread in threads: thread.start()
                time.sleep(1)
                longest = 0
                for _ in range(20):
                    start = time.monotonic()
                    try: urllib.request.urlopen(url + "/livez", timeout=15).read()
                    except Exception: pass
                    longest = max(longest, time.monotonic() - start)
                    if longest > 5: break
                print(longest)
            finally:
                server.kill(); server.wait()
            """
        let result = try run("python3", ["-c", script, ServerProcess.binary.path], in: directory)
        let longest = try #require(Double(result.output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(result)")
        #expect(longest < Self.promptly)
    }
}
