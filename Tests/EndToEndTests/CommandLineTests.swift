import Foundation
import Testing

/// What an operator types that is not quite right, and what is tried at its bounds, with the built program.
@Suite("The command line and the configuration")
struct CommandLineTests {
    @Test(
        "refuse a misspelt command with the one that is meant",
        arguments: [
            (["serv"], "did you mean `assetlog serve`?"),
            (["report", "materialisation", "a"], "did you mean `assetlog report materialization`?"),
            (["token", "rm", "x"], "did you mean `assetlog token revoke`?"), (["copy"], "Usage: assetlog copy "),
            (["copy", "--from", "sqlite:", "--to", "memory"], "Usage: assetlog copy "),
            (["copy", "--from", "postgresql://a/b", "--to", "memory"], "such as --from postgres:postgresql://"),
        ])
    func misspelt(_ arguments: [String], _ words: String) throws {
        let result = try run(ServerProcess.binary.path, arguments)
        #expect(result.status == 64 || result.status == 78)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("assetlog: ") && result.errors.contains(words), "\(result.errors)")
    }

    private func status(_ address: String, _ port: Int, _ host: String? = nil) throws -> String {
        let fields = host.map { ["-H", "Host: \($0)"] } ?? []
        return try run(
            "curl",
            [
                "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST",
                "http://\(address):\(port)/report_asset_observation/a",
            ] + fields
        ).output
    }

