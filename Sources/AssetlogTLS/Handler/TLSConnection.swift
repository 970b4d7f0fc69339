#if TLS
internal import COpenSSL

/// The TLS state of one connection: an SSL between two memory buffers. It does no I/O and knows no channel.
///
/// Confined to one event loop.
final class TLSConnection {
    /// What a step has come to.
    enum Outcome {
        /// It is done; the number of plaintext bytes that were read or taken.
        case complete(Int)
        /// More bytes of the peer are needed.
        case incomplete
        /// The peer has said that nothing follows.
        case closed
        /// The connection is broken; an alert may wait in the ciphertext. The text is OpenSSL's.
        case failed(TLSHandshakeFailure, String)
    }

    /// What the callbacks of OpenSSL use.
    private let context: TLSContext
    private let ssl: OpaquePointer
    /// Ciphertext of the peer; owned by `ssl`.
    private let incoming: OpaquePointer
    /// Ciphertext for the peer; owned by `ssl`.
    private let outgoing: OpaquePointer

    /// Nil when memory is short.
    init?(_ pointer: OpaquePointer, of context: TLSContext) {
        self.context = context
        guard let ssl = SSL_new(pointer) else { return nil }
        guard let incoming = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            return nil
        }
        guard let outgoing = BIO_new(BIO_s_mem()) else {
            BIO_free(incoming)
            SSL_free(ssl)
            return nil
        }
        SSL_set_bio(ssl, incoming, outgoing)
        SSL_set_accept_state(ssl)
        (self.ssl, self.incoming, self.outgoing) = (ssl, incoming, outgoing)
    }

    deinit { SSL_free(ssl) }

    /// The agreed version: `TLSv1.3`.
    var version: String { SSL_get_version(ssl).map { String(cString: $0) } ?? "unknown" }

    /// Whether the handshake resumed an earlier session.
    var isResumed: Bool { SSL_session_reused(ssl) == 1 }

    /// The subject alternative names of the peer's certificate; empty when it showed none, or none that is verified.
    ///
    /// A resumed session carries the certificate, and what its verification came to.
    var peerNames: [String] {
        guard context.configuration.clientAuthentication != .none, SSL_get_verify_result(ssl) == Int(X509_V_OK),
            let certificate = SSL_get0_peer_certificate(ssl)
        else { return [] }
        return SubjectName.all(of: certificate).map(\.text)
    }

    /// The number of bytes that wait for the peer.
    var outgoingCount: Int { Int(BIO_ctrl_pending(outgoing)) }

    /// The number of bytes of the peer that no read has looked at.
    var incomingCount: Int { Int(BIO_ctrl_pending(incoming)) }

    /// Whether a read may find anything, be it a part of a record.
    var mayRead: Bool { BIO_ctrl_pending(incoming) > 0 || SSL_has_pending(ssl) == 1 }

    /// Takes ciphertext of the peer. False when memory is short.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        BIO_write(incoming, bytes.baseAddress, Int32(clamping: bytes.count)) == Int32(clamping: bytes.count)
    }

    /// Copies ciphertext for the peer, and returns the number of bytes.
    func send(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        max(0, Int(BIO_read(outgoing, bytes.baseAddress, Int32(clamping: bytes.count))))
    }

    /// Goes on with the handshake.
    func handshake() -> Outcome {
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(ssl)
        return result == 1 ? .complete(0) : outcome(result)
    }

    /// Reads plaintext, of at most one record.
    func read(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        OpenSSLErrors.clear()
        let result = SSL_read(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        return result > 0 ? .complete(Int(result)) : outcome(result)
    }

    /// Encrypts plaintext, and says how much of it: at most one record.
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        OpenSSLErrors.clear()
        let result = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        return result > 0 ? .complete(Int(result)) : outcome(result)
    }

    /// Says that nothing follows (close_notify).
    func shutDown() {
        OpenSSLErrors.clear()
        if SSL_shutdown(ssl) < 0 { _ = OpenSSLErrors.drain() }
    }

    private func outcome(_ result: Int32) -> Outcome {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .incomplete
        case SSL_ERROR_ZERO_RETURN: .closed
        default: failure(OpenSSLErrors.drain())
        }
    }

    private func failure(_ error: OpenSSLErrors.Drained?) -> Outcome {
        guard let error else { return .failed(.protocol, "unexpected end") }
        guard error.reason == SSL_R_CERTIFICATE_VERIFY_FAILED,
            let reason = X509_verify_cert_error_string(SSL_get_verify_result(ssl))
        else { return .failed(TLSHandshakeFailure(reason: error.reason), error.text) }
        return .failed(.certificate, "the client's certificate is refused: \(String(cString: reason))")
    }
}

extension TLSHandshakeFailure {
    /// What either side says when it refuses a certificate, by OpenSSL's numbers.
    private static let certificateReasons: Set<Int32> = [
        SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
        SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
        SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, SSL_R_TLSV1_ALERT_UNKNOWN_CA,
        SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
    ]

    fileprivate init(reason: Int32) { self = Self.certificateReasons.contains(reason) ? .certificate : .protocol }
}
#endif
