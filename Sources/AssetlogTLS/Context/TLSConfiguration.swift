public import NIOCore

/// The configuration of a TLS listener: its identities, what it demands of clients, and how patient it is.
///
/// Every text that OpenSSL is to understand is checked when a ``TLSContext`` is made from it.
public struct TLSConfiguration: Hashable, Sendable {
    /// The file of the certificate chain: PEM, the server's own certificate first.
    public var certificateFile: String
    /// The file of the private key: PEM, not encrypted. It may be the same file as that of the chain.
    public var keyFile: String
    /// Certificates for clients that ask for another name (SNI), each for the DNS names it holds.
    public var furtherCertificates: [TLSCertificateFiles]
    /// Whether clients show a certificate of their own.
    public var clientAuthentication: TLSClientAuthentication
    /// The oldest version of the protocol that is spoken.
    public var minimumVersion: TLSVersion
    /// The ciphers of TLS 1.2 in OpenSSL's syntax; nil: those with forward secrecy and authenticated encryption.
    public var ciphers: String?
    /// The cipher suites of TLS 1.3 by their names, separated by colons; nil: OpenSSL's own choice, which is sound.
    public var cipherSuites: String?
    /// The groups for the key exchange by their names, separated by colons; nil: X25519, P-256 and P-384, and before
    /// them the hybrid X25519MLKEM768 where OpenSSL has it.
    public var groups: String?
    /// The file of an OCSP response (DER) that is stapled to the first certificate; nil: none is.
    public var ocspResponseFile: String?
    /// How long a client may take for the handshake, counted from its connection.
    public var handshakeTimeout: TimeAmount

    /// Makes a configuration.
    public init(
        certificateFile: String,
        keyFile: String,
        furtherCertificates: [TLSCertificateFiles] = [],
        clientAuthentication: TLSClientAuthentication = .none,
        minimumVersion: TLSVersion = .v1_2,
        ciphers: String? = nil,
        cipherSuites: String? = nil,
        groups: String? = nil,
        ocspResponseFile: String? = nil,
        handshakeTimeout: TimeAmount = .seconds(10)
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.furtherCertificates = furtherCertificates
        self.clientAuthentication = clientAuthentication
        self.minimumVersion = minimumVersion
        self.ciphers = ciphers
        self.cipherSuites = cipherSuites
        self.groups = groups
        self.ocspResponseFile = ocspResponseFile
        self.handshakeTimeout = handshakeTimeout
    }
}

/// A certificate chain and its private key.
public struct TLSCertificateFiles: Hashable, Sendable {
    /// The file of the certificate chain: PEM, the server's own certificate first.
    public var certificateFile: String
    /// The file of the private key: PEM, not encrypted.
    public var keyFile: String

    /// Makes a pair.
    public init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// Whether clients show a certificate, and whose signature makes it good (mutual TLS).
public enum TLSClientAuthentication: Hashable, Sendable {
    /// Clients are not asked for one.
    case none
    /// A client may show one; one that does not verify ends the handshake. The file holds the authorities in PEM.
    case optional(caFile: String)
    /// A client without a good one is refused in the handshake. The file holds the authorities in PEM.
    case required(caFile: String)

    /// The file of the authorities; nil when there is none.
    public var caFile: String? {
        switch self {
        case .none: nil
        case .optional(let file), .required(let file): file
        }
    }
}
