import AssetlogAPI
import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogHTTP
import AssetlogObservation
import Logging
import NIOCore

// What a checked configuration means for the parts of a server.
extension ServerConfiguration {
    /// What the API needs to know.
    func api(_ memory: ServerMemory) -> APIConfiguration {
        APIConfiguration(
            paths: paths, isTokenRequired: auth.isRequired, limits: limits, memory: memory, publicURL: publicURL,
            version: Assetlog.version)
    }

    /// What removes old events; nil: nothing does.
    func retention(of storage: any Storage, _ catalog: (any FollowingCatalog)?, logger: Logger) -> Retention? {
        guard let retention, let catalog, let storage = storage.retaining else { return nil }
        return Retention(
            settings: retention, storage: storage, catalog: catalog, exporters: exporters.map(\.name), logger: logger)
    }

    /// What signs the sessions of browsers; nil: there are no pages.
    ///
    /// - Throws: `ConfigurationError`, `CryptoError`, each with a sentence for the operator.
    func sessionSigner(logger: Logger) async throws -> SessionSigner? {
        guard let ui else { return nil }
        return try await SessionKeyFile(ui, dataDirectory: dataDirectory, logger: logger).signer()
    }

    /// What the listener needs to know.
    func listener(
        observer: RequestObserver, certificates: CertificateReloader?, tokens: TokenRegistry, sessions: SessionSigner? = nil,
        memory: ServerMemory
    ) -> HTTPServerConfiguration {
        HTTPServerConfiguration(
            host: listen.bindHost, port: listen.port, paths: paths, access: access(tokens, sessions),
            takesProxyHeaders: takesProxyHeaders, observer: observer,
            transportSecurity: certificates.map(TransportSecurity.init), limits: limits, memory: memory,
            eventLoops: eventLoops > 0 ? eventLoops : min(System.coreCount, Self.mostEventLoops))
    }

    private func access(_ tokens: TokenRegistry, _ sessions: SessionSigner?) -> AccessPolicy {
        var policy = AccessPolicy(
            tokens: tokens, isTokenRequired: auth.isRequired,
            hosts: HostPolicy(
                names: hosts + (listen.isEveryAddress ? [] : [listen.host.lowercased()]),
                acceptsAddresses: !listen.isLoopback,
                organizationDomain: organizations.domain),
            organizations: OrganizationPolicy(
                domain: organizations.domain, declared: organizations.names,
                createsOnFirstUse: paths.createsDeployments),
            trustedProxies: trustedProxies,
            addressRate: RequestRate(perSecond: limits.addressRate, burst: limits.addressBurst),
            tokenRate: RequestRate(perSecond: limits.tokenRate, burst: limits.tokenBurst))
        policy.sessions = sessions
        return policy
    }

    /// Where a server is reached that is bound to an address: `https://127.0.0.1:3000/dagster`.
    func url(at address: SocketAddress) -> String {
        let host = listen.isEveryAddress ? address.ipAddress : nil
        let listen = ListenAddress(host: host ?? listen.host, port: address.port ?? listen.port)
        return "\(tls == nil ? "http" : "https")://\(listen)\(paths.prefix)"
    }
}
