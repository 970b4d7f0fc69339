/// The ranges of addresses that are not of the public Internet, from IANA's registries of special-purpose addresses.
enum AddressRange {
    private typealias Range = (network: IPAddress, bits: Int, name: String)

    /// The name of the range that an address is in, as an adjective; nil: it is of the public Internet.
    ///
    /// An address that carries another one (IPv4-mapped, 6to4, NAT64) is what the carried one is.
    static func name(of address: IPAddress) -> String? {
        if let carried = carried(by: address) { return name(of: carried) }
        if let range = ranges.first(where: { address.hasPrefix($0.network, bits: $0.bits) }) { return range.name }
        // What IPv6 has given to the Internet so far is 2000::/3; the rest has no host.
        return address.bytes.count == 16 && address.bytes[0] >> 5 != 1 ? "reserved" : nil
    }

    private static func carried(by address: IPAddress) -> IPAddress? {
        guard let form = carriers.first(where: { address.hasPrefix($0.network, bits: $0.bits) }) else { return nil }
        return IPAddress(bytes: address.bytes[form.offset..<form.offset + 4])
    }

    private static let carriers: [(network: IPAddress, bits: Int, offset: Int)] = [
        ("::ffff:0:0", 96, 12), ("64:ff9b::", 96, 12), ("2002::", 16, 2),
    ].compactMap { text, bits, offset in IPAddress(text).map { ($0, bits, offset) } }

    private static let ranges: [Range] = [
        ("0.0.0.0", 8, "unspecified"), ("10.0.0.0", 8, "private"), ("100.64.0.0", 10, "carrier-grade NAT"),
        ("127.0.0.0", 8, "loopback"), ("169.254.0.0", 16, "link-local"), ("172.16.0.0", 12, "private"),
        ("192.0.0.0", 24, "reserved"), ("192.0.2.0", 24, "documentation"), ("192.168.0.0", 16, "private"),
        ("198.18.0.0", 15, "benchmarking"), ("198.51.100.0", 24, "documentation"), ("203.0.113.0", 24, "documentation"),
        ("224.0.0.0", 4, "multicast"), ("240.0.0.0", 4, "reserved"), ("::", 128, "unspecified"), ("::1", 128, "loopback"),
        ("fc00::", 7, "unique local"), ("fe80::", 10, "link-local"), ("fec0::", 10, "site-local"), ("ff00::", 8, "multicast"),
        ("2001::", 23, "reserved"), ("2001:db8::", 32, "documentation"), ("3fff::", 20, "documentation"),
    ].compactMap { text, bits, name in IPAddress(text).map { ($0, bits, name) } }
}
