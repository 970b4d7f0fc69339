#if TLS
internal import COpenSSL

/// What the connections of a listener have in common: the certificate, the key of the session tickets, the rules.
///
/// A context never changes. New certificates are a new context for the connections that come after.
// @unchecked: an SSL_CTX may be shared by threads once it is set up, and nothing here sets it up after `init`.
public final class TLSContext: @unchecked Sendable {
    /// The version of the TLS library in use, for logs: `OpenSSL 3.0.22 25 Aug 2026`; nil in a build without TLS.
    public static var libraryVersion: String? { OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } }

    /// What the context was made from.
    public let configuration: TLSConfiguration
    /// Sentences for the operator's log, as that the certificate is expired; none of them stops the server.
    public let warnings: [String]
    /// The certificates that are served, the main one first.
    public let certificates: [TLSServedCertificate] = []
    private let context: OpaquePointer

    /// Reads the certificate and the key, and checks both.
    ///
    /// - Throws: ``TLSError`` that names the file and says what to do.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        let identity = try Identity(certificateFile: configuration.certificateFile, keyFile: configuration.keyFile)
        OpenSSLErrors.clear()
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw Self.failure("SSL_CTX_new") }
        self.context = context
        self.configuration = configuration
        warnings = identity.warnings
        try identity.install(in: context, certificateFile: configuration.certificateFile)
        try setRules()
    }

    /// Reads the certificate and the key, and checks both; everything else is as usual.
    ///
    /// - Throws: ``TLSError`` that names the file and says what to do.
    public convenience init(certificateFile: String, keyFile: String) throws(TLSError) {
        try self.init(TLSConfiguration(certificateFile: certificateFile, keyFile: keyFile))
    }

    deinit { SSL_CTX_free(context) }

    /// Makes the state of one connection; it holds a reference to the context of its own.
    func makeConnection() throws(TLSError) -> TLSConnection {
        OpenSSLErrors.clear()
        guard let connection = TLSConnection(context: context) else { throw Self.failure("SSL_new") }
        return connection
    }

    private func setRules() throws(TLSError) {
        let oldest = configuration.minimumVersion == .v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION
        // Of TLS 1.2 only what has forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
        let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
        guard assetlog_SSL_CTX_set_min_proto_version(context, oldest) == 1,
            SSL_CTX_set_cipher_list(context, ciphers) == 1,
            SSL_CTX_set_session_id_context(context, Array("assetlog".utf8), 8) == 1
        else { throw Self.failure("setting the rules of TLS") }
        SSL_CTX_set_options(context, assetlog_SSL_OP_NO_COMPRESSION() | assetlog_SSL_OP_NO_RENEGOTIATION())
        // Released buffers make an idle connection cheaper by some 30 KB.
        let mode = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        _ = assetlog_SSL_CTX_set_mode(context, Int(mode))
        // Sessions live in the clients' tickets alone, so no client can make the server remember anything.
        _ = assetlog_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_alpn_select_cb(context, selectApplicationProtocol, nil)
    }

    private static func failure(_ step: String) -> TLSError {
        TLSError(.library, "OpenSSL failed at \(step): \(OpenSSLErrors.drain()?.text ?? "no reason given").")
    }
}
#endif
