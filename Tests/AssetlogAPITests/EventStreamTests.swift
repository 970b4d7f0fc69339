import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogMemoryStorage
import AssetlogWeb
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import AssetlogAPI

@Suite("GET /api/v1/events/stream")
struct EventStreamTests {
    /// Keeps what is written, and ends the stream when it has enough. Confined to one task.
    private final class Reader: ResponseBodyWriter {
        private(set) var text = ""
        private let end: String

        init(until end: String) { self.end = end }

        func write(_ buffer: ByteBuffer) async throws {
            text += String(buffer: buffer)
            if text.contains(end) { throw CancellationError() }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}

        /// The sequences of the events.
        var sequences: [Int] { text.matches(of: /id: (\d+)\nevent: event\ndata: \{"sequence":/).compactMap { Int($0.1) } }
    }

    /// Reads a stream until a text has come.
    private func read(
        _ target: String, of server: Server, headers: HTTPFields = [:], until end: String, then: () throws -> Void = {}
    ) async throws -> Reader {
        let reader = Reader(until: end)
        let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost:3000", path: target, headerFields: headers)
        let response = await server.service.responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), .init())
        #expect(response.status == .ok && response.headers[.contentType] == "text/event-stream")
        #expect(response.headers[.cacheControl] == "no-store" && response.body.contentLength == nil)
        try then()
        let running = Task { await server.service.run() }
        await #expect(throws: CancellationError.self) { try await response.body.write(reader) }
        running.cancel()
        await running.value
        return reader
    }

    private static func events() -> [Event] {
        [
            .sample(key: ["warehouse", "orders"], partition: "2026-11-22"), .sample(.observation, key: ["warehouse", "orders"]),
            .sample(.check, key: ["lake", "raw"]), .sample(key: ["lake", "raw"]),
            .sample(key: ["warehouse", "orders"], deployment: "prod"),
        ]
    }

    @Test(
        "shows what passes the filters of the event API, in the order of the log",
        arguments: [
            ("after=0", [1, 2, 3, 4]), ("after=2", [3, 4]), ("after=0&kind=observation,check", [2, 3]),
            ("after=0&asset=warehouse/orders", [1, 2]), ("after=0&asset_key=%5B%22lake%22,%22raw%22%5D", [3, 4]),
            ("after=0&prefix=lake", [3, 4]), ("after=0&partition=2026-11-22", [1]), ("after=0&check_name=rows&passed=true", [3]),
            ("after=0&check_name=rows&passed=false", []), ("", []),
        ])
    func filters(_ query: String, _ expected: [Int]) async throws {
        let server = try await Server(deployments: ["prod"])
        try server.record(Self.events())
        // Something that passes every filter comes last, and only then the stream is read.
        let marks = [Event.sample(.check, key: ["lake", "raw"]), .sample(key: ["warehouse", "orders"])]
        let reader = try await read("/api/v1/events/stream?\(query)", of: server, until: "id: 7\n") { try server.record(marks) }
        #expect(reader.sequences.filter { $0 <= 4 } == expected, "\(reader.text)")
        #expect(reader.text.hasPrefix("retry: 2000\nid: \(query.contains("after=2") ? 2 : query.isEmpty ? 5 : 0)\n\n"))
    }

    @Test("shows the events of a deployment below its name, and each as the event API does")
    func deployment() async throws {
        let server = try await Server(deployments: ["prod"])
        try server.record(Self.events())
        let reader = try await read("/prod/api/v1/events/stream?after=0", of: server, until: "id: 5\n")
        let page = try await server.get("/prod/api/v1/events").text
        #expect(reader.sequences == [5])
        let json = try #require(reader.text.components(separatedBy: "data: ").last?.components(separatedBy: "\n").first)
        #expect(page == #"{"events":[\#(json)],"next":5}"#)
    }

    @Test("goes on after Last-Event-ID, which counts before after; an empty one does not count")
    func lastEventID() async throws {
        let server = try await Server()
        try server.record(Self.events().dropLast())
        let header = try #require(HTTPField.Name("Last-Event-ID"))
        let path = "/api/v1/events/stream?after=1"
        #expect(try await read(path, of: server, headers: [header: "3"], until: "id: 4\n").sequences == [4])
        #expect(try await read(path, of: server, headers: [header: ""], until: "id: 4\n").sequences == [2, 3, 4])
        for value in ["x", "-1", "1.5", "99999999999999999999", "1 2"] {
            #expect(try await server.get(path, headers: [header: value]).problem(400).contains("Last-Event-ID must be"))
        }
    }

    @Test(
        "refuses what makes no sense for a stream, and what no parameter is",
        arguments: [
            ("limit=5", "limit has no meaning for a stream"), ("order=asc", "order has no meaning for a stream"),
            ("voided=false", "voided has no meaning for a stream"),
            ("after=-1", "after must be a whole number"), ("kind=nothing", "kind must be one of"), ("asset=a&asset=b", "more than once"),
            ("form=x", "Did you mean from?"),
        ])
    func refusals(_ query: String, _ sentence: String) async throws {
        let server = try await Server()
        #expect(try await server.get("/api/v1/events/stream?\(query)").problem(400).contains(sentence))
    }

    @Test("refuses to begin behind the end of the log, which would never come if it is another one")
    func beyondTheEnd() async throws {
        let server = try await Server()
        try server.record(Self.events())
        let answer = try await server.get("/api/v1/events/stream?after=6")
        #expect(try answer.problem(400).contains("The log ends at the sequence 5, before 6"))
        // It never was a stream.
        #expect(try await server.get("/metrics").text.contains("assetlog_streams_ended_total{reason=\"left\"} 0\n"))
    }

    @Test("shows a token the events of its assets alone, and needs the right to read")
    func scopes() async throws {
        let server = try await Server()
        try server.record(Self.events())
        let blind = try BoundedReadTests.reader("lake/*", rights: .admin)
        #expect(try await server.get("/api/v1/events/stream", blind).problem(403).contains("does not allow read"))
        let reader = Reader(until: "id: 4\n")
        let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost:3000", path: "/api/v1/events/stream?after=0")
        let response = await server.service.responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), try BoundedReadTests.reader("lake/*"))
        let running = Task { await server.service.run() }
        await #expect(throws: CancellationError.self) { try await response.body.write(reader) }
        running.cancel()
        #expect(reader.sequences == [3, 4])
    }

    @Test("answers HEAD without a stream")
    func head() async throws {
        let answer = try await Server().ask(.head, "/api/v1/events/stream")
        #expect(answer.status == 200 && answer.body.isEmpty && answer.headers[.contentLength] == nil)
    }

    @Test("is refused while the server drains")
    func draining() async throws {
        let server = try await Server()
        server.service.drain()
        #expect(try await server.get("/api/v1/events/stream").problem(503).contains("stopping"))
    }
}
