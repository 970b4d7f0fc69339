#if TLS
internal import COpenSSL

/// The certificates of a PEM file, in its order. There is one at least.
final class PEMCertificates {
    /// Borrowed; they live as long as the object.
    let all: [OpaquePointer]
    let first: OpaquePointer

    /// What a file of certificates is for.
    struct Purpose {
        var name: String
        var contents: String

        static let serverChain = Purpose(
            name: "TLS certificate", contents: "blocks, the server's own certificate first")
        static let clientAuthorities = Purpose(
            name: "file of authorities for client certificates",
            contents: "blocks of the authorities that sign client certificates")
    }

    /// - Throws: ``TLSError`` that names the file and says what to do.
    init(_ path: String, _ purpose: Purpose) throws(TLSError) {
        let file = try CredentialFile(path, purpose: purpose.name)
        let (certificates, damage) = Self.read(file)
        guard let first = certificates.first, damage == nil else {
            let count = certificates.count
            certificates.forEach { X509_free($0) }
            throw Self.error(file, purpose, count: count, damage)
        }
        (all, self.first) = (certificates, first)
    }

    deinit { all.forEach { X509_free($0) } }

    private static func read(_ file: CredentialFile) -> (certificates: [OpaquePointer], damage: String?) {
        OpenSSLErrors.clear()
        var certificates: [OpaquePointer] = []
        _ = file.withBIO { bio in
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { certificates.append(certificate) }
        }
        let error = OpenSSLErrors.drain()
        let isComplete = error.map { $0.reason == PEM_R_NO_START_LINE } ?? true
        return (certificates, isComplete ? nil : error?.text)
    }

    private static func error(_ file: CredentialFile, _ purpose: Purpose, count: Int, _ damage: String?) -> TLSError {
        if count > 0 || file.contains("-----BEGIN CERTIFICATE-----") {
            return TLSError(
                .certificate,
                "Certificate number \(count + 1) in \(file.path) is damaged: \(damage ?? "unknown"). Copy the file again.")
        }
        return TLSError(
            .certificate,
            "\(file.path) holds no certificate. It must be PEM text with -----BEGIN CERTIFICATE----- \(purpose.contents);"
                + " `openssl x509 -inform der -in FILE` converts a binary one.")
    }
}
#endif
