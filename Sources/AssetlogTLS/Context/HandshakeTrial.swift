#if TLS
internal import COpenSSL

/// Handshakes in memory between a context and a client with OpenSSL's own settings: whether any client can use a certificate.
///
/// OpenSSL takes certificates that it then can't serve, as one on the curve secp256k1: no client signs with it.
struct HandshakeTrial {
    private let context: OpaquePointer

    /// - Parameter context: Borrowed; it is set up completely.
    init(_ context: OpaquePointer) { self.context = context }

    /// Tries every version that is spoken.
    ///
    /// - Parameter oldest: The oldest of them.
    /// - Returns: A sentence when clients of one version can't use the certificate.
    /// - Throws: ``TLSError`` when no client can.
    func warnings(file: String, oldest: TLSVersion) throws(TLSError) -> [String] {
        let newestRefusal = try refusal(TLS1_3_VERSION)
        guard oldest == .v1_2 else {
            if let newestRefusal { throw Self.unusable(file, newestRefusal) }
            return []
        }
        switch (newestRefusal, try refusal(TLS1_2_VERSION)) {
        case (nil, nil): return []
        case (let reason?, .some): throw Self.unusable(file, reason)
        case (let reason?, nil): return [Self.warning(file, "1.3", reason)]
        case (nil, let reason?): return [Self.warning(file, "1.2", reason)]
        }
    }

    private static func unusable(_ file: String, _ reason: String) -> TLSError {
        TLSError(
            .certificate,
            "No client can use the certificate in \(file) with these settings: \(reason). Use an EC P-256 key, or an RSA key"
                + " of at least 2048 bits, and the default ciphers and groups.")
    }

    private static func warning(_ file: String, _ version: String, _ reason: String) -> String {
        "Clients of TLS \(version) can't use the certificate in \(file) with these settings: \(reason). Look at"
            + " server.tls.ciphers, ciphersuites and groups."
    }

    /// Why a client that speaks up to this version comes to nothing; nil when it connects.
    private func refusal(_ newest: Int32) throws(TLSError) -> String? {
        OpenSSLErrors.clear()
        guard let rules = SSL_CTX_new(TLS_client_method()) else { throw .library("SSL_CTX_new") }
        defer { SSL_CTX_free(rules) }
        guard assetlog_SSL_CTX_set_max_proto_version(rules, newest) == 1 else { throw .library("the maximum version") }
        guard let client = SSL_new(rules) else { throw .library("SSL_new") }
        defer { SSL_free(client) }
        guard let server = SSL_new(context) else { throw .library("SSL_new") }
        defer { SSL_free(server) }
        // Whether clients must show a certificate is another question.
        SSL_set_verify(server, SSL_VERIFY_NONE, nil)
        guard Self.connect(client, server) else { throw .library("memory buffers") }
        SSL_set_connect_state(client)
        SSL_set_accept_state(server)
        return Self.shakeHands(client, server)
    }

    // What one writes, the other reads. Both hold a reference to both buffers.
    private static func connect(_ client: OpaquePointer, _ server: OpaquePointer) -> Bool {
        guard let requests = BIO_new(BIO_s_mem()) else { return false }
        guard let answers = BIO_new(BIO_s_mem()), BIO_up_ref(requests) == 1, BIO_up_ref(answers) == 1 else {
            BIO_free(requests)
            return false
        }
        SSL_set_bio(client, answers, requests)
        SSL_set_bio(server, requests, answers)
        return true
    }

    private static func shakeHands(_ client: OpaquePointer, _ server: OpaquePointer) -> String? {
        // Each turn carries a flight; no handshake has more than a few.
        for _ in 0..<16 {
            OpenSSLErrors.clear()
            let asked = SSL_do_handshake(client)
            // The server's reason says more than the alert that the client gets for it.
            guard asked == 1 || SSL_get_error(client, asked) == SSL_ERROR_WANT_READ else { return reason }
            OpenSSLErrors.clear()
            let answered = SSL_do_handshake(server)
            guard answered == 1 || SSL_get_error(server, answered) == SSL_ERROR_WANT_READ else { return reason }
            if asked == 1, answered == 1 { return nil }
        }
        return "the handshake does not end"
    }

    private static var reason: String { OpenSSLErrors.drain()?.text ?? "no reason given" }
}
#endif
