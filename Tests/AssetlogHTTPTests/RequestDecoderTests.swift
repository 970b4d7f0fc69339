import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import AssetlogHTTP

@Suite("The decoder of the HTTP/1 handler")
struct RequestDecoderTests {
    /// A request as the handlers behind a decoder see it.
    private struct Decoded: Equatable, CustomStringConvertible {
        var method: HTTPMethod
        var uri: String
        var version: HTTPVersion
        var isKeepAlive: Bool
        var fields: [String]
        var body = ""
        var trailers: [String] = []
        var hasEnded = false

        init(_ head: HTTPRequestHead) {
            (method, uri, version, isKeepAlive) = (head.method, head.uri, head.version, head.isKeepAlive)
            fields = head.headers.map { "\($0.name): \($0.value)" }
        }

        var description: String { "\(method) \(uri) \(version) \(isKeepAlive) \(fields) [\(body)] \(trailers) \(hasEnded)" }
    }

    private static func decode(_ chunks: [[UInt8]], byNIO: Bool = false) throws -> [Decoded] {
        let channel = EmbeddedChannel()
        if byNIO {
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        } else {
            let decoder = RequestDecoder(limits: .init())
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.pipeline.syncOperations.addHandler(UpgradeWatcher(decoder))
        }
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var requests: [Decoded] = []
        for chunk in chunks {
            try channel.writeInbound(ByteBuffer(bytes: chunk))
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head(let head): requests.append(Decoded(head))
                case .body(let bytes): requests[requests.count - 1].body += String(buffer: bytes)
                case .end(let trailers):
                    requests[requests.count - 1].trailers = trailers.map { $0.map { "\($0.name): \($0.value)" } } ?? []
                    requests[requests.count - 1].hasEnded = true
                }
            }
        }
        return requests
    }

    /// Each request by a decoder of its own, which NIO's stopping can't harm.
    private static func decodeEach(_ requests: [String]) throws -> [Decoded] {
        try requests.flatMap { try decode([Array($0.utf8)], byNIO: true) }
    }

    // MARK: Offers

    private static let offers: [(String, UpgradeOffer)] = [
        ("", .none), ("Upgrade: h2c", .none), ("Connection: upgrade", .none), ("HTTP2-Settings: x", .none),
        ("Upgrade-Insecure-Requests: 1\r\nConnection: upgrade", .none), ("Upgrade: x\r\nConnection: keep-alive", .none),
        ("Upgrade: x\r\nConnection: upgrad", .none), ("X-Upgrade: x\r\nConnection: upgrade", .none),
        ("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk", .ignored),
        ("Connection: keep-alive, Upgrade\r\nUpgrade: websocket", .ignored), ("connection:upgrade\r\nupgrade:x", .ignored),
        ("connection:upgrade\r\nupgrade:", .last),
        ("Connection: upgrade\r\nUpgrade: \r\nUpgrade: x", .ignored), ("Connection: upgrade\r\nUpgrade: \t", .last),
        ("UPGRADE: X\r\nCONNECTION: UPGRADE", .ignored), ("Connection: upgrade , x\r\nUpgrade: y", .ignored),
        ("Connection: x,upgrade\r\nUpgrade: y", .ignored), ("Connection: close, upgrade\r\nUpgrade: y", .ignored),
        ("Connection: keep-alive\r\nUpgrade: y\r\nConnection: upgrade", .ignored),
        ("Proxy-Connection: upgrade\r\nUpgrade: y", .ignored),
        ("Connection: upgraded\r\nUpgrade: y", .last), ("Connection: \"upgrade\"\r\nUpgrade: y", .last),
        ("Connection: upgrade x\r\nUpgrade: y", .last), ("Connection: x-upgrade\r\nUpgrade: y", .last),
    ]

    @Test("knows whether NIO's decoder stops after a request", arguments: offers)
    func knowsOffers(_ fields: String, offer: UpgradeOffer) throws {
        let lines = "Host: x\r\n" + (fields.isEmpty ? "" : "\(fields)\r\n")
        for framing in ["\r\n", "Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"] {
            let request = "POST /a HTTP/1.1\r\n\(lines)\(framing)"
            let (found, heads) = try Self.heads(of: request)
            #expect(found == offer, "\(request.debugDescription)")
            // Where it is in doubt, either will do: the connection ends.
            if offer != .last { #expect(heads == (offer == .ignored ? 1 : 2), "\(request.debugDescription)") }
        }
    }

    @Test("never takes a request for one that NIO's decoder stops after, or continues after, when it does not", arguments: [1, 2, 3])
    func agreesWithNIO(seed: UInt64) throws {
        let names = ["Connection", "connection", "Upgrade", "UPGRADE", "Proxy-Connection", "Upgrade-X", "Keep-Alive", "X-Connection"]
        let words = ["upgrade", "Upgrade", "close", "keep-alive", "upgraded", "x-upgrade", "h2c", "", "\"upgrade\"", "upgrade/1", "te"]
        let gaps = [",", ", ", " , ", " ", ",,", "\t", ";", ",  "]
        var random = SplitMix64(state: seed)
        var counts: [UpgradeOffer: Int] = [:]
        for _ in 0..<2000 {
            var lines = ""
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                var value = ""
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    value += (words.randomElement(using: &random) ?? "") + (gaps.randomElement(using: &random) ?? "")
                }
                value += words.randomElement(using: &random) ?? ""
                lines +=
                    "\(names.randomElement(using: &random) ?? ""):\([" ", "", "  ", "\t"].randomElement(using: &random) ?? "")\(value)\r\n"
            }
            // Whether the connection closes has nothing to do with where a request ends.
            let request = "GET /a HTTP/1.1\r\n\(lines)\r\n"
            guard let (offer, heads) = try? Self.heads(of: request), !lines.contains("close") else { continue }
            counts[offer, default: 0] += 1
            if offer != .last { #expect(heads == (offer == .ignored ? 1 : 2), "\(request.debugDescription)") }
        }
        for offer in [UpgradeOffer.none, .ignored, .last] { #expect(counts[offer, default: 0] > 50, "\(counts)") }
    }

    /// What a request offers, and how many requests NIO's decoder reads when another one follows.
    private static func heads(of request: String) throws -> (UpgradeOffer, Int) {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.writeInbound(ByteBuffer(string: request + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"))
        var heads: [HTTPRequestHead] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { heads.append(head) }
        }
        return (UpgradeOffer(try #require(heads.first)), heads.count)
    }

    // MARK: Going on

    private static let forms = [
        "GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
            + "Content-Length: 11\r\n\r\nhello world",
        "POST /c?d=e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
            + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n",
        "PUT /f HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, upgrade\r\nUpgrade: a\r\nContent-Length: 0\r\n\r\n",
        "POST /g HTTP/1.0\r\nConnection: keep-alive, upgrade\r\nUpgrade: a\r\nContent-Length: 4\r\n\r\nGET ",
        "GET /h HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /i HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "HEAD /j HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: TLS/1.0\r\n\r\n",
    ]

    @Test("continues after every request, wherever two are cut", arguments: forms)
    func goesOn(_ first: String) throws {
        for second in Self.forms {
            let expected = try Self.decodeEach([first, second])
            #expect(expected.count == 2)
            let bytes = Array((first + second).utf8)
            #expect(try Self.decode(bytes.map { [$0] }) == expected, "byte by byte")
            for cut in 1..<bytes.count {
                #expect(try Self.decode([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "cut at \(cut)")
            }
        }
    }

    @Test("reads many requests in one chunk as each by itself", arguments: [1, 2, 3])
    func readsPipelines(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<100 {
            let requests = (0..<Int.random(in: 2...12, using: &random)).map { _ in Self.forms.randomElement(using: &random) ?? "" }
            let expected = try Self.decodeEach(requests)
            var remaining = Array(requests.joined().utf8)[...]
            #expect(try Self.decode([Array(remaining)]) == expected)
            var chunks: [[UInt8]] = []
            while !remaining.isEmpty {
                chunks.append(Array(remaining.prefix(Int.random(in: 1...200, using: &random))))
                remaining = remaining.dropFirst(chunks[chunks.count - 1].count)
            }
            #expect(try Self.decode(chunks) == expected)
        }
    }

    @Test(
        "reads nothing after a request whose end may be that of HTTP, and says that the connection closes",
        arguments: [
            "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n",
            "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nConnection: x-upgrade\r\nUpgrade: y\r\n\r\n",
        ])
    func ends(_ request: String) throws {
        let bytes = Array((request + Self.forms.joined()).utf8)
        for chunks in [[bytes], bytes.map { [$0] }] {
            let decoded = try Self.decode(chunks)
            #expect(decoded.count == 1)
            #expect(decoded.first?.isKeepAlive == false)
            #expect(decoded.first?.hasEnded == true)
        }
    }

    @Test("still refuses what is no HTTP behind a request that offers another protocol")
    func refusesWhatFollows() throws {
        let bytes = Array((Self.forms[0] + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").utf8)
        #expect(throws: HTTPParserError.self) { _ = try Self.decode([bytes]) }
        #expect(throws: HTTPParserError.self) { _ = try Self.decode(bytes.map { [$0] }) }
    }
}
