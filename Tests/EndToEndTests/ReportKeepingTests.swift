import Foundation
import ScriptedServer
import Testing

/// Every way out of `assetlog report`: a report is delivered or kept, unless its command line is wrong, the server itself
/// refuses it, or nobody can keep it.
@Suite("A report")
struct ReportKeepingTests {
    enum End: Equatable { case recorded, kept, refused, wrong, nowhere }

    /// What is there while the command runs.
    enum Surroundings {
        case noServer
        /// A server with these arguments.
        case server([String] = [])
        /// Something that gives the same answer to every request.
        case something(String)
        /// Something that is a server with a certificate of these years.
        case certificate(ClosedRange<Int>)
    }

    struct Way: CustomTestStringConvertible {
        var testDescription: String
        var surroundings: Surroundings
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var end: End
        var words = ""

        init(_ name: String, _ surroundings: Surroundings, _ end: End, _ words: String = "") {
            self.init(name, surroundings, [], [:], end, words)
        }

        init(_ name: String, _ surroundings: Surroundings, _ arguments: [String], _ end: End, _ words: String = "") {
            self.init(name, surroundings, arguments, [:], end, words)
        }

        init(
            _ name: String, _ surroundings: Surroundings, _ arguments: [String], _ environment: [String: String], _ end: End,
            _ words: String = ""
        ) {
            (testDescription, self.surroundings, self.arguments) = (name, surroundings, arguments)
            (self.environment, self.end, self.words) = (environment, end, words)
        }
    }

