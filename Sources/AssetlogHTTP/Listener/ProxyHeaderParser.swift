import AssetlogAccess

/// What a PROXY header says.
struct ProxyHeader: Equatable {
    /// For whom the connection was made; nil: the proxy speaks for itself, or does not know.
    var client: ClientAddress?
    /// The bytes of the header.
    var byteCount: Int
}

/// Reads the header with which a proxy of TCP begins a connection: the PROXY protocol, versions 1 and 2, as HAProxy
/// specifies it. A pure function of the bytes that have come.
enum ProxyHeaderParser {
    enum Result: Equatable {
        case complete(ProxyHeader)
        /// All bytes so far fit; more are needed.
        case incomplete
        /// The connection begins with something else.
        case absent
        /// It begins with a header that is not valid; the text says what is wrong.
        case malformed(String)
    }

    /// The longest header of version 1, with the end of its line.
    static let maximumLineBytes = 107
    /// The most bytes behind the fixed part of version 2: addresses, and what else the proxy says. They are skipped.
    static let maximumBlockBytes = 4096

    private static let line = Array("PROXY ".utf8)
    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    private static let fixedBytes = 16

    static func parse(_ bytes: UnsafeRawBufferPointer) -> Result {
        if begins(bytes, with: line) { return bytes.count < line.count ? .incomplete : parseLine(bytes) }
        if begins(bytes, with: signature) { return bytes.count < signature.count ? .incomplete : parseBlock(bytes) }
        return .absent
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, with expected: [UInt8]) -> Bool {
        zip(bytes, expected).allSatisfy { $0 == $1 }
    }

    // MARK: Version 1

    private static func parseLine(_ bytes: UnsafeRawBufferPointer) -> Result {
        let all = bytes.prefix(maximumLineBytes)
        guard let end = all.firstIndex(of: 0x0a) else {
            return bytes.count < maximumLineBytes ? .incomplete : .malformed("the line is longer than 107 bytes")
        }
        guard all[end - 1] == 0x0d else { return .malformed("the line does not end with CR LF") }
        let words = all[..<(end - 1)].split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words[1] != "UNKNOWN" else { return .complete(ProxyHeader(client: nil, byteCount: end + 1)) }
        guard words[1] == "TCP4" || words[1] == "TCP6" else { return .malformed("it names a protocol that is not known") }
        guard words.count == 6, let client = address(words[2], isIPv6: words[1] == "TCP6"),
            address(words[3], isIPv6: words[1] == "TCP6") != nil, words[4...].allSatisfy(isPort)
        else { return .malformed("its addresses or ports are not valid") }
        return .complete(ProxyHeader(client: client, byteCount: end + 1))
    }

    private static func address(_ text: String, isIPv6: Bool) -> ClientAddress? {
        guard text.utf8.contains(UInt8(ascii: ":")) == isIPv6, !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        return ClientAddress(text)
    }

    private static func isPort(_ text: String) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(text) != nil
    }

    // MARK: Version 2

    private static func parseBlock(_ bytes: UnsafeRawBufferPointer) -> Result {
        guard bytes.count > 12 else { return .incomplete }
        guard bytes[12] == 0x20 || bytes[12] == 0x21 else { return .malformed("it has a version or command that is not known") }
        guard bytes.count >= fixedBytes else { return .incomplete }
        let count = Int(bytes[14]) << 8 | Int(bytes[15])
        guard count <= maximumBlockBytes else { return .malformed("it is longer than \(fixedBytes + maximumBlockBytes) bytes") }
        guard bytes.count >= fixedBytes + count else { return .incomplete }
        let block = bytes[fixedBytes..<(fixedBytes + count)]
        let client: ClientAddress?
        switch (bytes[12], bytes[13]) {
        // LOCAL; UNSPEC, and a socket of UNIX, which have no address that could count.
        case (0x20, _), (_, 0x00), (_, 0x31): client = nil
        case (_, 0x11) where count >= 12: client = ClientAddress(networkBytes: block.prefix(4))
        case (_, 0x21) where count >= 36: client = ClientAddress(networkBytes: block.prefix(16))
        case (_, 0x11), (_, 0x21): return .malformed("it is too short for its addresses")
        default: return .malformed("it names a protocol that is not TCP")
        }
        return .complete(ProxyHeader(client: client, byteCount: fixedBytes + count))
    }
}
