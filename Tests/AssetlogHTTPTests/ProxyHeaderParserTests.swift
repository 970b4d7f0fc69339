import AssetlogAccess
import Testing

@testable import AssetlogHTTP

@Suite("The PROXY header")
struct ProxyHeaderParserTests {
    /// A header, and the client that it names; nil: none.
    struct Header: CustomTestStringConvertible {
        var bytes: [UInt8]
        var client: String?
        var testDescription: String

        init(_ line: String, _ client: String?) {
            (bytes, self.client, testDescription) = (Array(line.utf8), client, line.debugDescription)
        }

        init(_ command: UInt8, _ family: UInt8, _ block: [UInt8], _ client: String?) {
            bytes = binary(command, family, block)
            self.client = client
            testDescription = "version 2, \(command), \(family), \(block.count) bytes"
        }
    }

    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    static func binary(_ command: UInt8, _ family: UInt8, _ block: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(block.count >> 8), UInt8(block.count & 0xff)] + block
    }

    private static let v4: [UInt8] = [1, 2, 3, 4, 127, 0, 0, 1, 0x12, 0x34, 0x0b, 0xb8]
    private static let v6: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 0, count: 15) + [1, 1, 2, 3, 4]

    static let headers = [
        Header("PROXY TCP4 1.2.3.4 127.0.0.1 4711 3000\r\n", "1.2.3.4"),
        Header("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"),
        Header("PROXY TCP6 2001:db8::7 ::1 4711 3000\r\n", "2001:db8::7"),
        Header("PROXY TCP6 ::ffff:1.2.3.4 ::1 0 1\r\n", "1.2.3.4"),
        Header(
            "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        Header("PROXY UNKNOWN\r\n", nil),
        Header(
            "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", nil),
        Header(0x21, 0x11, v4, "1.2.3.4"),
        Header(0x21, 0x21, v6, "2001:db8::7"),
        // Whatever else a proxy says is skipped.
        Header(0x21, 0x11, v4 + [0x20, 0, 3, 1, 2, 3], "1.2.3.4"),
        Header(0x21, 0x11, v4 + [UInt8](repeating: 0xaa, count: 4084), "1.2.3.4"),
        Header(0x20, 0x00, [], nil), Header(0x20, 0x11, v4, nil), Header(0x20, 0x77, [1, 2], nil),
        Header(0x21, 0x00, [], nil), Header(0x21, 0x00, [9, 9], nil), Header(0x21, 0x31, [UInt8](repeating: 1, count: 216), nil),
    ]

    private func parse(_ bytes: [UInt8]) -> ProxyHeaderParser.Result {
        bytes.withUnsafeBytes(ProxyHeaderParser.parse)
    }

    @Test("is read in both versions, however it is cut, and not a byte beyond its end", arguments: headers)
    func complete(_ header: Header) {
        for count in 0..<header.bytes.count {
            #expect(parse(Array(header.bytes[..<count])) == .incomplete, "after \(count) bytes")
        }
        let expected = ProxyHeader(client: header.client.flatMap { ClientAddress($0) }, byteCount: header.bytes.count)
        for remaining in [[], Array("GET / HTTP/1.1\r\n".utf8), [0x16, 3, 1], [0x0d, 0x0a], header.bytes] {
            #expect(parse(header.bytes + remaining) == .complete(expected))
        }
    }

    @Test(
        "is not there where a connection begins with something else",
        arguments: [
            "POST / HTTP/1.1\r\n", "PUT / HTTP/1.1\r\n", "PROPFIND / HTTP/1.1\r\n", "PROXY\t", "proxy TCP4", "\r\nGET / HTTP/1.1",
            "\r\n\r\nGET / HTTP/1.1", "\r\n\r\n\u{0}\r\nQUIX", "\u{16}\u{3}\u{1}", " PROXY ", "x",
        ])
    func absent(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(parse(bytes) == .absent)
        // The first bytes decide as soon as they can.
        let decided = bytes.indices.first { parse(Array(bytes[...$0])) == .absent } ?? bytes.count
        for count in decided..<bytes.count { #expect(parse(Array(bytes[...count])) == .absent) }
    }

    @Test(
        "is refused when it is not valid",
        arguments: [
            "PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
            "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
            "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7 1 2\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 \r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 000001 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 ::1 1 2\r\n",
            "PROXY TCP6 ::1%lo ::1 1 2\r\n", "PROXY TCP4 localhost 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
            "PROXY UNKNOWN\n", "PROXY TCP4 1.2.3.4\r5.6.7.8 1 2\r\n", "PROXY \u{0}\r\n",
        ].map { Array($0.utf8) } + [
            binary(0x22, 0x11, v4), binary(0x11, 0x11, v4), binary(0x31, 0x11, v4), binary(0x21, 0x12, v4), binary(0x21, 0x22, v6),
            binary(0x21, 0x32, v4), binary(0x21, 0x41, v4), binary(0x21, 0x13, v4), binary(0x21, 0x11, Array(v4.dropLast())),
            binary(0x21, 0x21, Array(v6.dropLast())), binary(0x21, 0x21, v4), binary(0x21, 0x11, []),
        ])
    func malformed(_ bytes: [UInt8]) {
        guard case .malformed(let reason) = parse(bytes) else {
            Issue.record("\(parse(bytes)): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("is bounded, in both versions")
    func bounded() {
        let line = Array("PROXY UNKNOWN ".utf8) + [UInt8](repeating: 0x61, count: 200)
        #expect(parse(Array(line[..<106])) == .incomplete)
        #expect(parse(Array(line[..<107])) == .malformed("the line is longer than 107 bytes"))
        #expect(parse(line + [0x0d, 0x0a]) == .malformed("the line is longer than 107 bytes"))
        // The length alone is enough to refuse.
        let long = Self.signature + [0x21, 0x11, 0x10, 0x01]
        #expect(parse(long) == .malformed("it is longer than 4112 bytes"))
        #expect(parse(Self.signature + [0x21, 0x11, 0x10, 0x00]) == .incomplete)
    }

    @Test("ends no process whatever comes")
    func random() {
        for _ in 0..<20_000 {
            var bytes = Self.headers.randomElement()?.bytes ?? []
            for _ in 0..<Int.random(in: 0...4) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count)] = UInt8.random(in: 0...255)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count)))
            if case .complete(let header) = parse(bytes) { #expect(header.byteCount <= bytes.count) }
        }
    }
}
