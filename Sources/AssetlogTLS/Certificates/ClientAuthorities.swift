#if TLS
internal import COpenSSL

/// The authorities whose signature makes a client's certificate good, and whether clients must show one.
final class ClientAuthorities {
    private let certificates: PEMCertificates
    private let isRequired: Bool
    /// What an operator should know: authorities that are expired.
    let warnings: [String]
    /// The name of the sessions that were made under these rules. A ticket of other rules, or of other authorities, is not
    /// resumed: its client is verified again.
    let sessionContext: [UInt8]

    /// A client's chain may be that long; verifying costs the server.
    private static let largestDepth: Int32 = 8

    /// The names of all authorities are sent to each client, in one message of at most 64 KB.
    private static let largestNames = 60_000

    /// Nil when clients are not asked for a certificate.
    ///
    /// - Throws: ``TLSError`` that names the file and says what to do.
    init?(_ authentication: TLSClientAuthentication) throws(TLSError) {
        guard let file = authentication.caFile else { return nil }
        certificates = try PEMCertificates(file, .clientAuthorities)
        if case .required = authentication { isRequired = true } else { isRequired = false }
        warnings = certificates.all.map { CertificateDates($0) }.filter(\.isExpired).map { dates in
            "An authority for client certificates in \(file) expired on \(dates.endText). Clients whose certificates it"
                + " signed are refused; replace it."
        }
        sessionContext = Self.sessionContext(certificates.all, isRequired: isRequired)
        guard Self.sizeOfNames(certificates.all) <= Self.largestNames else {
            throw TLSError(
                .certificate,
                "\(file) holds \(certificates.all.count) authorities, more than a TLS message can name. Keep those that sign"
                    + " client certificates.")
        }
    }

    /// Makes a context ask for certificates and verify them: signature, dates, and that they are meant for clients.
    func install(in context: OpaquePointer) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let store = SSL_CTX_get_cert_store(context) else { throw .library("the store of authorities") }
        for certificate in certificates.all {
            guard X509_STORE_add_cert(store, certificate) == 1, SSL_CTX_add_client_CA(context, certificate) == 1 else {
                throw .library("adding an authority")
            }
        }
        // An intermediate authority in the file is enough: what the operator lists is what is trusted.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        SSL_CTX_set_verify_depth(context, Self.largestDepth)
        guard SSL_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) == 1 else { throw .library("the purpose") }
    }

    private static func sessionContext(_ certificates: [OpaquePointer], isRequired: Bool) -> [UInt8] {
        var text: [UInt8] = [isRequired ? 1 : 0]
        for certificate in certificates {
            var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
            X509_digest(certificate, EVP_sha256(), &digest, nil)
            text += digest
        }
        var name = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256(text, text.count, &name)
        return name
    }

    private static func sizeOfNames(_ certificates: [OpaquePointer]) -> Int {
        certificates.reduce(0) { $0 + 2 + Int(max(0, i2d_X509_NAME(X509_get_subject_name($1), nil))) }
    }
}
#endif
