/// The elements of a list in which proxies say for whom they ask, X-Forwarded-For or Forwarded, from the right: each was
/// appended by the proxy that came after it, and what a stranger has sent stands on the left.
///
/// It is read from the right as well, so that an open quote on the left can't swallow what a proxy has written. Valid only
/// as long as the bytes are.
struct ForwardedHops: Sequence, IteratorProtocol {
    /// So many elements are looked at; there are no such chains of proxies.
    private static let maximumHops = 64

    private let bytes: UnsafeRawBufferPointer
    private var end: Int?
    private var hops = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        end = bytes.count
    }

    /// The next element without the whitespace around it; empty ones are no elements (RFC 9110, section 5.6.1).
    mutating func next() -> UnsafeRawBufferPointer? {
        while let end, hops < Self.maximumHops {
            let start = self.start(of: end)
            self.end = start > 0 ? start - 1 : nil
            hops += 1
            let element = ASCIIText.trimmed(bytes[start..<end])
            if !element.isEmpty { return UnsafeRawBufferPointer(rebasing: element) }
        }
        return nil
    }

    /// Where the element that ends at a position starts: behind the last comma that is in no quotes.
    private func start(of end: Int) -> Int {
        var isQuoted = false
        var position = end
        while position > 0 {
            let byte = bytes[position - 1]
            if byte == UInt8(ascii: "\""), !isQuoted || !isEscaped(position - 1) { isQuoted.toggle() }
            if byte == UInt8(ascii: ","), !isQuoted { return position }
            position -= 1
        }
        return 0
    }

    private func isEscaped(_ position: Int) -> Bool {
        var backslashes = 0
        while position > backslashes, bytes[position - 1 - backslashes] == UInt8(ascii: "\\") { backslashes += 1 }
        return backslashes % 2 == 1
    }
}

/// One element of Forwarded (RFC 7239, section 4): `for=192.0.2.60;proto=https;by=203.0.113.43`.
struct ForwardedElement {
    /// For whom the proxy asks; nil when it does not say so, or hides it: `unknown`, `_gazonk`.
    private(set) var address: ClientAddress?
    /// Whether the proxy was asked over HTTPS; nil when it does not say so.
    private(set) var isSecure: Bool?

    /// Reads an element; of one that is malformed nothing is believed.
    init(_ bytes: UnsafeRawBufferPointer) {
        var pairs = ForwardedPairs(bytes)
        var hasAddress = false
        while let (name, value) = pairs.next() {
            if ASCIIText.equals(name, "for") {
                // Two of them say nothing.
                address = hasAddress ? nil : ClientAddress(node: value)
                hasAddress = true
            } else if ASCIIText.equals(name, "proto") {
                isSecure = ASCIIText.equals(value, "https")
            }
        }
        if pairs.isMalformed { (address, isSecure) = (nil, nil) }
    }
}

/// The pairs of an element: names, and values without their quotes.
private struct ForwardedPairs {
    private var rest: Slice<UnsafeRawBufferPointer>
    private(set) var isMalformed = false

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes[...]
    }

    mutating func next() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        // An empty pair, as behind the last semicolon, is none.
        rest = rest.drop { ASCIIText.isBlank($0) || $0 == UInt8(ascii: ";") }
        guard !rest.isEmpty else { return nil }
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return malformed() }
        let name = UnsafeRawBufferPointer(rebasing: ASCIIText.trimmed(rest[..<equals]))
        rest = rest[(equals + 1)...].drop(while: ASCIIText.isBlank)
        let isQuoted = rest.first == UInt8(ascii: "\"")
        if isQuoted { rest = rest.dropFirst() }
        guard
            let end = rest.firstIndex(where: { isQuoted ? $0 == UInt8(ascii: "\"") : $0 == UInt8(ascii: ";") })
                ?? (isQuoted ? nil : rest.endIndex)
        else { return malformed() }
        // No address and no scheme has anything to escape.
        let value = isQuoted ? rest[..<end] : ASCIIText.trimmed(rest[..<end])
        rest = rest[(isQuoted ? end + 1 : end)...].drop(while: ASCIIText.isBlank)
        guard !value.contains(UInt8(ascii: "\\")), rest.isEmpty || rest.first == UInt8(ascii: ";") else { return malformed() }
        return (name, UnsafeRawBufferPointer(rebasing: value))
    }

    private mutating func malformed() -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer)? {
        isMalformed = true
        return nil
    }
}

extension ClientAddress {
    /// Reads an address as proxies write it: with a port, in brackets, in quotes; nil when it is none.
    ///
    /// `10.0.0.7`, `10.0.0.7:4711`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:4711`, each also in double quotes. Behind
    /// an address of IPv6 without brackets no port can be recognized.
    init?(node bytes: UnsafeRawBufferPointer) {
        // The longest has 45 characters of an address, a zone, brackets, quotes and a port.
        guard bytes.count <= 128 else { return nil }
        var node = bytes[...]
        if node.count >= 2, node.first == UInt8(ascii: "\""), node.last == UInt8(ascii: "\"") {
            node = ASCIIText.trimmed(node.dropFirst().dropLast())
        }
        if node.first == UInt8(ascii: "[") {
            guard let end = node.firstIndex(of: UInt8(ascii: "]")), Self.isPort(node[(end + 1)...]) else { return nil }
            // Meant for IPv6 alone, but some proxies write brackets around everything.
            node = node[(node.startIndex + 1)..<end]
        } else if let colon = node.firstIndex(of: UInt8(ascii: ":")), !node[(colon + 1)...].contains(UInt8(ascii: ":")) {
            guard Self.isPort(node[colon...]) else { return nil }
            node = node[..<colon]
        }
        self.init(String(decoding: node, as: UTF8.self))
    }

    /// Whether this is nothing, or a colon and a port: digits, or a name that hides it (RFC 7239, section 6).
    private static func isPort(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let colon = bytes.first else { return true }
        let port = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), let first = port.first else { return false }
        if first == UInt8(ascii: "_") { return port.count > 1 && port.dropFirst().allSatisfy(ASCIIText.isObfuscated) }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// What header fields are made of, as bytes.
enum ASCIIText {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return bytes[bytes.startIndex..<bytes.startIndex] }
        return bytes[first...last]
    }

    /// Compares without regard to case; `expected` is in lower case.
    static func equals(_ bytes: UnsafeRawBufferPointer, _ expected: StaticString) -> Bool {
        guard bytes.count == expected.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { index in
            let byte = bytes[index]
            return (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) == expected.utf8Start[index]
        }
    }

    /// Whether a byte may stand in a name that hides an address or a port.
    static func isObfuscated(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
    }
}