    @Test("listen on every address of both families for *")
    func everyAddress() throws {
        let server = try ServerProcess(["--listen", "*:0", "--allow-insecure", "--set", "auth.required=false"])
        defer { try? FileManager.default.removeItem(at: server.directory) }
        let port = try #require(server.url.port)
        #expect(try status("127.0.0.1", port) == "200")
        if try run("sh", ["-c", "test -e /proc/net/if_inet6 && grep -q lo /proc/net/if_inet6"]).status == 0 {
            #expect(try status("[::1]", port) == "200")
        }
        let address = try run("hostname", ["-I"]).output.split(separator: " ").first.map(String.init)
        if let address, !address.contains(":") { #expect(try status(address, port) == "200") }
        #expect(server.said.contains("listens on *:0"), "\(server.said)")
        let health = try assetlog("health", "--listen", "*:\(port)")
        #expect(health.status == 0, "\(health.errors)")
        #expect(server.stop() == 0)
    }

    @Test("know a host by its name, with whatever port and final dot it was written")
    func hosts() throws {
        let server = try ServerProcess(["--set", "server.hosts=Assets.example.com:3000,other.example.com."])
        defer { try? FileManager.default.removeItem(at: server.directory) }
        let port = try #require(server.url.port)
        for host in ["assets.example.com", "assets.example.com:\(port)", "other.example.com", "OTHER.example.com.:80"] {
            #expect(try status("127.0.0.1", port, host) == "200", "\(host)")
        }
        #expect(try status("127.0.0.1", port, "evil.example.com") == "403")
        #expect(server.stop() == 0)
    }

    /// The least and the greatest values that a server takes, and a request that needs them.
    private static let numbers = [
        "header_bytes", "target_bytes", "body_bytes", "compression_ratio", "buffered_body_bytes", "answer_bytes", "connections",
        "connections_per_address",
        "address_rate", "address_burst", "token_rate", "token_burst", "body_bytes_per_second", "queue_events", "queue_bytes",
    ]
    private static let spans = ["handshake_timeout", "header_timeout", "body_timeout", "idle_timeout", "write_timeout"]

    @Test("serve at the upper bound of every number, with no more descriptors than a process has by default")
    func upperBounds() throws {
        var arguments = Self.numbers.flatMap { ["--set", "server.limits.\($0)=2147483647"] }
        arguments += Self.spans.flatMap { ["--set", "server.limits.\($0)=365d"] }
        arguments += [
            "--set", "server.limits.memory_bytes=1024GiB", "--set", "server.event_loops=256", "--set", "server.shutdown_grace=365d",
            "--set", "storage.sqlite.checkpoint_pages=100000",
        ]
        arguments += [
            "--set", "exporters.a.type=jsonlines", "--set", "exporters.a.path=lines.jsonl", "--set", "exporters.a.rotate_bytes=1024GiB",
        ]
        arguments += ["--set", "exporters.a.keep_files=1000000", "--set", "exporters.a.rotate_after=100y"]
        let server = try ServerProcess(arguments, limitedTo: 1024)
        defer { try? FileManager.default.removeItem(at: server.directory) }
        let port = try #require(server.url.port)
        for _ in 0..<8 { #expect(try status("127.0.0.1", port) == "200") }
        #expect(try run("curl", ["-sS", "\(server.url)/api/v1/events"]).output.contains(#""kind":"observation""#))
        #expect(server.stop() == 0)
    }

    @Test("serve at the lower bound of every number")
    func lowerBounds() throws {
        let least = [
            "header_bytes": 1024, "target_bytes": 256, "body_bytes": 1024, "compression_ratio": 1, "buffered_body_bytes": 1024,
            "answer_bytes": 1024,
            "connections": 1, "connections_per_address": 1, "address_rate": 1, "address_burst": 8, "body_bytes_per_second": 1,
            "queue_events": 1,
            "queue_bytes": 1024,
        ]
        var arguments = least.flatMap { ["--set", "server.limits.\($0.key)=\($0.value)"] }
        arguments += ["--set", "server.event_loops=1", "--set", "server.shutdown_grace=0", "--set", "storage.sqlite.checkpoint_pages=100"]
        let server = try ServerProcess(arguments)
        defer { try? FileManager.default.removeItem(at: server.directory) }
        #expect(try status("127.0.0.1", try #require(server.url.port)) == "200")
        #expect(server.stop() == 0)
    }

    @Test("serve with memory at its greatest number of events")
    func memory() throws {
        let server = try ServerProcess(["--storage", "memory", "--set", "storage.memory.maximum_events=1000000000"])
        defer { try? FileManager.default.removeItem(at: server.directory) }
        #expect(try status("127.0.0.1", try #require(server.url.port)) == "200")
        #expect(server.stop() == 0)
    }

    // MARK: check-config --files

    private static let canChangeUser = getuid() == 0 && (try? run("setpriv", ["--version"]).status) == 0

    @Test("look at files as the user who asks", .enabled(if: canChangeUser, "needs root and setpriv"))
    func files() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func make(_ name: String, _ mode: Int, isDirectory: Bool = false) throws -> String {
            let path = directory.appending(path: name).path
            if isDirectory {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } else {
                try Data().write(to: URL(filePath: path))
            }
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return path
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
        let (data, open) = (try make("data", 0o700, isDirectory: true), try make("open", 0o777, isDirectory: true))
        let (log, tokens) = (try make("access.log", 0o600), try make("tokens.yaml", 0o600))
        func check(_ settings: [String: String]) throws -> CommandResult {
            let flags = settings.flatMap { ["--set", "\($0.key)=\($0.value)"] }
            return try run(
                "setpriv",
                ["--reuid=65534", "--regid=65534", "--clear-groups", ServerProcess.binary.path, "check-config", "--files"] + flags)
        }
        let good = try check(["server.data": "\(open)/data", "log.access": "\(open)/access.log"])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.hasPrefix("The configuration is valid, and so are its files: ") && good.errors.isEmpty, "\(good.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: open) == [])
        let bad = try check([
            "server.data": data, "log.access": log, "log.audit": "\(data)/audit.log", "auth.tokens_file": tokens,
            "exporters.a.type": "jsonlines",
            "exporters.a.path": "\(data)/deep/events.jsonl",
        ])
        #expect(bad.status == 78 && bad.output.isEmpty)
        for words in ["\(data) can't be written to: Permission denied.", "\(log) can't be written to: Permission denied.", tokens, "deep"] {
            #expect(bad.errors.contains(words), "\(words): \(bad.errors)")
        }
        #expect(bad.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("assetlog: ") })
        // Without the flag nothing is looked at.
        #expect(try assetlog("check-config", "--set", "server.data=\(data)", "--set", "auth.tokens_file=/no/such").status == 0)
    }
}

/// What commands do on a file system that nobody can write to.
@Suite("A read-only file system")
struct ReadOnlyFileSystemTests {
    private static let canMount = getuid() == 0 && (try? run("unshare", ["-m", "true"]).status) == 0

    @Test(
        "can be verified, backed up and copied from, with all that was acknowledged",
        .enabled(if: canMount, "needs root and mount namespaces"),
        arguments: ["stopped", "killed", "killed without shared memory", "running"])
    func commands(_ state: String) throws {
        let server = try ServerProcess()
        defer { try? FileManager.default.removeItem(at: server.directory) }
        for index in 0..<20 {
            let result = try run("curl", ["-sS", "-X", "POST", "\(server.url)/report_asset_materialization/a\(index)"])
            #expect(result.output == "{}")
        }
        let data = server.directory.appending(path: "data").path
        if state == "stopped" { #expect(server.stop() == 0) }
        if state.hasPrefix("killed") { server.kill() }
        if state == "killed without shared memory" {
            for name in try FileManager.default.contentsOfDirectory(atPath: data) where name.hasSuffix("-shm") {
                try FileManager.default.removeItem(atPath: "\(data)/\(name)")
            }
            #expect(FileManager.default.fileExists(atPath: "\(data)/events.sqlite-wal"))
        }
        let before = try FileManager.default.contentsOfDirectory(atPath: data).sorted()
        let script = """
            set -e
            mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
            if touch "$1/x" 2>/dev/null; then echo writable; exit 9; fi
            "$0" verify --data "$1"
            "$0" backup "$2/events.sqlite" --data "$1"
            "$0" verify --data "$2"
            "$0" copy --from "sqlite:$1" --to "sqlite:$2/copy"
            """
        let copies = server.directory.appending(path: "copies")
        try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
        let result = try run(
            "unshare", ["-m", "--propagation", "private", "bash", "-c", script, ServerProcess.binary.path, data, copies.path])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.components(separatedBy: "20 events read, no problems found.").count == 3, "\(result.output)")
        #expect(result.output.contains("Copied 20 events") && result.output.contains("copied 20 events"), "\(result.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: data).sorted() == before)
        if state == "running" { #expect(server.stop() == 0) }
    }

    @Test("is named by check-config --files", .enabled(if: canMount, "needs root and mount namespaces"))
    func inspection() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-ro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let script = #"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$0" check-config --files --data "$1/data""#
        let result = try run(
            "unshare", ["-m", "--propagation", "private", "bash", "-c", script, ServerProcess.binary.path, directory.path])
        #expect(result.status == 78)
        #expect(result.errors.contains("Read-only file system. Choose a path on a file system that is not read-only."), "\(result.errors)")
    }
}
