import AssetlogAccess
import AssetlogCore
import AssetlogGzip
import AssetlogLog
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import AssetlogAPI

/// Reads `{"id": 1, "asset": "a"}`: a materialization of the asset. With `like` instead of `asset`, the asset is that of the event
/// of another ID; with `odd`, a part is unmapped; with `more`, it becomes so many events more; without `id`, it is refused.
private struct NumberReceiver: Receiver {
    static func id(_ number: Int64) -> EventID { EventID(high: 0x8000, low: 1 << 63 | UInt64(bitPattern: number)) }

    static func named(_ elementBytes: Int = 1 << 20) -> NamedReceiver {
        let bodies = [
            ReceiverRoute.Body("application/json", .array), .init("application/x-lines", .lines), .init("text/one", .single),
        ]
        let routes = [
            ReceiverRoute("/api/v1/numbers", bodies: bodies, maximumElementBytes: elementBytes, headers: ["x-tag-"]),
            ReceiverRoute("/hooks/numbers"),
        ]
        return NamedReceiver(name: "numbers", setup: ReceiverSetup(routes: routes, receiver: NumberReceiver()))
    }

    func lookups(for element: ReceivedElement) -> [EventID] {
        guard let other = (try? JSONView(element.body))?["like"]?.integer else { return [] }
        return [Self.id(other)]
    }

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        guard let json = try? JSONView(element.body), let number = json["id"]?.integer else {
            return .refused("The message has no id.")
        }
        var reading = ReceivedReading(unmapped: json["odd"]?.text.map { ["There is no word for \($0)."] } ?? [])
        let like = json["like"]?.integer.flatMap { found[Self.id($0)]?.assetKey }
        guard let key = json["asset"]?.text.map({ AssetKey([$0]) }) ?? like else { return reading }
        var item = EventItem(.materialization, of: key, eventID: Self.id(number))
        item.dataVersion = json["version"]?.text
        item.tags = element.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        reading.items = [item]
        for extra in 0..<(json["more"]?.integer ?? 0) {
            item.eventID = Self.id(number * 1_000_000 + extra)
            reading.items.append(item)
        }
        return reading
    }
}

@Suite("A receiver")
struct ReceiverRouteTests {
    private static let path = "/api/v1/numbers"

    private func server(_ receiver: NamedReceiver = NumberReceiver.named(), isReadOnly: Bool = false) async throws -> Server {
        let server = try await Server(deployments: ["prod"], isReadOnly: isReadOnly, receivers: [receiver])
        server.log.start()
        return server
    }

    private func send(
        _ body: String, to server: Server, at path: String = path, type: String? = "application/json",
        headers: HTTPFields = [:], as identity: RequestIdentity = .init()
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = type
        return try await server.ask(.post, path, headers: headers, admission: identity, body: body)
    }

