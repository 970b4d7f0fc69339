#if TLS
internal import COpenSSL

/// A private key and the chain of certificates that belongs to it, checked against each other.
final class Identity {
    /// The server's own certificate first.
    private let chain: PEMCertificates
    private let key: OpaquePointer
    private let files: TLSCertificateFiles
    /// What an operator should know: a certificate that is expired or not valid yet.
    let warnings: [String]
    /// What is reported about the certificate.
    let served: TLSServedCertificate

    /// - Throws: ``TLSError`` that names the file and says what to do.
    init(_ files: TLSCertificateFiles) throws(TLSError) {
        chain = try PEMCertificates(files.certificateFile, .serverChain)
        key = try Self.readKey(files.keyFile)
        self.files = files
        let dates = CertificateDates(chain.first)
        let names = SubjectName.all(of: chain.first)
        warnings = dates.warnings(file: files.certificateFile) + Self.warnings(of: chain.first, names, files.certificateFile)
        served = TLSServedCertificate(
            file: files.certificateFile, names: names.compactMap(\.dnsName), expiry: dates.expiry)
        try checkMatch(files.certificateFile, files.keyFile)
    }

    deinit { EVP_PKEY_free(key) }

    // What makes today's clients refuse a certificate, no matter who has signed it.
    private static func warnings(of certificate: OpaquePointer, _ names: [SubjectName], _ file: String) -> [String] {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        var sentences: [String] = []
        if X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 0 {
            sentences.append(
                "The certificate in \(file) is not meant for servers: its key usage, or its extended key usage without"
                    + " serverAuth, says so. Clients will refuse it; have one issued for a server.")
        }
        if names.isEmpty {
            sentences.append(
                "The certificate in \(file) has no subject alternative name. Clients look for the server's name nowhere else,"
                    + " and will refuse it; have one issued with names.")
        }
        return sentences
    }

    /// The server's own certificate; borrowed.
    var certificate: OpaquePointer { chain.first }

    /// Gives a context the key and the chain.
    func install(in context: OpaquePointer) throws(TLSError) {
        OpenSSLErrors.clear()
        guard SSL_CTX_use_certificate(context, chain.first) == 1 else { throw refused(files.certificateFile) }
        for certificate in chain.all.dropFirst() {
            // The context takes over one reference.
            X509_up_ref(certificate)
            guard assetlog_SSL_CTX_add0_chain_cert(context, certificate) == 1 else {
                X509_free(certificate)
                throw refused(files.certificateFile)
            }
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else { throw refused(files.certificateFile) }
    }

    private func refused(_ file: String) -> TLSError {
        let reason = OpenSSLErrors.drain()?.text ?? "no reason given"
        return TLSError(
            .certificate,
            "OpenSSL refuses the certificate in \(file): \(reason). Use an EC P-256 key, or an RSA key of at least 2048 bits."
        )
    }

    private static func readKey(_ path: String) throws(TLSError) -> OpaquePointer {
        let file = try CredentialFile(path, purpose: "TLS private key")
        if file.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || file.contains("Proc-Type: 4,ENCRYPTED") {
            throw TLSError(
                .privateKey,
                "The private key in \(path) is encrypted, but the server can't ask for a passphrase. Decrypt it with"
                    + " `openssl pkey -in FILE -out NEW_FILE`, and keep it readable by the server's user only.")
        }
        OpenSSLErrors.clear()
        // Without the callback OpenSSL would ask for a passphrase on the terminal.
        let key = file.withBIO { bio in PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) }
        let error = OpenSSLErrors.drain()
        if case .some(.some(let key)) = key { return key }
        if file.contains("PRIVATE KEY-----") {
            throw TLSError(
                .privateKey, "The private key in \(path) is damaged: \(error?.text ?? "unknown"). Copy the file again.")
        }
        throw TLSError(
            .privateKey,
            "\(path) holds no private key. It must be PEM text with a -----BEGIN PRIVATE KEY----- block;"
                + " `openssl pkey -inform der -in FILE` converts a binary one.")
    }

    private func checkMatch(_ certificateFile: String, _ keyFile: String) throws(TLSError) {
        OpenSSLErrors.clear()
        let matching = chain.all.firstIndex { X509_check_private_key($0, key) == 1 }
        _ = OpenSSLErrors.drain()
        switch matching {
        case 0: return
        case .some(let index):
            throw TLSError(
                .mismatch,
                "The private key in \(keyFile) belongs to certificate number \(index + 1) in \(certificateFile). The"
                    + " server's own certificate must be the first; reorder the file.")
        case nil:
            throw TLSError(
                .mismatch,
                "The private key in \(keyFile) does not belong to the certificate in \(certificateFile). Use the pair that"
                    + " was created together.")
        }
    }
}
#endif
