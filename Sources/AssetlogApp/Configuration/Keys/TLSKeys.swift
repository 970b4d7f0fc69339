import AssetlogCore

/// The keys under `server.tls`.
enum TLSKeys {
    private static let group = KeyGroup(section: ListenerKeys.group.section, prefix: "tls.")

    static let certificate = group.optional(
        "certificate", .path, "The certificate and its chain, PEM; without it the server speaks plain HTTP.")
    static let key = group.optional("key", .path, "The certificate's private key, PEM.")
    static let moreCertificates = group.optional(
        "more_certificates", .path,
        "A directory of additional certificates, NAME.pem with NAME.key, chosen by the name that a client asks for (SNI).")
    static let clientCertificates = group.key(
        "client_certificates", .choice(TLSSettings.ClientCertificates.self), default: .none,
        "Whether clients present a certificate; a token can be bound to a name in it.")
    static let clientAuthorities = group.optional("client_ca", .path, "The authorities that sign client certificates, PEM.")
    static let minimumVersion = group.key(
        "minimum_version", .choice(TLSSettings.MinimumVersion.self), default: .tls12, "The oldest TLS version to accept.")
    static let ciphers = group.optional(
        "ciphers", .text, "The ciphers for TLS 1.2, in OpenSSL's format. Default: ECDHE with AES-GCM or ChaCha20.")
    static let cipherSuites = group.optional(
        "ciphersuites", .text, "The cipher suites for TLS 1.3, in OpenSSL's format. Default: OpenSSL's own.")
    static let groups = group.optional(
        "groups", .text, "The groups for the key exchange, in OpenSSL's format, preferred ones first.")
    static let ocspResponse = group.optional("ocsp_response", .path, "A file with the OCSP response to staple, DER.")

    static let all: [any DeclaredKey] = [
        certificate, key, moreCertificates, clientCertificates, clientAuthorities, minimumVersion, ciphers, cipherSuites, groups,
        ocspResponse,
    ]
}
