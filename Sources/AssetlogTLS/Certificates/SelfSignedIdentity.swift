#if TLS
internal import COpenSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A certificate that vouches for itself, and its private key: for the first minute of a server.
public struct SelfSignedIdentity: Sendable {
    /// The certificate, PEM.
    public let certificate: [UInt8]
    /// The private key, PEM and not encrypted; an EC key on P-256.
    public let privateKey: [UInt8]
    /// How many days it is valid: as long as browsers accept one.
    public static let days = 397

    /// Makes a pair.
    ///
    /// - Parameter names: The names and addresses that the certificate is for, at least one.
    /// - Throws: ``TLSError`` with the code `certificate` for what is neither a name nor an address, and `library`.
    public init(names: [String]) throws(TLSError) {
        var alternatives: [String] = []
        for name in names { alternatives.append(try Self.alternative(name)) }
        OpenSSLErrors.clear()
        guard let key = assetlog_EVP_EC_gen("P-256") else { throw Self.failure("making a key") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw Self.failure("making a certificate") }
        defer { X509_free(certificate) }
        try Self.fill(certificate, key)
        try Self.extend(certificate, alternatives.joined(separator: ","))
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Self.failure("signing the certificate") }
        self.certificate = try Self.pem { PEM_write_bio_X509($0, certificate) }
        privateKey = try Self.pem { PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func fill(_ certificate: OpaquePointer, _ key: OpaquePointer) throws(TLSError) {
        var serial = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&serial, 16) == 1 else { throw failure("finding random bytes") }
        // Positive, and never zero.
        serial[0] = serial[0] & 0x7f | 0x40
        let number = BN_bin2bn(serial, 16, nil)
        defer { BN_free(number) }
        // A few minutes back, for clients whose clocks are behind.
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil,
            X509_set_version(certificate, 2) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400 - 300) != nil,
            X509_set_pubkey(certificate, key) == 1
        else { throw failure("filling the certificate") }
        let name = X509_get_subject_name(certificate)
        let text = Array("Assetlog, self-signed".utf8)
        guard X509_NAME_add_entry_by_txt(name, "CN", V_ASN1_UTF8STRING, text, Int32(text.count), -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1
        else { throw failure("naming the certificate") }
    }

    private static func extend(_ certificate: OpaquePointer, _ alternatives: String) throws(TLSError) {
        let extensions = [
            (NID_subject_alt_name, alternatives), (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_key_usage, "critical,digitalSignature"), (NID_ext_key_usage, "serverAuth"),
            (NID_subject_key_identifier, "hash"),
        ]
        for (kind, value) in extensions {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
            guard let added = X509V3_EXT_conf_nid(nil, &context, kind, value) else { throw failure("extending the certificate") }
            defer { X509_EXTENSION_free(added) }
            guard X509_add_ext(certificate, added, -1) == 1 else { throw failure("extending the certificate") }
        }
    }

    /// A name in OpenSSL's form. Nothing but letters, digits and few signs comes through, so that it stays one name.
    private static func alternative(_ name: String) throws(TLSError) -> String {
        var address = in6_addr()
        if inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1 { return "IP:\(name)" }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "*"):
                true
            default: false
            }
        }
        guard isPlain, (1...253).contains(name.utf8.count) else {
            throw TLSError(
                .certificate,
                "\"\(name)\" is neither a host name nor an address. Write assets.example.com, 10.0.0.7 or fd00::7.")
        }
        return "DNS:\(name)"
    }

    private static func pem(_ write: (OpaquePointer) -> Int32) throws(TLSError) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { throw failure("writing PEM") }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw failure("writing PEM") }
        var bytes = [UInt8](repeating: 0, count: Int(BIO_ctrl_pending(bio)))
        guard BIO_read(bio, &bytes, Int32(bytes.count)) == Int32(bytes.count) else { throw failure("writing PEM") }
        return bytes
    }

    private static func failure(_ step: String) -> TLSError {
        TLSError(.library, "OpenSSL failed at \(step): \(OpenSSLErrors.drain()?.text ?? "no reason given").")
    }
}
#else
/// The stand-in of a build without the package trait TLS: it cannot be made.
public struct SelfSignedIdentity: Sendable {
    /// Never read, because no pair can be made.
    public let certificate: [UInt8]
    /// Never read, because no pair can be made.
    public let privateKey: [UInt8]
    /// How many days a pair would be valid.
    public static let days = 397

    /// Fails always.
    ///
    /// - Throws: ``TLSError`` with the code `unsupported`.
    public init(names: [String]) throws(TLSError) {
        throw TLSError(.unsupported, "This build has no TLS, so it makes no certificate. Build with the package trait TLS.")
    }
}
#endif
