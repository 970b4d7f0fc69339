#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The address of a client, IPv4 or IPv6, as a number.
public struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    // The 128 bits of IPv6; IPv4 is mapped into ::ffff:0:0/96, as dual-stack sockets show it.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// Reads an address without a port: `10.0.0.7`, `fd00::1`; nil when it is none.
    public init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        guard text.utf8.count <= 45 else { return nil }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(high: 0, low: 0xffff_0000_0000 | UInt64(UInt32(bigEndian: v4.s_addr)))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self = withUnsafeBytes(of: v6) { bytes in
            ClientAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// Reads the 4 bytes of an IPv4 address, or the 16 of IPv6, in network order; nil when there are as many of neither.
    public init?(networkBytes bytes: some Collection<UInt8>) {
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(high: 0, low: 0xffff_0000_0000 | number(bytes))
        case 16: self.init(high: number(bytes.prefix(8)), low: number(bytes.dropFirst(8)))
        default: return nil
        }
    }

    var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Whether it is of this machine.
    public var isLoopback: Bool { isIPv4 ? low & 0xff00_0000 == 0x7f00_0000 : high == 0 && low == 1 }

    /// What limits count by: the address itself, and of IPv6 the network of 64 bits that one customer has.
    public var limitKey: ClientAddress { isIPv4 ? self : ClientAddress(high: high, low: 0) }

    /// The usual text.
    public var description: String {
        var text = [CChar](repeating: 0, count: 46)
        if isIPv4 {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &address, &text, 46)
        } else {
            var address = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &address, &text, 46)
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A network: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// The network as it was written.
    public let description: String
    private let base: ClientAddress
    private let maskHigh: UInt64
    private let maskLow: UInt64

    /// Reads a network; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = ClientAddress(first) else { return nil }
        let width = base.isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard let number = Int(parts[1]), (0...width).contains(number) else { return nil }
            bits = number
        }
        let prefix = base.isIPv4 ? bits + 96 : bits
        maskHigh = prefix >= 64 ? .max : ~(UInt64.max >> UInt64(prefix))
        maskLow = prefix <= 64 ? 0 : prefix == 128 ? .max : ~(UInt64.max >> UInt64(prefix - 64))
        self.base = base
        description = text
    }

    /// Whether an address lies in the network.
    public func contains(_ address: ClientAddress) -> Bool {
        (address.high ^ base.high) & maskHigh == 0 && (address.low ^ base.low) & maskLow == 0
    }
}
