#if TLS
internal import COpenSSL

extension TicketKeys {
    /// Makes a context use these keys. It holds no reference to this object.
    func install(in context: OpaquePointer) throws(TLSError) {
        OpenSSLErrors.clear()
        let slot = Unmanaged.passUnretained(self).toOpaque()
        guard SSL_CTX_set_ex_data(context, 0, slot) == 1,
            SSL_CTX_set_tlsext_ticket_key_evp_cb(context, prepareTicket) == 1,
            SSL_CTX_set_session_ticket_cb(context, nil, judgeTicket, nil) == 1
        else { throw .library("the keys of session tickets") }
    }

    fileprivate func encrypt(_ ticket: Ticket) -> Int32 {
        guard let key = current(), RAND_bytes(ticket.vector, EVP_MAX_IV_LENGTH) == 1 else { return -1 }
        _ = UnsafeMutableBufferPointer(start: ticket.name, count: TicketKey.nameSize).update(from: key.name)
        return key.start(ticket.cipher, vector: ticket.vector, isEncrypting: true) && key.start(ticket.mac) ? 1 : -1
    }

    /// 0: the ticket is unknown, and the handshake a full one; 2: the client gets a ticket with the new key.
    fileprivate func decrypt(_ ticket: Ticket) -> Int32 {
        let name = UnsafeBufferPointer(start: UnsafePointer(ticket.name), count: TicketKey.nameSize)
        guard let (key, isCurrent) = key(named: name) else { return 0 }
        let isReady = key.start(ticket.cipher, vector: ticket.vector, isEncrypting: false) && key.start(ticket.mac)
        return isReady ? (isCurrent ? 1 : 2) : -1
    }

    /// A ticket may be renewed forever; the certificate of the client in it may not be used forever.
    fileprivate func isOver(_ session: OpaquePointer?) -> Bool {
        guard let session, let certificate = SSL_SESSION_get0_peer(session),
            let expiry = CertificateDates(certificate).expiry
        else { return false }
        return date() >= expiry
    }

    /// Borrowed from the context of a connection, which keeps the ``TLSContext`` alive, and that the keys.
    fileprivate static func of(_ ssl: OpaquePointer?) -> TicketKeys? {
        guard let ssl, let context = SSL_get_SSL_CTX(ssl), let slot = SSL_CTX_get_ex_data(context, 0) else { return nil }
        return Unmanaged<TicketKeys>.fromOpaque(slot).takeUnretainedValue()
    }
}

/// What OpenSSL wants to have filled or prepared for a ticket; all of it is borrowed.
private struct Ticket {
    var name: UnsafeMutablePointer<UInt8>
    var vector: UnsafeMutablePointer<UInt8>
    var cipher: OpaquePointer
    var mac: OpaquePointer
}

private func prepareTicket(
    _ ssl: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?, _ vector: UnsafeMutablePointer<UInt8>?,
    _ cipher: OpaquePointer?, _ mac: OpaquePointer?, _ isEncrypting: Int32
) -> Int32 {
    guard let keys = TicketKeys.of(ssl), let name, let vector, let cipher, let mac else { return -1 }
    let ticket = Ticket(name: name, vector: vector, cipher: cipher, mac: mac)
    return isEncrypting == 1 ? keys.encrypt(ticket) : keys.decrypt(ticket)
}

private func judgeTicket(
    _ ssl: OpaquePointer?, _ session: OpaquePointer?, _: UnsafePointer<UInt8>?, _: Int, _ status: SSL_TICKET_STATUS,
    _: UnsafeMutableRawPointer?
) -> SSL_TICKET_RETURN {
    switch status {
    case SSL_TICKET_SUCCESS, SSL_TICKET_SUCCESS_RENEW:
        guard let keys = TicketKeys.of(ssl), !keys.isOver(session) else { return SSL_TICKET_RETURN_IGNORE_RENEW }
        return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
    case SSL_TICKET_EMPTY, SSL_TICKET_NO_DECRYPT: return SSL_TICKET_RETURN_IGNORE_RENEW
    default: return SSL_TICKET_RETURN_IGNORE
    }
}
#endif
