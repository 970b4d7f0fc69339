import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import AssetlogHTTP

/// Two parsers that read one connection must never disagree about where a request ends (request smuggling): whatever
/// the fast path's parser takes, NIO's reads in the same way.
@Suite("The fast path's parser alongside NIO's")
struct FastPathRequestParserDifferentialTests {
    /// What goes wrong in HTTP, to be woven into requests at random places.
    private static let snippets = [
        "\r\n", "\n", "\r", " ", "\t", ":", "\u{0}", "\u{b}", "chunked", "Content-Length: 3\r\n", "Content-Length: 0\r\n",
        "content-length:7\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding : chunked\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Connection: close, x\r\n", "Host: b\r\n", "Host:\r\n", "Expect: 100-continue\r\n",
        "X: y\r\n", " X: y\r\n", "X : y\r\n", "X:\r\n", "HTTP/1.1", "HTTP/1.0", "POST ", "/", "?a=b", "%", "#", "0", "9", "+",
        "Content-Type: application/json\r\n", "Upgrade: x\r\n", "é", "Connection: Upgrade, HTTP2-Settings\r\n", "Upgrade: h2c\r\n",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n", "0\r\n\r\n", "1\r\nx\r\n", "a", "F", ";x=y", "Content-Encoding: gzip\r\n",
        "Connection: upgrade,close\r\n", "Connection: Keep-Alive , Upgrade\r\n",
        "Connection: x,keep-alive,  close \r\n", "Proxy-Connection: close\r\n", ",", ", ", "close", "upgrade", "keep-alive",
    ]

    private static let seeds = [
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /report_asset_check/a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "POST /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 2\r\nHost: x:80\r\nHTTP2-Settings: AAEAAEAA\r\n"
            + "Upgrade: h2c\r\nContent-Type: application/json\r\n\r\n{}",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\nContent-Encoding: gzip\r\n\r\n1\r\nx\r\n00B\r\nhello world\r\n00\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x:3000\r\nUser-Agent: y\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    ]

    @Test("takes nothing that NIO's parser reads in another way", arguments: [1, 2, 3, 4])
    func agrees(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var (taken, chunked) = (0, 0)
        for _ in 0..<4000 {
            var bytes = Array(Self.seeds.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&bytes, &random) }
            guard case .complete(let head) = bytes.withUnsafeBytes(FastPathRequestParser.parse) else { continue }
            guard let (end, content) = Self.body(of: head, in: &bytes) else { continue }
            compare(head, contentBytes: content, Array(bytes[..<end]))
            taken += 1
            if head.isChunked { chunked += 1 }
        }
        #expect(taken > 200 && chunked > 100, "hardly any request was taken, so hardly anything was compared")
    }

    /// Where the request ends, and the bytes of its content; nil: it is not complete, or not for the fast path.
    private static func body(of head: FastPathRequestHead, in bytes: inout [UInt8]) -> (end: Int, content: Int)? {
        guard head.isChunked else {
            guard head.contentLength < 1000 else { return nil }
            let end = head.byteCount + head.contentLength
            bytes += Array(repeating: UInt8(ascii: "x"), count: max(0, end - bytes.count))
            return (end, head.contentLength)
        }
        var body = ChunkedBody(maximumBytes: 1000)
        let result = bytes[head.byteCount...].withUnsafeBytes { body.advance(in: $0) }
        return result == .complete ? (head.byteCount + body.byteCount, body.contentBytes) : nil
    }

    private func compare(_ head: FastPathRequestHead, contentBytes: Int, _ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            guard case .head(let other)? = try channel.readInbound(as: HTTPServerRequestPart.self) else {
                Issue.record("NIO's parser finds no head in \(text.debugDescription)")
                return
            }
            #expect(other.method == .POST)
            #expect(other.version == .http1_1)
            #expect(other.uri == String(decoding: bytes[head.target], as: UTF8.self))
            #expect(other.isKeepAlive == !head.closes, "\(text.debugDescription)")
            #expect(other.headers["content-type"].first == head.contentType.map { String(decoding: bytes[$0], as: UTF8.self) })
            var bodyBytes = 0
            var hasEnded = false
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .body(let buffer): bodyBytes += buffer.readableBytes
                case .end: hasEnded = true
                case .head: Issue.record("NIO's parser finds a second request in \(text.debugDescription)")
                }
            }
            #expect(bodyBytes == contentBytes, "\(text.debugDescription)")
            #expect(hasEnded, "\(text.debugDescription)")
        } catch {
            Issue.record("NIO's parser refuses \(text.debugDescription): \(error)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(contentsOf: Array(Self.snippets.randomElement(using: &random)!.utf8), at: index)
        default:
            // Whole header lines at a line's start, where they are most often taken.
            let lines = bytes.indices.filter { $0 > 1 && bytes[$0 - 1] == 10 && bytes[$0 - 2] == 13 }
            let line = lines.randomElement(using: &random) ?? index
            bytes.insert(contentsOf: Array(Self.snippets.randomElement(using: &random)!.utf8), at: line)
        }
    }
}

/// A small generator with a seed, so that a failure comes again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
