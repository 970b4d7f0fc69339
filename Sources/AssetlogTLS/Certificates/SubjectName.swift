#if TLS
internal import COpenSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A subject alternative name of a certificate.
enum SubjectName: Hashable {
    /// In lower case.
    case dns(String)
    case uri(String)
    case email(String)
    case address(String)

    /// All names of a certificate, but those that are no printable ASCII: a NUL or a line break would make one name look
    /// like another.
    static func all(of certificate: OpaquePointer) -> [SubjectName] {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let stack = OpaquePointer(names)
        defer { GENERAL_NAMES_free(stack) }
        return (0..<max(0, OPENSSL_sk_num(stack))).compactMap { index in
            OPENSSL_sk_value(stack, index).flatMap { name($0.assumingMemoryBound(to: GENERAL_NAME.self)) }
        }
    }

    /// The name as permissions are written for it: `DNS:worker.example.com`.
    var text: String {
        switch self {
        case .dns(let value): "DNS:" + value
        case .uri(let value): "URI:" + value
        case .email(let value): "email:" + value
        case .address(let value): "IP:" + value
        }
    }

    /// The value, if it is a DNS name.
    var dnsName: String? {
        if case .dns(let value) = self { return value }
        return nil
    }

    private static func name(_ name: UnsafePointer<GENERAL_NAME>) -> SubjectName? {
        var kind: Int32 = 0
        guard let value = GENERAL_NAME_get0_value(name, &kind) else { return nil }
        // Other kinds hold other structures.
        guard [GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD].contains(kind) else { return nil }
        let string = value.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = UnsafeBufferPointer(
            start: ASN1_STRING_get0_data(string), count: Int(max(0, ASN1_STRING_length(string))))
        if kind == GEN_IPADD { return address(bytes).map { .address($0) } }
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind {
        case GEN_DNS: return .dns(text.lowercased())
        case GEN_URI: return .uri(text)
        default: return .email(text)
        }
    }

    /// The text of an address of 4 or 16 bytes: `10.0.0.1`, `2001:db8::1`.
    private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
#endif
