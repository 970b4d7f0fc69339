import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import AssetlogAPI

@Suite("The items of a submission")
struct SubmissionItemsTests {
    private static let lines = [#"{"kind":"observation","asset_key":"a"}"#, #"{"kind":"observation","asset_key":"b"}"#, "[1]"]

    /// A body that comes in pieces, and may fail at its end.
    private func request(
        _ body: [UInt8], pieceSize: Int = 1 << 20, type: String = "application/json", failing error: (any Error)? = nil
    ) -> Request {
        let chunks = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
            for start in stride(from: 0, to: body.count, by: pieceSize) {
                continuation.yield(ByteBuffer(bytes: body[start..<min(start + pieceSize, body.count)]))
            }
            continuation.finish(throwing: error)
        }
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "localhost", path: "/api/v1/events", headerFields: [.contentType: type])
        return Request(head: head, body: RequestBody(asyncSequence: chunks))
    }

    private func items(
        of request: Request, maximumItemBytes: Int = 1_000, room: Int = 1 << 20
    ) throws -> SubmissionItems {
        try SubmissionItems(
            of: request, limits: .submission(compressionRatio: 200, isGathered: false), maximumItemBytes: maximumItemBytes,
            memory: MemoryBudget(limit: room).share(limit: room))
    }

    private func texts(_ items: SubmissionItems) async throws -> [String] {
        var texts: [String] = []
        for try await item in items {
            switch item {
            case .item(let range): texts.append(items.withBytes(range) { String(decoding: $0, as: UTF8.self) })
            case .tooLarge: texts.append("too large")
            }
        }
        return texts
    }

    @Test("are the same in whatever form and pieces the body comes", arguments: [1, 3, 1 << 20])
    func forms(pieceSize: Int) async throws {
        let bodies = [
            ("application/json", "[" + Self.lines.joined(separator: ",") + "]"),
            ("application/json", Self.lines.joined(separator: "\n")),
            ("application/x-ndjson", Self.lines.joined(separator: "\n") + "\n\n"),
            ("application/x-ndjson", Self.lines.joined(separator: "\r\n")),
        ]
        for (type, body) in bodies {
            let request = request(Array(body.utf8), pieceSize: pieceSize, type: type)
            let found = try await texts(try items(of: request))
            #expect(found.map { $0.filter { $0 != "\r" } } == Self.lines, "\(body)")
        }
    }

    @Test("are none after the last one, however often they are asked for")
    func end() async throws {
        let items = try items(of: request(Array("[1]".utf8)))
        #expect(try await items.next() == .item(1..<2))
        for _ in 0..<2 { #expect(try await items.next() == nil) }
    }

    @Test("that are too large are passed over", arguments: [1, 1 << 20])
    func tooLarge(pieceSize: Int) async throws {
        let body = Array("[\"\(String(repeating: "x", count: 100))\",2]".utf8)
        let found = try await texts(try items(of: request(body, pieceSize: pieceSize), maximumItemBytes: 50))
        #expect(found == ["too large", "2"])
    }

    @Test("come before the refusal of a body that does not end well")
    func endings() async throws {
        struct Reset: Error {}
        let endings: [(String, (any Error)?, Int)] = [
            ("[1,2", BodyTimeout(), 408), ("[1,2", Reset(), 400), ("[1,2", nil, 400), ("[1,,", nil, 400),
        ]
        for (body, error, status) in endings {
            let items = try items(of: request(Array(body.utf8), failing: error))
            #expect(try await items.next() == .item(1..<2))
            do {
                while try await items.next() != nil {}
                Issue.record("\(body) was taken")
            } catch {
                #expect((error as? RequestError)?.status.code == status, "\(body): \(error)")
            }
        }
    }

    @Test("are refused when what the reader keeps of them has no room")
    func memory() async throws {
        let items = try items(of: request(Array("[1,2,3]".utf8), pieceSize: 1), room: 10_000)
        #expect(try await items.next() != nil)
        items.keep(20_000)
        do {
            while try await items.next() != nil {}
            Issue.record("there was room")
        } catch {
            #expect((error as? RequestError)?.status == .serviceUnavailable)
        }
    }
}

@Suite("The right to report an item")
struct SubmissionRightTests {
    // Allows observations of the asset `a` and below.
    private var identity: RequestIdentity {
        get throws {
            let grant = AccessGrant(name: "nightly", rights: .reporting(.observation), assets: [try #require(PartPattern("a/**"))])
            return RequestIdentity(caller: Caller(grant: grant))
        }
    }

    @Test(
        "is checked before the other fields, also in a dry run",
        arguments: ["", "?dry_run=true"],
        [
            (#"{"kind":"observation","asset_key":"b","description":5}"#, 403),
            (#"{"kind":"materialization","asset_key":"a","description":5}"#, 403),
            (#"{"kind":"observation","asset_key":"b","passed":true}"#, 403),
            (#"{"kind":"observation","asset_key":"a","description":5}"#, 400),
            (#"{"kind":"observation","asset_key":[]}"#, 400),
            (#"{"kind":"observed","asset_key":"b"}"#, 400),
            (#"{"kind":"observation","asset_key":"b","colour":1}"#, 400),
        ])
    func order(query: String, item: (body: String, status: Int)) async throws {
        let server = try await Server()
        server.log.start()
        let answer = try await server.ask(
            .post, "/api/v1/events\(query)", headers: [.contentType: "application/json"],
            admission: try identity, body: "[\(item.body)]")
        let items = try #require(try answer.json()["items"] as? [[String: Any]])
        #expect(items.map { $0["status"] as? Int } == [item.status], "\(answer.text)")
        #expect(try await server.log.storage.statistics().events == 0)
        await server.log.drain()
    }
}
