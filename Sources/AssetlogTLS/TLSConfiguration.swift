public import NIOCore

/// What a TLS listener is told: its identity, and how patient it is.
public struct TLSConfiguration: Hashable, Sendable {
    /// The file of the certificate chain: PEM, the server's own certificate first.
    public var certificateFile: String
    /// The file of the private key: PEM, not encrypted. It may be the same file as that of the chain.
    public var keyFile: String
    /// The oldest version of the protocol that is spoken.
    public var minimumVersion: TLSVersion
    /// How long a client may take for the handshake, counted from its connection.
    public var handshakeTimeout: TimeAmount

    /// Makes a configuration.
    public init(
        certificateFile: String,
        keyFile: String,
        minimumVersion: TLSVersion = .v1_2,
        handshakeTimeout: TimeAmount = .seconds(10)
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.minimumVersion = minimumVersion
        self.handshakeTimeout = handshakeTimeout
    }
}

/// A version of the protocol that is still considered safe.
public struct TLSVersion: Hashable, Sendable {
    enum Value { case v1_2, v1_3 }
    let value: Value
    /// TLS 1.2 (RFC 5246).
    public static let v1_2 = TLSVersion(value: .v1_2)
    /// TLS 1.3 (RFC 8446).
    public static let v1_3 = TLSVersion(value: .v1_3)
}

/// Fired through the pipeline as a user inbound event when a handshake is complete.
public struct TLSHandshakeCompleted: Hashable, Sendable {
    /// The agreed version, as OpenSSL names it: `TLSv1.3`.
    public let version: String
    /// Whether an earlier session was resumed, which spares the public key operations.
    public let isResumed: Bool

    package init(version: String, isResumed: Bool) {
        self.version = version
        self.isResumed = isResumed
    }
}
