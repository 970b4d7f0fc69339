/// Asks a server one thing over TLS and does not check who it is: for a process that asks after its own health.
public enum TLSProbe {
    /// What the next step waits for.
    public enum Need: Sendable {
        /// Bytes of the server.
        case reading
        /// Room for bytes to the server.
        case writing
    }

    /// How a question ended.
    public enum Outcome: Hashable, Sendable {
        /// What came until it was enough, or until the server closed.
        case answer([UInt8])
        /// The server wants to see a certificate first.
        case certificateNeeded
    }
}

#if TLS
internal import COpenSSL

extension TLSProbe {
    /// Asks and reads the answer.
    ///
    /// - Parameters:
    ///   - request: What is sent.
    ///   - descriptor: A connected socket that does not block; it stays open.
    ///   - isEnough: Whether the answer needs no more bytes.
    ///   - wait: Waits until the socket is ready, or throws.
    /// - Throws: ``TLSError`` when the two can't speak, and what `wait` throws.
    public static func ask(
        _ request: [UInt8], on descriptor: Int32, until isEnough: ([UInt8]) -> Bool, wait: (Need) throws -> Void
    ) throws -> Outcome {
        OpenSSLErrors.clear()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw failure("SSL_CTX_new") }
        defer { SSL_CTX_free(context) }
        guard let ssl = SSL_new(context) else { throw failure("SSL_new") }
        defer { SSL_free(ssl) }
        guard SSL_set_fd(ssl, descriptor) == 1 else { throw failure("SSL_set_fd") }

        do {
            _ = try repeating(ssl, wait) { SSL_connect(ssl) }
            _ = try repeating(ssl, wait) { SSL_write(ssl, request, Int32(clamping: request.count)) }
            var answer: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 4096)
            while !isEnough(answer) {
                guard let count = try repeating(ssl, wait, { SSL_read(ssl, &piece, Int32(piece.count)) }) else { break }
                answer += piece[..<count]
            }
            return .answer(answer)
        } catch let refusal as Refusal {
            if certificateAlerts.contains(refusal.reason) { return .certificateNeeded }
            if plainReasons.contains(refusal.reason) {
                throw TLSError(.handshake, "The port speaks plain HTTP, not TLS; use http://.")
            }
            throw TLSError(.handshake, "TLS failed: \(refusal.text).")
        }
    }

    private struct Refusal: Error {
        var reason: Int32
        var text: String
    }

    /// The alerts of a server that was shown no certificate: TLS 1.3 has one of its own for that.
    private static var certificateAlerts: [Int32] {
        [SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE]
    }

    /// What OpenSSL says of an answer that is no TLS.
    private static var plainReasons: [Int32] { [SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG] }

    /// Does a step until it is done; nil: the server has closed.
    private static func repeating(
        _ ssl: OpaquePointer, _ wait: (Need) throws -> Void, _ step: () -> Int32
    ) throws -> Int? {
        while true {
            OpenSSLErrors.clear()
            let result = step()
            if result > 0 { return Int(result) }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: try wait(.reading)
            case SSL_ERROR_WANT_WRITE: try wait(.writing)
            case SSL_ERROR_ZERO_RETURN: return nil
            default:
                let error = OpenSSLErrors.drain()
                throw Refusal(reason: error?.reason ?? 0, text: error?.text ?? "the server closed the connection")
            }
        }
    }

    private static func failure(_ step: String) -> TLSError {
        TLSError(.library, "OpenSSL failed at \(step): \(OpenSSLErrors.drain()?.text ?? "no reason given").")
    }
}
#else
extension TLSProbe {
    /// Fails always: this build has no TLS.
    ///
    /// - Throws: ``TLSError`` with the code `unsupported`.
    public static func ask(
        _ request: [UInt8], on descriptor: Int32, until isEnough: ([UInt8]) -> Bool, wait: (Need) throws -> Void
    ) throws -> Outcome {
        throw TLSError(.unsupported, "This build has no TLS. Build with the package trait TLS to ask over https.")
    }
}
#endif
