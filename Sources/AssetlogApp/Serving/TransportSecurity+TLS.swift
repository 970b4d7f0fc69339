import AssetlogHTTP
import AssetlogTLS

// The listener does not know TLS (decision 3), so its events are translated here.
extension TransportSecurity {
    /// TLS with the certificates of a running server.
    init(_ certificates: CertificateReloader) {
        self.init(
            makeHandler: { try certificates.makeHandler() },
            handshake: { event in
                (event as? TLSHandshakeCompleted).map {
                    Handshake(version: $0.version, isResumed: $0.isResumed, peerNames: $0.peerNames)
                }
            },
            handshakeFailure: { error in (error as? TLSError)?.handshakeFailure?.rawValue })
    }

    /// The failures that ``handshakeFailure`` tells apart.
    static let handshakeFailures = TLSHandshakeFailure.allCases.map(\.rawValue)
}
