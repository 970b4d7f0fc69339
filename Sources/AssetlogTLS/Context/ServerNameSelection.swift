#if TLS
internal import COpenSSL

/// Moves a connection to the context whose certificate answers to the name that the client asks for (SNI).
// @unchecked: it never changes, and an SSL_CTX that is set up may be shared.
final class ServerNameSelection: @unchecked Sendable {
    private let contexts: [SSLContext]
    private let names: ServerNames

    /// - Parameter contexts: The main one first. All follow the same rules, because OpenSSL takes some of them from the
    ///   first context and some from the second.
    init(_ contexts: [SSLContext], _ names: ServerNames) { (self.contexts, self.names) = (contexts, names) }

    /// Makes the main context ask for the choice. It holds no reference to this object.
    func install() {
        assetlog_SSL_CTX_set_tlsext_servername_callback(contexts[0].pointer, selectServerName)
        assetlog_SSL_CTX_set_tlsext_servername_arg(contexts[0].pointer, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func select(for ssl: OpaquePointer) -> Int32 {
        guard let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name),
            let index = names.certificate(for: String(cString: name))
        else { return SSL_TLSEXT_ERR_NOACK }
        if index > 0 { SSL_set_SSL_CTX(ssl, contexts[index].pointer) }
        return SSL_TLSEXT_ERR_OK
    }
}

/// The connection that asks keeps the ``TLSContext`` alive, and that the selection.
private func selectServerName(
    _ ssl: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let ssl, let argument else { return SSL_TLSEXT_ERR_NOACK }
    return Unmanaged<ServerNameSelection>.fromOpaque(argument).takeUnretainedValue().select(for: ssl)
}
#endif
