/// The value of a Host field, or the authority of a target in absolute form (RFC 9110, sections 4.2 and 7.2).
enum HostField {
    /// Whether it is a host with an optional port; empty is valid too.
    static func isValid(_ value: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        if value.first == UInt8(ascii: "[") {
            guard let end = value.firstIndex(of: UInt8(ascii: "]")), end > 1,
                value[1..<end].allSatisfy({ isHostByte[Int($0)] || $0 == UInt8(ascii: ":") })
            else { return false }
            position = end + 1
        } else {
            while position < value.count, isHostByte[Int(value[position])] { position += 1 }
        }
        guard position < value.count else { return true }
        guard value[position] == UInt8(ascii: ":") else { return false }
        return value[(position + 1)...].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// The characters of a registered name: unreserved ones, sub-delimiters and percent signs (RFC 3986, section 3.2.2).
    private static let isHostByte: [Bool] = (0..<256).map { value in
        guard let byte = UInt8(exactly: value), byte < 0x7f else { return false }
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: return true
        default: return "-._~!$&'()*+,;=%".utf8.contains(byte)
        }
    }
}
