#if TLS
internal import COpenSSL

/// One SSL_CTX: an identity, and the rules that all contexts of a listener share.
// @unchecked: an SSL_CTX may be shared by threads once it is set up, and nothing sets it up after the listener began.
final class SSLContext: @unchecked Sendable {
    /// Owned; it never leaves the module.
    let pointer: OpaquePointer

    /// - Throws: ``TLSError`` that names the file or the setting and says what to do.
    init(
        _ identity: Identity, _ configuration: TLSConfiguration, authorities: ClientAuthorities?, ticketKeys: TicketKeys
    ) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw .library("SSL_CTX_new") }
        self.pointer = pointer
        try setProtocolRules(configuration)
        try identity.install(in: pointer)
        try authorities?.install(in: pointer)
        try setSessionRules(authorities, ticketKeys)
    }

    deinit { SSL_CTX_free(pointer) }

    private func setProtocolRules(_ configuration: TLSConfiguration) throws(TLSError) {
        let oldest = configuration.minimumVersion == .v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION
        guard assetlog_SSL_CTX_set_min_proto_version(pointer, oldest) == 1 else { throw .library("the minimum version") }
        try CipherRules(pointer).apply(configuration)
        // The order of ciphers and groups is ours, but a client that puts ChaCha20 first has no hardware for AES.
        let order = assetlog_SSL_OP_CIPHER_SERVER_PREFERENCE() | assetlog_SSL_OP_PRIORITIZE_CHACHA()
        SSL_CTX_set_options(pointer, assetlog_SSL_OP_NO_COMPRESSION() | assetlog_SSL_OP_NO_RENEGOTIATION() | order)
        // Released buffers make an idle connection cheaper by some 30 KB. The chain is sent as the file has it: OpenSSL would
        // otherwise look for more in the clients' authorities, at each handshake.
        let mode =
            SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        _ = assetlog_SSL_CTX_set_mode(pointer, Int(mode) | Int(SSL_MODE_NO_AUTO_CHAIN))
        SSL_CTX_set_alpn_select_cb(pointer, selectApplicationProtocol, nil)
    }

    private func setSessionRules(_ authorities: ClientAuthorities?, _ ticketKeys: TicketKeys) throws(TLSError) {
        // Sessions live in the clients' tickets alone, so no client can make the server remember anything.
        _ = assetlog_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        let name = authorities?.sessionContext ?? Array("assetlog".utf8)
        guard SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count)) == 1 else {
            throw .library("the session context")
        }
        try ticketKeys.install(in: pointer)
    }
}

extension TLSError {
    /// A step of OpenSSL that depends on no input has failed.
    static func library(_ step: String) -> TLSError {
        TLSError(.library, "OpenSSL failed at \(step): \(OpenSSLErrors.drain()?.text ?? "no reason given").")
    }
}
#endif
