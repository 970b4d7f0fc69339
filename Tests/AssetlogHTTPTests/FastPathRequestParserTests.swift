import Testing

@testable import AssetlogHTTP

@Suite("The fast path's request parser")
struct FastPathRequestParserTests {
    private static let plain =
        "POST /report_asset_materialization/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"

    private func parse(_ text: String) -> FastPathRequestParser.Result {
        Array(text.utf8).withUnsafeBytes(FastPathRequestParser.parse)
    }

    @Test("reads the target, the content type and the length")
    func readsPlainRequest() throws {
        guard case .complete(let head) = parse(Self.plain) else {
            Issue.record("not complete")
            return
        }
        let bytes = Array(Self.plain.utf8)
        #expect(String(decoding: bytes[head.target], as: UTF8.self) == "/report_asset_materialization/a")
        #expect(head.contentType.map { String(decoding: bytes[$0], as: UTF8.self) } == "application/json")
        #expect(head.contentLength == 12)
        #expect(head.byteCount == bytes.count)
        #expect(!head.closes)
    }

    @Test(
        "reads whether timestamps are approximate",
        arguments: [
            ("", false), ("Assetlog-Timestamp: approximate\r\n", true), ("assetlog-timestamp:approximate \r\n", true),
            ("Assetlog-Timestamp: exact\r\n", false), ("Assetlog-Timestamp:\r\n", false), ("Assetlog-Timestamps: approximate\r\n", false),
        ])
    func timestamps(field: String, isApproximate: Bool) {
        guard case .complete(let head) = parse("POST /a HTTP/1.1\r\nHost: x\r\n\(field)\r\n") else {
            Issue.record("not complete")
            return
        }
        #expect(head.isTimestampApproximate == isApproximate)
    }

    @Test(
        "reads whether the body comes in chunks, and compressed",
        arguments: [
            ("Content-Length: 3\r\n", false, false), ("Transfer-Encoding: chunked\r\n", true, false),
            ("transfer-encoding:CHUNKED \r\n", true, false), ("Content-Encoding: gzip\r\nContent-Length: 3\r\n", false, true),
            ("Content-Encoding: GZIP\r\nTransfer-Encoding: chunked\r\n", true, true),
        ])
    func codings(fields: String, isChunked: Bool, isGzip: Bool) {
        guard case .complete(let head) = parse("POST /a HTTP/1.1\r\nHost: x\r\n\(fields)\r\n") else {
            Issue.record("not complete")
            return
        }
        #expect((head.isChunked, head.isGzip) == (isChunked, isGzip))
    }

    @Test("finds every proper prefix of a plain request incomplete, and never anything else")
    func prefixesAreIncomplete() {
        let bytes = Array(Self.plain.utf8)
        for count in 0..<bytes.count {
            let result = bytes[..<count].withUnsafeBytes(FastPathRequestParser.parse)
            #expect(result == .incomplete, "after \(count) bytes")
        }
    }

    @Test("does not look past the head")
    func ignoresWhatFollows() {
        guard case .complete(let head) = parse(Self.plain + "{\"a\": [1]}\u{0}\u{1}POST") else {
            Issue.record("not complete")
            return
        }
        #expect(head.byteCount == Self.plain.utf8.count)
    }

    @Test(
        "leaves to the HTTP/1 handler whatever could be read in two ways",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "post / HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST * HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /a b HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /a\tHTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST / HTTP/1.0\r\nHost: x\r\n\r\n",
            "POST / HTTP/1.1\nHost: x\n\n",
            "POST / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked,\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: identity\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: deflate\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection:\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: , close\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close,\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive close\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: a,\tclose\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: \"close\"\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nProxy-Connection: close\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x, y\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a@x\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x:y\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA: b\u{0}\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA: b\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nA: \u{fc}\r\n\r\n",
            "\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n",
        ])
    func leavesDoubtfulRequests(_ request: String) {
        #expect(parse(request) == .other)
    }

    @Test(
        "knows fields in any case, with or without whitespace",
        arguments: ["content-length:5", "CONTENT-LENGTH: 5", "Content-Length:   5  "])
    func acceptsFieldForms(_ field: String) {
        guard case .complete(let head) = parse("POST / HTTP/1.1\r\nhost:x\r\n\(field)\r\nConnection: Close\r\n\r\n") else {
            Issue.record("not complete")
            return
        }
        #expect(head.contentLength == 5)
        #expect(head.closes)
    }

    @Test(
        "takes a report that offers to change to another protocol, and knows whether it closes",
        arguments: [
            ("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", false),
            ("Connection: keep-alive, Upgrade\r\nUpgrade: websocket", false), ("Upgrade: a/1, b", false),
            ("connection:UPGRADE , close\r\nupgrade:", true), ("Connection: upgrade,Close,x\r\nUpgrade: y", true),
            ("Connection: upgrade\r\nConnection: close\r\nUpgrade: y", true), ("Connection: disclosed, close-x", false),
        ])
    func ignoresOffers(_ fields: String, closes: Bool) {
        guard case .complete(let head) = parse("POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\nContent-Length: 5\r\n\r\n") else {
            Issue.record("not complete")
            return
        }
        #expect(head.contentLength == 5)
        #expect(head.closes == closes)
    }

    @Test(
        "knows a host with an optional port",
        arguments: [
            ("", true), ("localhost", true), ("localhost:3000", true), ("a_b.example.com.", true), ("127.0.0.1:80", true),
            ("[::1]", true), ("[::1]:3000", true), ("[fe80::1%25eth0]", true), ("x:", true), ("%C3%A9", true),
            (":80", true), ("::1", false), ("[]", false), ("[::1", false), ("[::1]x", false), ("a b", false), ("a,b c", false),
            ("a/b", false), ("u@a", false), ("a:b", false), ("a:1:2", false), ("a?b", false), ("a#b", false), ("é", false),
            ("\"a\"", false), ("a\\b", false),
        ])
    func hosts(_ value: String, isValid: Bool) {
        #expect(Array(value.utf8).withUnsafeBytes(HostField.isValid) == isValid)
    }

    @Test("keeps what proxies say for whom they ask, once, and leaves lists of several fields to the HTTP/1 handler")
    func forwardedFields() throws {
        let start = "POST / HTTP/1.1\r\nHost: x\r\n"
        for (field, name) in [(AccessField.forwarded, "FORWARDED"), (.forwardedFor, "X-Forwarded-For")] {
            let one = start + "\(name): for=1.2.3.4 \r\n"
            guard case .complete(let head) = parse(one + "\r\n") else {
                Issue.record("not complete")
                return
            }
            let range = try #require(head.access[field])
            #expect(String(decoding: Array(one.utf8)[range], as: UTF8.self) == "for=1.2.3.4")
            #expect(parse(one + "\(name): for=5.6.7.8\r\n\r\n") == .other)
        }
    }

    @Test("leaves a head that never ends to the limits of the HTTP/1 handler")
    func boundsTheHead() {
        let request = "POST / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 9000)
        #expect(parse(request) == .other)
    }
}