    private static func answer(_ status: Int, _ type: String = "text/html", _ body: String = "<title>Hello</title>", _ fields: String = "")
        -> Surroundings
    {
        .something(
            "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nServer: thing\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static let ways: [Way] = [
        Way("to a server", .server(), .recorded),
        Way(
            "to a server, with a spool that can't be made", .server(), ["--spool", "/dev/null/spool"], .recorded,
            "the spool can't be used: /dev/null/spool"),
        Way("to a server, with a token that it does not ask for", .server(), [], ["ASSETLOG_TOKEN": "x\r\n"], .recorded),
        Way("to a server, by a URL that ends in a line end", .server(), [], ["ASSETLOG_URL": "URL\n"], .recorded),
        Way("to nobody", .noServer, .kept, "can't be reached"),
        Way("to no such host", .noServer, ["--to", "http://no.such.host.invalid"], .kept, "can't be reached"),
        Way("to one who is silent", .something(""), .kept),
        Way("to one who does not speak HTTP", .something("SSH-2.0-OpenSSH_9.2\r\n"), .kept),
        Way("to a portal", answer(200), .kept, "\"Hello\""),
        Way("to a sign-in", answer(302, "text/html", "", "Location: https://sso/\r\n"), .kept, "redirects to another address"),
        Way("to a proxy without a route", answer(404, "text/plain", "404 page not found\n"), .kept, "404 page not found"),
        Way("to a proxy that forbids", answer(403), .kept), Way("to a proxy that wants a login", answer(407), .kept),
        Way("to a proxy with a limit", answer(413), .kept), Way("to a proxy without an upstream", answer(502), .kept),
        Way("to Cloudflare", answer(522), .kept),
        Way("to a proxy with a number of its own", answer(599), .kept),
        Way(
            "to a Dagster that refuses", answer(400, "application/json", #"{"error":"Empty asset key"}"#), .refused,
            "with 400: Empty asset key"),
        Way("to a server that asks for a token", .server(["--set", "auth.required=true"]), .refused, "401"),
        Way("to a server that is read-only", .server(["--read-only"]), .refused, "403"),
        Way("to a deployment that there is not", .server(), ["--deployment", "nosuch"], .refused, "404"),
        Way(
            "that is too large", .server(["--set", "server.limits.body_bytes=64KiB"]),
            ["--description", String(repeating: "x", count: 70_000)], .refused, "413"),
        Way("with a token file that is not there", .server(), ["--token-file", "no-such"], .kept, "no-such can't be read"),
        Way(
            "with a token in two lines", .server(), [], ["ASSETLOG_TOKEN": "a\nb"], .kept,
            "ASSETLOG_TOKEN must contain a token, and nothing else"),
        Way(
            "with authorities that are not there", .certificate(2000...2090), ["--ca-file", "/no/such/file"], .kept,
            "/no/such/file can't be read"),
        Way("to a server that nobody vouches for", .certificate(2000...2090), .kept, "is not trusted"),
        Way("to a server whose certificate has expired", .certificate(2000...2020), ["--ca-file", "CERTIFICATE"], .kept, "has expired"),
        Way(
            "to a server whose certificate is not valid yet", .certificate(2088...2090), ["--ca-file", "CERTIFICATE"], .kept,
            "is not yet valid"),
        Way(
            "to a server by another name", .certificate(2000...2090), ["--ca-file", "CERTIFICATE", "--to", "OTHER"], .kept,
            "for another name"),
        Way("to a server by HTTP, which speaks HTTPS", .certificate(2000...2090), ["--to", "PLAIN"], .refused, "https://"),
        Way("to nobody, with a spool that can't be made", .noServer, ["--spool", "/dev/null/spool"], .nowhere, "/dev/null/spool"),
        Way("to nobody, and it shall not be kept", .noServer, ["--no-spool"], .nowhere, "can't be reached"),
        Way("to a portal, and it shall not be kept", answer(200), ["--no-spool"], .nowhere, "something in between"),
        Way(
            "with a token file that is not there, and it shall not be kept", .server(), ["--no-spool", "--token-file", "no-such"], .nowhere),
        Way("to an empty URL", .server(), ["--to", ""], .wrong, "--to is empty"),
        Way("to no URL", .server(), ["--to", "localhost:3000"], .wrong, "http://"),
        Way("to a variable that is no URL", .server(), [], ["ASSETLOG_URL": "localhost"], .wrong, "ASSETLOG_URL"),
        Way("to a port that can't be", .server(), ["--to", "http://localhost:99999"], .wrong, "port"),
        Way("to a deployment without a name", .server(), ["--deployment", ""], .wrong, "--deployment"),
        Way("with an empty token file", .server(), ["--token-file", ""], .wrong, "--token-file is empty"),
        Way("with an empty file of authorities", .server(), ["--ca-file", ""], .wrong, "--ca-file is empty"),
        Way("with an empty spool", .server(), ["--spool", ""], .wrong, "--spool is empty"),
        Way("of an empty partition", .server(), ["--partition", ""], .wrong, "--partition is empty"),
        Way("of an empty data version", .server(), ["--data-version", ""], .wrong, "--data-version is empty"),
        Way("with an empty label", .server(), ["--metadata-json", #"{"":1}"#], .wrong, "label"),
    ]

    @Test("is delivered or kept", arguments: ways)
    func ends(_ way: Way) throws {
        let fixture: ReportFixture
        var server: ServerProcess?
        var something: ScriptedServer?
        var certificate: DatedCertificate?
        switch way.surroundings {
        case .noServer: fixture = try ReportFixture()
        case .server(let arguments):
            fixture = try ReportFixture(arguments)
            server = try fixture.start()
        case .something(let answer):
            fixture = try ReportFixture()
            let scripted = try ScriptedServer(Array(repeating: .last(answer), count: 1000))
            something = scripted
            fixture.environment["ASSETLOG_URL"] = "http://127.0.0.1:\(scripted.port)"
        case .certificate(let years):
            let dated = try DatedCertificate(years)
            certificate = dated
            fixture = try ReportFixture(dated.arguments, scheme: "https")
            fixture.environment["CERTIFICATE"] = dated.path
            server = try fixture.start()
        }
        let url = fixture.environment["ASSETLOG_URL"] ?? ""
        let arguments = way.arguments.map { argument in
            switch argument {
            case "CERTIFICATE": fixture.environment["CERTIFICATE"] ?? ""
            case "OTHER": url.replacing("localhost", with: "127.0.0.1")
            case "PLAIN": url.replacing("https", with: "http")
            default: argument
            }
        }
        var environment = way.environment
        environment["ASSETLOG_URL"] = environment["ASSETLOG_URL"]?.replacing("URL", with: url)
        let result = try run(
            ServerProcess.binary.path, ["report", "observation", "a", "--timeout", "150ms"] + arguments, in: fixture.directory,
            environment: fixture.environment.merging(environment) { $1 })
        if way.end == .kept { try flushLosesNothing(way, arguments, fixture, environment) }
        var recorded = 0
        if let server {
            #expect(server.stop() == 0)
            recorded = try events(fixture)
        }
        #expect(recorded == (way.end == .recorded ? 1 : 0), "\(result.errors)")
        #expect(result.status == [.recorded: 0, .kept: 0, .refused: 1, .nowhere: 1, .wrong: 64][way.end], "\(result.errors)")
        #expect(fixture.files("waiting").count == (way.end == .kept ? 1 : 0), "\(result.errors)")
        #expect(fixture.files("refused").isEmpty)
        #expect(way.words.isEmpty || result.errors.contains(way.words), "\(result.errors)")
        #expect(result.errors.contains("the report waits in") == (way.end == .kept), "\(result.errors)")
        withExtendedLifetime((something, certificate)) {}
    }

    // Whatever has answered: `flush` leaves what waits where it is, and says so by its status.
    private func flushLosesNothing(
        _ way: Way, _ arguments: [String], _ fixture: ReportFixture, _ environment: [String: String]
    ) throws {
        let target = arguments.filter { !$0.isEmpty }
        let flushed = try run(
            ServerProcess.binary.path, ["report", "flush", "--timeout", "50ms"] + target, in: fixture.directory,
            environment: fixture.environment.merging(environment) { $1 })
        #expect(flushed.status == 1, "\(flushed.output)\(flushed.errors)")
        #expect(fixture.files("waiting").count == 1)
        #expect(fixture.files("refused").isEmpty)
    }

    private func events(_ fixture: ReportFixture) throws -> Int {
        let log = fixture.directory.appending(path: "data")
        let result = try run(ServerProcess.binary.path, ["verify", "--data", log.path], in: fixture.directory)
        return try #require(
            result.output.firstMatch(of: /(\d+) events?/).flatMap { Int($0.1) }, "\(result.output)\(result.errors)")
    }

    // MARK: Locations and clocks

    @Test("is kept without a HOME, and by an account whose home is not there")
    func noHome() throws {
        // An account of a service; its home is /nonexistent.
        let isRoot = geteuid() == 0
        let user = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let state = FileManager.default.temporaryDirectory.appending(path: "assetlog-state-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: state) }
        if isRoot { _ = chown(state.path, 65534, 65534) }
        let shared = "/var/tmp/assetlog-65534/spool"
        if isRoot { try? FileManager.default.removeItem(atPath: "/var/tmp/assetlog-65534") }
        let cases = isRoot ? [(["STATE_DIRECTORY=\(state.path)"], "\(state.path)/assetlog/spool"), ([], shared)] : []
        for (variables, directory) in cases {
            func assetlog(_ arguments: String...) throws -> CommandResult {
                try run(
                    "/usr/bin/env", ["-i", "PATH=/usr/bin:/bin"] + variables + user + [ServerProcess.binary.path, "report"] + arguments,
                    in: state)
            }
            let before = try assetlog("list").output.split(separator: " ").first.flatMap { Int($0) } ?? 0
            let kept = try assetlog("observation", "a", "--to", "http://127.0.0.1:1", "--timeout", "20ms")
            #expect(kept.status == 0, "\(kept.errors)")
            #expect(kept.errors.contains("the report waits in \(directory)"), "\(kept.errors)")
            #expect(try assetlog("list").output.contains("\(before + 1) waiting"))
        }
        if isRoot { try? FileManager.default.removeItem(atPath: "/var/tmp/assetlog-65534") }
    }

    private static let faketime = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    ]
    .first { FileManager.default.fileExists(atPath: $0) }

    @Test(
        "is recorded whatever the client's clock says, late ones too", .enabled(if: faketime != nil, "needs faketime"),
        arguments: ["+3h", "-3h", "+20y", "-50y"], [false, true])
    func clocks(_ shift: String, hasExtensions: Bool) throws {
        let fixture = try ReportFixture(["--set", "report.extensions=\(hasExtensions)"])
        let clock = ["LD_PRELOAD": Self.faketime ?? "", "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"]
        // One attempt: libfaketime also moves the clock by which a pause ends.
        func report(_ asset: String, _ number: Int) throws -> CommandResult {
            try fixture.report("observation", asset, "--description", "\(number)", "--timeout", "0ms", environment: clock)
        }
        #expect(try report("a", 0).status == 0)
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        for (asset, number) in [("b", 0), ("a", 1)] {
            let direct = try report(asset, number)
            #expect(direct.status == 0 && direct.errors.isEmpty, "\(direct.errors)")
        }
        #expect(try fixture.numbers() == ["a": [0, 1], "b": [0]])
        for event in try fixture.events() {
            let (made, received) = (try #require(event["timestamp"] as? String), try #require(event["received_at"] as? String))
            // No event is of the future; what can't be right has the server's time.
            #expect(made <= received)
            if shift != "-3h" { #expect(made == received) }
        }
        #expect(fixture.files("waiting").isEmpty && fixture.files("refused").isEmpty)
    }

    @Test("is made of its arguments, also where a library has set a variable before", .enabled(if: faketime != nil, "needs faketime"))
    func preloaded() throws {
        let fixture = try ReportFixture()
        let preload = ["LD_PRELOAD": Self.faketime ?? "", "FAKETIME": "+0"]
        let result = try fixture.report("observation", "a", "--description", "0", "--timeout", "0ms", environment: preload)
        #expect(result.errors.contains("the report waits in"), "\(result.output)\(result.errors)")
        #expect(fixture.files("waiting").count == 1)
    }

    @Test("that waited is recorded with the time of its making", arguments: [false, true])
    func time(hasExtensions: Bool) throws {
        let fixture = try ReportFixture(["--set", "report.extensions=\(hasExtensions)"])
        let before = Date.now
        for command in ["materialization", "observation"] { try fixture.report(command, command, "--timeout", "20ms") }
        try fixture.report("check", "check", "--check-name", "c", "--passed", "true", "--timeout", "20ms")
        let after = Date.now
        sleep(2)
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("flush").status == 0)
        let events = try fixture.events()
        #expect(events.count == 3)
        for event in events {
            let text = try #require(event["timestamp"] as? String)
            let time = try Date("\(text.prefix(19))Z", strategy: .iso8601)
            #expect(time > before.addingTimeInterval(-1.1) && time < after.addingTimeInterval(0.1))
        }
    }

    // MARK: Order

    @Test("goes to the server in the order of making, where several are under way at once")
    func overlapping() throws {
        let fixture = try ReportFixture()
        let count = 6
        var processes: [Process] = []
        for number in 0..<count {
            processes.append(try fixture.process(["observation", "a", "--description", "\(number)", "--timeout", "60s"]))
            // The next one is made while this one waits for the server.
            let end = Date.now + 20
            while fixture.files("waiting").count <= number, Date.now < end { usleep(5000) }
        }
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        for process in processes {
            process.waitUntilExit(within: 300)
            #expect(process.terminationStatus == 0)
        }
        #expect(try fixture.numbers() == ["a": Array(0..<count)])
        #expect(fixture.files("waiting").isEmpty)
    }

    @Test("that another process delivered or saw refused ends as if it had done so itself")
    func deliveredByOther() throws {
        let fixture = try ReportFixture(["--set", "deployments.declared=prod"])
        // Two of a deployment that there is not: the first one delivers, and the second one's fate may be found by either.
        let processes = try (0..<4).map { number in
            let process = try fixture.process([
                "observation", "a", "--description", "\(number)", "--deployment", "nosuch", "--timeout", "60s",
            ])
            let end = Date.now + 20
            while fixture.files("waiting").count <= number, Date.now < end { usleep(5000) }
            return process
        }
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        for process in processes {
            process.waitUntilExit(within: 300)
            #expect(process.terminationStatus == 1)
        }
        #expect(fixture.files("waiting").isEmpty && fixture.files("refused").isEmpty)
    }

    // MARK: Both ways

    @Test(
        "is recorded by the event API as by the report endpoint",
        arguments: [
            (
                "materialization", ["--partition", "2026-11-22", "--description", "d\né", "--data-version", "1.10"],
                #""partition":"2026-11-22","description":"d\né","data_version":"1.10""#
            ),
            (
                "observation", ["--metadata", "sha=7e10432", "v=1.10", "n=10", "x=1.5", "t=true", "z=null"],
                #""metadata":{"sha":"7e10432","v":"1.10","n":10,"x":1.5,"t":true,"z":null}"#
            ),
            (
                "materialization",
                [
                    "--metadata-json",
                    #"{"z":{"type":"url","value":"x"},"a":{"raw_value":"p","type":"path"},"t":{"type":"nosuch","value":1},"l":[{"type":"url","value":"x"}],"o":{"b":[1,2.50],"a":{}},"big":123456789012345678901234567890,"inf":Infinity,"nan":NaN}"#,
                ],
                #""metadata":{"z":{"type":"url","value":"x"},"a":{"raw_value":"p","type":"path"},"t":{"type":"nosuch","value":1},"l":[{"type":"url","value":"x"}],"o":{"b":[1,2.50],"a":{}},"big":123456789012345678901234567890,"inf":Infinity,"nan":NaN}"#
            ),
            (
                "check",
                ["--check-name", "no nulls", "--passed", "false", "--severity", "WARN", "--partition", "p", "--metadata", "b=1", "a=2"],
                #""check_name":"no nulls","passed":false,"severity":"WARN","partition":"p","metadata":{"b":1,"a":2}"#
            ),
        ] as [(String, [String], String)])
    func bothWays(_ kind: String, _ flags: [String], _ fields: String) throws {
        let fixture = try ReportFixture()
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let url = fixture.environment["ASSETLOG_URL"] ?? ""
        let escaped = fields.replacing("\n", with: "\\n")
        let id = "0193b0a0-1111-7222-8333-444444444444"
        let posted = try run(
            "curl",
            [
                "-sf", "--noproxy", "*", "\(url)/report_asset_\(kind)/", "-H", "Content-Type: application/json", "-H",
                "Idempotency-Key: \"\(id)\"", "-d",
                #"{"asset_key":["a/b","c"],\#(escaped)}"#,
            ])
        #expect(posted.status == 0, "\(posted.output)\(posted.errors)")
        let command = ["report", kind, "a/b", "c"] + flags
        let result = try run(ServerProcess.binary.path, command, in: fixture.directory, environment: fixture.environment)
        #expect(result.status == 0, "\(result.errors)")
        let lines = try run("curl", ["-sf", "--noproxy", "*", "\(url)/api/v1/events"]).output
        let pattern = /\{"sequence":.*?"reported_by":[^}]*\}/
        let texts = lines.matches(of: pattern).map { match in
            String(match.0).replacing(/"(sequence|event_id|timestamp|received_at)":("[^"]*"|\d+)/) { "\"\($0.output.1)\"" }
        }
        #expect(texts.count == 2 && texts.first == texts.last, "\(texts)")
        // The same identity by the other way is the same event.
        let again = try run(
            ServerProcess.binary.path, command + ["--id", id], in: fixture.directory, environment: fixture.environment)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try fixture.events().count == 2)
    }
}

/// A certificate of its own authority that is valid from the first of the years to the end of the last.
final class DatedCertificate {
    private let directory: URL
    var path: String { directory.appending(path: "certificate.pem").path }
    var arguments: [String] { ["--tls-certificate", path, "--tls-key", directory.appending(path: "key.pem").path] }

    init(_ years: ClosedRange<Int>) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-dated-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = index.txt
            new_certs_dir = .
            rand_serial = yes
            default_md = sha256
            policy = any
            x509_extensions = names
            [any]
            commonName = supplied
            [names]
            basicConstraints = critical,CA:TRUE
            subjectAltName = DNS:localhost
            """
        try Data(settings.utf8).write(to: directory.appending(path: "ca.cnf"))
        try Data().write(to: directory.appending(path: "index.txt"))
        let request = [
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout",
            "key.pem",
            "-out", "request.pem",
        ]
        let signing = [
            "ca", "-batch", "-selfsign", "-notext", "-config", "ca.cnf", "-keyfile", "key.pem", "-in", "request.pem", "-out",
            "certificate.pem",
            "-startdate", "\(years.lowerBound)0101000000Z", "-enddate", "\(years.upperBound)1231235959Z",
        ]
        for arguments in [request, signing] {
            let result = try run("openssl", arguments, in: directory)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }
}
