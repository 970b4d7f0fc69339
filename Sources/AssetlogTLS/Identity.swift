#if TLS
internal import COpenSSL

/// A private key and the chain of certificates that belongs to it, checked against each other.
final class Identity {
    /// The server's own certificate first.
    private let chain: [OpaquePointer]
    private let key: OpaquePointer
    /// What an operator should be told: a certificate that is expired or not valid yet.
    let warnings: [String]

    /// - Throws: ``TLSError`` that names the file and says what to do.
    init(certificateFile: String, keyFile: String) throws(TLSError) {
        let chain = try Self.readChain(certificateFile)
        do {
            key = try Self.readKey(keyFile)
        } catch {
            chain.forEach { X509_free($0) }
            throw error
        }
        self.chain = chain
        warnings = CertificateDates(chain[0]).warnings(file: certificateFile)
        try checkMatch(certificateFile, keyFile)
    }

    deinit {
        chain.forEach { X509_free($0) }
        EVP_PKEY_free(key)
    }

    /// Gives a context the key and the chain.
    func install(in context: OpaquePointer, certificateFile: String) throws(TLSError) {
        OpenSSLErrors.clear()
        guard SSL_CTX_use_certificate(context, chain[0]) == 1 else { throw refused(certificateFile) }
        for certificate in chain.dropFirst() {
            // The context takes over one reference.
            X509_up_ref(certificate)
            guard assetlog_SSL_CTX_add0_chain_cert(context, certificate) == 1 else {
                X509_free(certificate)
                throw refused(certificateFile)
            }
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else { throw refused(certificateFile) }
    }

    private func refused(_ file: String) -> TLSError {
        let reason = OpenSSLErrors.drain()?.text ?? "no reason given"
        return TLSError(
            .certificate,
            "OpenSSL refuses the certificate in \(file): \(reason). Use an EC P-256 key, or an RSA key of at least 2048 bits."
        )
    }

    private static func readChain(_ path: String) throws(TLSError) -> [OpaquePointer] {
        let file = try PEMFile(path, purpose: "TLS certificate")
        OpenSSLErrors.clear()
        var chain: [OpaquePointer] = []
        _ = file.withBIO { bio in
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { chain.append(certificate) }
        }
        let error = OpenSSLErrors.drain()
        let isComplete = error.map { $0.reason == PEM_R_NO_START_LINE } ?? true
        if !chain.isEmpty && isComplete { return chain }

        let count = chain.count
        chain.forEach { X509_free($0) }
        if count > 0 || file.contains("-----BEGIN CERTIFICATE-----") {
            throw TLSError(
                .certificate,
                "Certificate number \(count + 1) in \(path) is damaged: \(error?.text ?? "unknown"). Copy the file again."
            )
        }
        throw TLSError(
            .certificate,
            "\(path) holds no certificate. It must be PEM text with -----BEGIN CERTIFICATE----- blocks, the server's own"
                + " certificate first; `openssl x509 -inform der -in FILE` converts a binary one.")
    }

    private static func readKey(_ path: String) throws(TLSError) -> OpaquePointer {
        let file = try PEMFile(path, purpose: "TLS private key")
        if file.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || file.contains("Proc-Type: 4,ENCRYPTED") {
            throw TLSError(
                .privateKey,
                "The private key in \(path) is encrypted, and the server asks for no passphrase. Decrypt it with"
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
        let matching = chain.firstIndex { X509_check_private_key($0, key) == 1 }
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
                    + " was made together.")
        }
    }
}
#endif
