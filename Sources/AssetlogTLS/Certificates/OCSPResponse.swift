#if TLS
internal import COpenSSL

/// What an authority says about the server's certificate, kept to be sent with it (OCSP stapling).
final class OCSPResponse: Sendable {
    private let bytes: [UInt8]
    /// In seconds since 1970; nil when it does not end.
    private let expiry: Int64?

    private init(_ bytes: [UInt8], expiry: Int64?) { (self.bytes, self.expiry) = (bytes, expiry) }

    /// What a file has come to.
    enum Outcome {
        case usable(OCSPResponse)
        /// Clients are better off without it; the sentence says why.
        case unusable(String)
    }

    /// Reads a file (DER), and checks it against a certificate.
    ///
    /// - Throws: ``TLSError`` when the file cannot be read.
    static func read(_ path: String, for certificate: OpaquePointer) throws(TLSError) -> Outcome {
        let bytes = try CredentialFile(path, purpose: "OCSP response", form: .der).copy
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        switch OCSPStatement.find(in: bytes, about: certificate) {
        case .failure(let flaw):
            return .unusable("\(path) is not stapled: \(flaw.text) Fetch it again; certificates work without it.")
        case .success(let statement):
            return .usable(OCSPResponse(bytes, expiry: statement.expiry))
        }
    }

    /// Whether clients would believe it; it grows old while the server runs.
    func isCurrent(at date: Int64) -> Bool { expiry.map { date < $0 } ?? true }

    /// Makes a context send it to clients that ask for it. It holds no reference to this object.
    func install(in context: OpaquePointer) {
        assetlog_SSL_CTX_set_tlsext_status_cb(context, stapleResponse)
        assetlog_SSL_CTX_set_tlsext_status_arg(context, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func staple(to ssl: OpaquePointer) -> Int32 {
        guard isCurrent(at: UnixTime.now) else { return SSL_TLSEXT_ERR_NOACK }
        // The connection takes over the copy.
        guard let copy = CRYPTO_memdup(bytes, bytes.count, nil, 0) else { return SSL_TLSEXT_ERR_NOACK }
        guard assetlog_SSL_set_tlsext_status_ocsp_resp(ssl, copy, bytes.count) == 1 else {
            CRYPTO_free(copy, nil, 0)
            return SSL_TLSEXT_ERR_NOACK
        }
        return SSL_TLSEXT_ERR_OK
    }
}

/// The connection that asks keeps the ``TLSContext`` alive, and that the response.
private func stapleResponse(_ ssl: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    guard let ssl, let argument else { return SSL_TLSEXT_ERR_NOACK }
    return Unmanaged<OCSPResponse>.fromOpaque(argument).takeUnretainedValue().staple(to: ssl)
}
#endif
