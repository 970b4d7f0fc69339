#if !TLS
public import NIOCore

/// The stand-in of a build without the package trait TLS: it cannot be made.
public final class TLSContext: Sendable {
    /// The version of the TLS library; nil, because this build has none.
    public static var libraryVersion: String? { nil }
    /// Never read, because no context can be made.
    public var warnings: [String] { [] }
    /// Never read, because no context can be made.
    public let configuration: TLSConfiguration
    /// Never read, because no context can be made.
    public var certificates: [TLSServedCertificate] { [] }

    /// Fails always.
    ///
    /// - Throws: ``TLSError`` with the code `unsupported`.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        throw TLSError(
            .unsupported,
            "This build has no TLS. Build with the package trait TLS, or remove the certificate and the key from the"
                + " configuration to serve plain HTTP.")
    }

    /// Fails always.
    ///
    /// - Throws: ``TLSError`` with the code `unsupported`.
    public convenience init(certificateFile: String, keyFile: String) throws(TLSError) {
        try self.init(TLSConfiguration(certificateFile: certificateFile, keyFile: keyFile))
    }
}

/// The stand-in of a build without the package trait TLS: it cannot be made, because no context can.
public final class TLSContextStore: Sendable {
    /// Never read, because no store can be made.
    public let current: TLSContext

    /// Fails always.
    ///
    /// - Throws: ``TLSError`` with the code `unsupported`.
    public init(_ configuration: TLSConfiguration) throws(TLSError) { current = try TLSContext(configuration) }

    /// Never called, because no store can be made.
    public func reload(_ furtherCertificates: [TLSCertificateFiles]? = nil) -> TLSReloadOutcome { .reloaded(warnings: []) }

    /// Never called, because no store can be made.
    public func reloadIfChanged(_ furtherCertificates: [TLSCertificateFiles]? = nil) -> TLSReloadOutcome? { nil }
}

/// The stand-in of a build without the package trait TLS: it cannot be made, because no context can.
public final class TLSServerHandler: ChannelDuplexHandler {
    /// Ciphertext.
    public typealias InboundIn = ByteBuffer
    /// Plaintext.
    public typealias InboundOut = ByteBuffer
    /// Plaintext.
    public typealias OutboundIn = ByteBuffer
    /// Ciphertext.
    public typealias OutboundOut = ByteBuffer

    /// Never called, because no context can be made.
    public init(context: TLSContext) throws(TLSError) {}
}
#endif
