import Foundation
import Testing

/// What clients and proxies say about their connections, by real ones.
@Suite("Clients of the built server")
struct ClientTests {
    private static let directory = ServerProcess.root.appending(path: "Tests/Clients")
    private static let hasJava = (try? run("javac", ["--version"]).status) == 0

    @Test("are answered whatever protocol they offer, on every route, with every method and body", arguments: ["http", "https"])
    func offers(scheme: String) throws {
        let server = try ServerProcess(scheme == "https" ? TestCertificate.arguments : [])
        let result = try run(
            "python3", [Self.directory.appending(path: "offers").path, "\(scheme)://localhost:\(server.url.port ?? 0)"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(server.stop() == 0)
        print("offers over \(scheme): \(result.output.split(separator: "\n").last ?? "")")
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("may be curl that offers h2c with every request of one connection")
    func curl() throws {
        let server = try ServerProcess()
        let targets = (0..<20).map { "\(server.url)/report_asset_materialization/curl_\($0)" }
        for data in [[], ["-H", "Content-Type: application/json", "-d", #"{"description": "x"}"#], ["-F", "a=b"]] {
            let result = try run("curl", ["-sS", "--http2", "--max-time", "20", "-X", "POST"] + data + targets)
            #expect(result.status == 0, "\(result.errors)")
            // A form is no JSON: it is refused, and the next one is too.
            let isForm = data.first == "-F"
            #expect(result.output.components(separatedBy: isForm ? "\"error\"" : "{}").count == targets.count + 1)
        }
        let prior = try run("curl", ["-sS", "--http2-prior-knowledge", "--max-time", "20", "\(server.url)/livez"])
        #expect(prior.status != 0)
        #expect(try run("curl", ["-sS", "\(server.url)/api/v1/events?limit=1000"]).output.components(separatedBy: "curl_").count == 41)
        server.stop()
        try FileManager.default.removeItem(at: server.directory)
    }

    @Test("may be Java's, which offers h2c with every request", .enabled(if: hasJava, "there is no JDK in PATH"))
    func java() throws {
        let server = try ServerProcess()
        let result = try run(
            "java", [Self.directory.appending(path: "Reporter.java").path, "http://localhost:\(server.url.port ?? 0)", "java", "60"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.split(separator: "\n").count == 60)
        let events = try run("curl", ["-sS", "\(server.url)/api/v1/events?limit=1000"]).output
        for line in result.output.split(separator: "\n") {
            let (key, id) = (line.split(separator: " ")[0], line.split(separator: " ")[1])
            #expect(events.contains(#"["\#(key)"]"#) && events.contains(id))
        }
        server.stop()
        try FileManager.default.removeItem(at: server.directory)
    }
}
