import AssetlogCore

/// What makes a server speak TLS; the paths are absolute.
struct TLSSettings: Hashable, Sendable {
    enum ClientCertificates: String, CaseIterable, Sendable { case none, optional, required }

    enum MinimumVersion: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    var certificate: String
    var key: String
    var moreCertificates: String?
    var clientCertificates: ClientCertificates
    var clientAuthorities: String?
    var minimumVersion: MinimumVersion
    var ciphers: String?
    var cipherSuites: String?
    var groups: String?
    var ocspResponse: String?
}

extension TLSSettings {
    /// Reads the keys under `server.tls`; nil without a certificate and its key. What is wrong is noted.
    init?(_ server: SectionValues) {
        switch (server[TLSKeys.certificate], server[TLSKeys.key]) {
        case (nil, nil): Self.refuseOthers(server)
        case (let certificate?, let key?):
            self.init(server, certificate: certificate, key: key)
            return
        case (_?, nil): server.refuse(TLSKeys.key, "is missing; a certificate needs its private key")
        case (nil, _?): server.refuse(TLSKeys.certificate, "is missing; a private key needs its certificate")
        }
        return nil
    }

    private init(_ server: SectionValues, certificate: String, key: String) {
        if !BuildFeatures.hasTLS { server.refuse(TLSKeys.certificate, "needs a build with the package trait TLS") }
        self.init(
            certificate: certificate, key: key, moreCertificates: server[TLSKeys.moreCertificates],
            clientCertificates: Self.clientCertificates(server), clientAuthorities: server[TLSKeys.clientAuthorities],
            minimumVersion: server[TLSKeys.minimumVersion], ciphers: server[TLSKeys.ciphers],
            cipherSuites: server[TLSKeys.cipherSuites], groups: server[TLSKeys.groups],
            ocspResponse: server[TLSKeys.ocspResponse])
    }

    // An operator who asks for client certificates and gets plain HTTP would be wrong about who may come in.
    private static func refuseOthers(_ server: SectionValues) {
        let others = [
            TLSKeys.moreCertificates, TLSKeys.clientAuthorities, TLSKeys.ciphers, TLSKeys.cipherSuites, TLSKeys.groups,
            TLSKeys.ocspResponse,
        ]
        let given: (any DeclaredKey)? = others.first { server[$0] != nil }
        let mode: (any DeclaredKey)? = server[TLSKeys.clientCertificates] == .none ? nil : TLSKeys.clientCertificates
        if let key = given ?? mode {
            server.refuse(key, "has no effect without server.tls.certificate and server.tls.key; set them too")
        }
    }

    private static func clientCertificates(_ server: SectionValues) -> ClientCertificates {
        let mode = server[TLSKeys.clientCertificates]
        let hasAuthorities = server[TLSKeys.clientAuthorities] != nil
        if mode != .none, !hasAuthorities {
            server.refuse(TLSKeys.clientAuthorities, "is missing; client certificates are checked with it")
        }
        if mode == .none, hasAuthorities {
            server.refuse(
                TLSKeys.clientAuthorities,
                "has no effect while tls.client_certificates is none; set that to optional or required")
        }
        return mode
    }
}
