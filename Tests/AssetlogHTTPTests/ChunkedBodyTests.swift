import Testing

@testable import AssetlogHTTP

@Suite("A body in chunks on the fast path")
struct ChunkedBodyTests {
    @Test(
        "is found complete where it ends, with its content",
        arguments: [
            ("0\r\n\r\n", []), ("00\r\n\r\n", []), ("5\r\nhello\r\n0\r\n\r\n", ["hello"]),
            ("0000000a\r\n0123456789\r\n2\r\n\r\n\r\n0\r\n\r\n", ["0123456789", "\r\n"]),
            ("B\r\n0123456789x\r\n1\r\n0\r\n0\r\n\r\n", ["0123456789x", "0"]),
        ])
    func complete(text: String, chunks: [String]) {
        let bytes = Array(text.utf8)
        for cut in 1...max(1, bytes.count) {
            var body = ChunkedBody(maximumBytes: 1000)
            var result = ChunkedBody.Result.incomplete
            for end in stride(from: cut, to: bytes.count + cut, by: cut) {
                #expect(result == .incomplete)
                // What follows is of the next request.
                let came = end < bytes.count ? Array(bytes[..<end]) : bytes + Array("POST / HT".utf8)
                result = came.withUnsafeBytes { body.advance(in: $0) }
            }
            #expect(result == .complete)
            #expect(body.byteCount == bytes.count)
            #expect(body.chunks.map { String(decoding: bytes[$0], as: UTF8.self) } == chunks)
            #expect(body.contentBytes == chunks.joined().utf8.count)
        }
    }

    @Test(
        "is left to the HTTP/1 handler where its form is not the plainest",
        arguments: [
            "\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "5;a=b\r\nhello\r\n", "5\nhello\r\n", "5\r\nhello0\r\n", "5\r\nhello\n0\r\n",
            "+5\r\nhello\r\n", "0x5\r\nhello\r\n", "-1\r\n", "000000005\r\nhello\r\n", "ffffffff\r\n", "3e9\r\n", "g\r\n",
            "0\r\nTrailer: x\r\n\r\n", "0\r\n\n", "5\r\nhello\r\n\r\n",
        ])
    func others(text: String) {
        var body = ChunkedBody(maximumBytes: 1000)
        #expect(Array(text.utf8).withUnsafeBytes { body.advance(in: $0) } == .other)
    }

    @Test("has so much content, and so much around it, at most")
    func limits() {
        var body = ChunkedBody(maximumBytes: 1000)
        let many = Array(String(repeating: "1\r\nx\r\n", count: 300).utf8)
        #expect(many.withUnsafeBytes { body.advance(in: $0) } == .other)
        for count in [ChunkedBody.maximumChunks, ChunkedBody.maximumChunks + 1] {
            body.reset()
            let chunks = Array((String(repeating: "1\r\nx\r\n", count: count) + "0\r\n\r\n").utf8)
            let result = chunks.withUnsafeBytes { body.advance(in: $0) }
            #expect(result == (count > ChunkedBody.maximumChunks ? .other : .complete))
        }
        body.reset()
        let large = Array("200\r\n\(String(repeating: "x", count: 512))\r\n200\r\n".utf8)
        #expect(large.withUnsafeBytes { body.advance(in: $0) } == .other)
        body.reset()
        #expect(Array("0\r\n\r\n".utf8).withUnsafeBytes { body.advance(in: $0) } == .complete)
    }
}
