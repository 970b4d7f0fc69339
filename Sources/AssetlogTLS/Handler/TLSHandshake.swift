/// Fired through the pipeline as a user inbound event when a handshake is complete.
public struct TLSHandshakeCompleted: Hashable, Sendable {
    /// The agreed version, as OpenSSL names it: `TLSv1.3`.
    public let version: String
    /// Whether an earlier session was resumed, which spares the public key operations.
    public let isResumed: Bool
    /// The subject alternative names of the client's certificate, which has been verified; empty when it showed none.
    ///
    /// Each is a kind and a value: `DNS:worker.example.com` (in lower case), `URI:spiffe://example.com/worker`,
    /// `email:ops@example.com`, `IP:10.0.0.1`. Names with control characters or beyond ASCII are left out.
    public let peerNames: [String]

    package init(version: String, isResumed: Bool, peerNames: [String] = []) {
        self.version = version
        self.isResumed = isResumed
        self.peerNames = peerNames
    }
}

/// Why a handshake came to nothing, in as many words as a metric has labels.
public enum TLSHandshakeFailure: String, CaseIterable, Hashable, Sendable {
    /// The client spoke plain HTTP.
    case plainHTTP = "plain_http"
    /// The client did not finish in time.
    case timeout
    /// No common version, cipher, group or application protocol; or what came was no TLS.
    case `protocol`
    /// One side refused the certificate of the other, or the client showed none and had to.
    case certificate
    /// The client closed the connection before the handshake was complete.
    case closed
}
