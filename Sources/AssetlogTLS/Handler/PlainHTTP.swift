#if TLS
internal import NIOCore

/// A client that speaks plain HTTP to the TLS port.
enum PlainHTTP {
    /// A method begins with a capital letter; no TLS or SSL record does.
    static func isLikely(firstByte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(firstByte) }

    /// The answer to it.
    static let answer: ByteBuffer = {
        let body =
            #"{"error": "This port speaks HTTPS, and the request came as plain HTTP. Use https:// in the address."}"#
        return ByteBuffer(
            string:
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
                + "assetlog-answer: refused\r\nconnection: close\r\n\r\n" + body)
    }()
}
#endif