    private func identity(_ rights: AccessRights, assets: [String] = []) throws -> RequestIdentity {
        let patterns = try assets.map { try #require(PartPattern($0)) }
        return RequestIdentity(caller: Caller(grant: AccessGrant(name: "etl", rights: rights, assets: patterns)))
    }

    private func assets(_ server: Server, in deployment: String = "default") async throws -> [String] {
        try await server.log.storage.events(EventQuery()).events.filter { $0.deployment == deployment }
            .map { $0.assetKey.parts.joined(separator: "/") }
    }

    private func counts(_ answer: Answer) throws -> [String: Int] {
        try answer.json().compactMapValues { $0 as? Int }
    }

    @Test(
        "splits the body as its type says, and records what is read",
        arguments: [
            ("application/json", #"{"id":1,"asset":"a"}"#, ["a"]),
            ("application/json; charset=utf-8", #"[{"id":1,"asset":"a"}, {"id":2,"asset":"b"}]"#, ["a", "b"]),
            ("Application/X-Lines", "{\"id\":1,\"asset\":\"a\"}\n\n{\"id\":2,\"asset\":\"b\"}\n", ["a", "b"]),
            ("text/one", #"{"id":1,"asset":"a"}"#, ["a"]),
            ("application/json", "[]", []),
        ])
    func bodies(_ type: String, body: String, expected: [String]) async throws {
        let server = try await server()
        let answer = try await send(body, to: server, type: type)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.headers[.contentType] == "application/json")
        #expect(try await assets(server) == expected)
        #expect(try counts(answer)["received"] == expected.count)
        #expect(try counts(answer)["recorded"] == expected.count)
    }

    @Test("is there below the name of each deployment, and at a path of its own for the default one")
    func deployments() async throws {
        let server = try await server()
        #expect(try await send(#"{"id":1,"asset":"a"}"#, to: server, at: "/prod/api/v1/numbers").status == 200)
        #expect(try await send(#"{"id":1,"asset":"b"}"#, to: server, at: "/hooks/numbers").status == 200)
        #expect(try await assets(server, in: "prod") == ["a"])
        #expect(try await assets(server) == ["b"])
    }

    @Test("counts what the log has under an ID as a duplicate, whatever it says now")
    func firstWins() async throws {
        let server = try await server()
        _ = try await send(#"{"id":1,"asset":"a","version":"1"}"#, to: server)
        let answer = try await send(#"[{"id":1,"asset":"a","version":"2"},{"id":2,"asset":"b"},{"id":2,"asset":"c"}]"#, to: server)
        #expect(answer.status == 200)
        #expect(try counts(answer) == ["received": 3, "recorded": 1, "duplicate": 2, "failed": 0, "unmapped": 0])
        #expect(try await assets(server) == ["a", "b"])
    }

    @Test("finds events of earlier requests, and of the same one, that an element asks for")
    func lookups() async throws {
        let server = try await server()
        _ = try await send(#"{"id":1,"asset":"a"}"#, to: server)
        let answer = try await send(
            #"[{"id":2,"like":1},{"id":3,"asset":"b"},{"id":4,"like":3},{"id":5,"like":99}]"#, to: server)
        #expect(try counts(answer)["recorded"] == 3)
        #expect(try await assets(server) == ["a", "a", "b", "b"])
        // Not of another deployment.
        _ = try await send(#"{"id":6,"like":1}"#, to: server, at: "/prod/api/v1/numbers")
        #expect(try await assets(server, in: "prod") == [])
    }

    @Test("is shown the headers that its route asks for, and no others")
    func headers() async throws {
        let server = try await server()
        let headers: HTTPFields = [.authorization: "secret", try #require(.init("X-Tag-Team")): "blue"]
        _ = try await send(#"{"id":1,"asset":"a"}"#, to: server, headers: headers)
        let event = try #require(try await server.log.storage.events(EventQuery()).events.first)
        #expect(String(decoding: event.details, as: UTF8.self).contains(#""tags":{"x-tag-team":"blue"}"#))
    }

    @Test("answers 415 to another type, and says which it takes", arguments: ["application/xml", nil])
    func type(_ type: String?) async throws {
        let answer = try await send("{}", to: try await server(), type: type)
        let detail = try answer.problem(415)
        #expect(detail.contains("application/json, application/x-lines or text/one"))
        #expect(answer.headers[.accept] == "application/json, application/x-lines, text/one")
    }

    @Test("answers 413 to a body that is too large, without asking for a retry")
    func tooLarge() async throws {
        let server = try await server(NumberReceiver.named(100))
        let large = #"{"id":1,"asset":"\#(String(repeating: "a", count: 100))"}"#
        let answer = try await send(large, to: server, type: "text/one")
        #expect(try answer.problem(413).contains("100 bytes"))
        #expect(answer.headers[.retryAfter] == nil)
        // Of a list, only the element is not taken.
        let list = try await send(#"[\#(large),{"id":2,"asset":"b"}]"#, to: server)
        #expect(list.status == 200)
        #expect(try counts(list)["failed"] == 1)
        #expect(try await assets(server) == ["b"])
    }

    @Test("records what is long to read, and an element of more events than a commit has")
    func large() async throws {
        let server = try await server()
        let blanks = String(repeating: " ", count: 200_000)
        let answer = try await send(#"[{"id":1,"asset":"a","more":2000\#(blanks)},{"id":2,"like":1}]"#, to: server)
        #expect(try counts(answer) == ["received": 2, "recorded": 2002, "duplicate": 0, "failed": 0, "unmapped": 0])
        #expect(try await server.log.storage.statistics().events == 2002)
    }

    #if Gzip
    @Test("decompresses its body")
    func gzip() async throws {
        let server = try await server()
        let compressor = try GzipCompressor()
        var compressed: [UInt8] = []
        Array(#"{"id":1,"asset":"a"}"#.utf8).withUnsafeBytes { compressor.compress($0, into: &compressed) }
        compressor.finish(into: &compressed)
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "localhost", path: Self.path,
            headerFields: [.contentType: "application/json", .contentEncoding: "gzip"])
        let answer = await server.service.responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: compressed))), .init())
        #expect(answer.status == .ok)
        #expect(try await assets(server) == ["a"])
    }
    #endif

    // MARK: Rights

    @Test("leaves out what a token may not report, and says so; 403 only when that is all")
    func rights() async throws {
        let server = try await server()
        let token = try identity(.reporting, assets: ["a*"])
        let part = try await send(#"[{"id":1,"asset":"a1"},{"id":2,"asset":"b1"}]"#, to: server, as: token)
        #expect(part.status == 200)
        #expect(try counts(part) == ["received": 2, "recorded": 1, "duplicate": 0, "failed": 1, "unmapped": 0])
        #expect(part.text.contains(#"{"index":1,"reason":"Not authorized to report events of this asset.","retriable":false}"#))
        let none = try await send(#"{"id":3,"asset":"b2"}"#, to: server, as: token)
        #expect(try none.problem(403).contains("may not report any"))
        #expect(try await assets(server) == ["a1"])
    }

    @Test("needs a right to report, and a server that takes events")
    func reporting() async throws {
        _ = try await send("{}", to: try await server(), as: try identity(.read)).problem(403)
        #expect(try await send("{}", to: try await server(isReadOnly: true)).problem(403).contains("read_only"))
    }

    @Test("says what nothing could be made of")
    func refused() async throws {
        let server = try await server()
        let answer = try await send(#"{"asset":"a"}"#, to: server)
        #expect(answer.status == 422)
        #expect(answer.text.contains(#""failures":[{"index":0,"reason":"The message has no id.","retriable":false}]"#))
        #expect(try await send("[\(#"{"asset":"a"},{"id":1,"asset":"b"}"#)]", to: server).status == 200)
    }

    @Test("asks for a retry when the log can't take the events")
    func storage() async throws {
        let server = try await Server(storage: FaultyStorage(read: {}), receivers: [NumberReceiver.named()])
        server.log.start()
        let answer = try await send(#"{"id":1,"asset":"a"}"#, to: server)
        _ = try answer.problem(503)
        #expect(answer.headers[.retryAfter].flatMap { Int($0) }.map { (1...5).contains($0) } == true)
    }

    // MARK: What operators see

    private func unmapped(_ server: Server, as identity: RequestIdentity = .init()) async throws -> [[String: Any]] {
        let answer = try await server.get("/api/v1/receivers/numbers/unmapped", identity)
        return try #require(try answer.json()["unmapped"] as? [[String: Any]])
    }

    @Test("keeps the last hundred parts that could not be mapped, with the reasons")
    func unmappedParts() async throws {
        let server = try await server()
        for number in 0..<105 { _ = try await send(#"{"id":1,"asset":"a","odd":"n\#(number)"}"#, to: server, as: try identity(.reporting)) }
        let parts = try await unmapped(server)
        #expect(parts.count == 100)
        #expect(parts.first?["reason"] as? String == "There is no word for n104.")
        #expect(parts.last?["reason"] as? String == "There is no word for n5.")
        #expect(parts.first?["excerpt"] as? String == #"{"id":1,"asset":"a","odd":"n104"}"#)
        #expect(parts.first?["reported_by"] as? String == "etl")
        #expect(parts.first?["path"] as? String == Self.path)
        #expect(parts.first?["deployment"] as? String == "default")
    }

    @Test("keeps little of what is large", arguments: ["a", "é", "🦆"])
    func bounds(_ letter: String) async throws {
        let server = try await server()
        let long = String(repeating: letter, count: 10_000)
        _ = try await send(#"{"id":1,"odd":"\#(long)"}"#, to: server)
        let part = try #require(try await unmapped(server).first)
        #expect((950...1000).contains((part["reason"] as? String)?.utf8.count ?? 0))
        #expect((1950...2010).contains((part["excerpt"] as? String)?.utf8.count ?? 0))
    }

    @Test("shows what it has done to tokens that may read everything")
    func list() async throws {
        let server = try await server()
        _ = try await send(#"[{"id":1,"asset":"a"},{"id":1,"asset":"a"},{"asset":"b"},{"id":2,"odd":"x"}]"#, to: server)
        let answer = try await server.get("/api/v1/receivers")
        let receivers = try #require(try answer.json()["receivers"] as? [[String: Any]])
        #expect(receivers.count == 1)
        #expect(receivers.first?["paths"] as? [String] == [Self.path, "/hooks/numbers"])
        let numbers = receivers.first?.compactMapValues { $0 as? Int }
        #expect(numbers == ["messages": 4, "recorded": 1, "duplicate": 1, "failed": 1, "unmapped": 2])
        _ = try await server.get("/api/v1/receivers", try identity(.read, assets: ["a"])).problem(403)
        _ = try await server.get("/api/v1/receivers/numbers/unmapped", try identity(.read, assets: ["a"])).problem(403)
        #expect(try await server.get("/api/v1/receivers/words/unmapped").problem(404).contains("Available: numbers"))
    }

    @Test("shows its counts as metrics")
    func metrics() async throws {
        let server = try await server()
        _ = try await send(#"[{"id":1,"asset":"a"},{"id":1,"asset":"a"},{"asset":"b"}]"#, to: server)
        let text = try await server.get("/metrics").text
        for line in [
            #"assetlog_receiver_messages_total{receiver="numbers"} 3"#,
            #"assetlog_receiver_events_total{receiver="numbers",result="recorded"} 1"#,
            #"assetlog_receiver_events_total{receiver="numbers",result="duplicate"} 1"#,
            #"assetlog_receiver_failed_messages_total{receiver="numbers"} 1"#,
            #"assetlog_receiver_unmapped_total{receiver="numbers"} 1"#,
        ] { #expect(text.contains(line), "\(line)") }
    }

    @Test("stands in the description of the API with its paths and types")
    func document() async throws {
        let text = try await server().get("/api/v1/openapi.json").text
        for path in ["/api/v1/numbers", "/{deployment}/api/v1/numbers", "/hooks/numbers"] { #expect(text.contains("\"\(path)\":")) }
        #expect(!text.contains("/{deployment}/hooks/numbers"))
        #expect(text.contains(#""application/x-lines":{"schema":{"type":"string"}}"#))
    }

    @Test(
        "may have a path that no route and no deployment has",
        arguments: [
            ("/api/v1/lineage", nil), ("/api/v1/lineage/batch", nil), ("/hooks/gx", nil), ("/gx", nil),
            ("gx", "begin with a slash"), ("", "begin with a slash"), ("/" + String(repeating: "a", count: 200), "at most 200 bytes"),
            ("/", "none of them empty"), ("/a//b", "none of them empty"), ("/a/", "none of them empty"), ("/a/../b", "none of them empty"),
            ("/{a}", "letters"), ("/a%2Fb", "letters"), ("/api", "below /api/v1/"), ("/api/v2/x", "below /api/v1/"),
            ("/api/v1/events/mine", "the server has"), ("/assets/x", "own paths"), ("/livez", "own paths"),
            ("/report_asset_check/x", "own paths"), ("/x/report_asset_check", "own paths"), ("/x/api", "own paths"),
            ("/x/status", "own paths"),
        ] as [(String, String?)])
    func paths(_ path: String, problem: String?) {
        let found = ReceiverRoute(path).serverPathProblem
        if let problem { #expect(found?.contains(problem) == true, "\(found ?? "nothing")") } else { #expect(found == nil) }
    }

    @Test("can have the path of no route of the server")
    func ownRoutes() async throws {
        for route in try await Server().service.responder.table.routes {
            let path = route.pattern.description.replacing(/\{[^}]*\}/, with: "x")
            #expect(ReceiverRoute(path).serverPathProblem != nil, "\(path)")
        }
    }
}
