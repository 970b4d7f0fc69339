#if TLS
internal import COpenSSL

/// What the connections of a listener have in common: the certificate, the key of the session tickets, the rules.
///
/// A context never changes. New certificates are a new context for the connections that come after.
// @unchecked: an SSL_CTX may be shared by threads once it is set up, and nothing here sets it up after `init`.
public final class TLSContext: Sendable {
    /// The version of the TLS library in use, for logs: `OpenSSL 3.0.22 25 Aug 2026`; nil in a build without TLS.
    public static var libraryVersion: String? { OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } }

    /// What the context was made from.
    public let configuration: TLSConfiguration
    /// Sentences for the operator's log, as that a certificate is expired; none of them stops the server.
    public let warnings: [String]
    /// The certificates that are served, the main one first.
    public let certificates: [TLSServedCertificate]

    private let main: SSLContext
    // What the contexts of OpenSSL point to without holding a reference; each connection holds this object.
    private let ticketKeys: TicketKeys
    private let selection: ServerNameSelection
    private let response: OCSPResponse?

    /// Reads all files, and checks them and the settings.
    ///
    /// - Throws: ``TLSError`` that names the file or the setting and says what to do.
    public convenience init(_ configuration: TLSConfiguration) throws(TLSError) {
        try self.init(configuration, ticketKeys: TicketKeys())
    }

    /// Reads the certificate and the key, and checks both; everything else is as usual.
    ///
    /// - Throws: ``TLSError`` that names the file and says what to do.
    public convenience init(certificateFile: String, keyFile: String) throws(TLSError) {
        try self.init(TLSConfiguration(certificateFile: certificateFile, keyFile: keyFile))
    }

    /// As the public one, with keys for session tickets that other contexts use as well.
    init(_ configuration: TLSConfiguration, ticketKeys: TicketKeys) throws(TLSError) {
        let material = try TLSMaterial(configuration)
        var contexts: [SSLContext] = []
        for identity in material.identities {
            contexts.append(
                try SSLContext(identity, configuration, authorities: material.authorities, ticketKeys: ticketKeys))
        }
        main = contexts[0]
        selection = ServerNameSelection(contexts, material.names)
        response = material.response
        self.configuration = configuration
        self.ticketKeys = ticketKeys
        certificates = material.identities.map(\.served)
        var warnings = material.warnings + CipherRules(main.pointer).warnings(configuration)
        for (context, served) in zip(contexts, certificates) {
            let trial = HandshakeTrial(context.pointer)
            warnings += try trial.warnings(file: served.file, oldest: configuration.minimumVersion)
        }
        self.warnings = warnings
        if contexts.count > 1 { selection.install() }
        response?.install(in: main.pointer)
    }

    /// Makes the state of one connection; it holds a reference to this object.
    func makeConnection() throws(TLSError) -> TLSConnection {
        OpenSSLErrors.clear()
        guard let connection = TLSConnection(main.pointer, of: self) else { throw .library("SSL_new") }
        return connection
    }
}
#endif
