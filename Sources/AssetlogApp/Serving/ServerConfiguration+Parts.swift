import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import AssetlogHTTP
import AssetlogObservation
import NIOCore

// What a checked configuration means for the parts of a server.
extension ServerConfiguration {
    /// What the API is told.
    func api(_ memory: ServerMemory) -> APIConfiguration {
        var api = APIConfiguration(
            pathPrefix: pathPrefix, deployments: deployments.declared,
            createsDeployments: deployments.createsOnFirstUse,
            isReadOnly: isReadOnly, version: Assetlog.version)
        api.isTokenRequired = auth.isRequired
        api.hasReportExtensions = hasReportExtensions
        api.itemBytes = limits.bodyBytes
        api.compressionRatio = limits.compressionRatio
        api.memory = memory
        return api
    }

    /// What the listener is told.
    func listener(
        observer: RequestObserver, certificates: CertificateKeeper?, tokens: TokenDirectory, memory: ServerMemory
    ) -> HTTPServerConfiguration {
        var listener = HTTPServerConfiguration(
            host: listen.bindHost, port: listen.port, pathPrefix: pathPrefix, deployments: deployments.declared,
            createsDeployments: deployments.createsOnFirstUse, isReadOnly: isReadOnly, access: access(tokens),
            observer: observer, transportSecurity: certificates.map(TransportSecurity.init),
            limits: httpLimits, eventLoops: eventLoops > 0 ? eventLoops : min(System.coreCount, Self.mostEventLoops))
        listener.hasReportExtensions = hasReportExtensions
        listener.takesProxyHeaders = takesProxyHeaders
        listener.memory = memory
        return listener
    }

    /// The memory of what clients can make grow. The queue of events has its part for itself, so that the path of reports
    /// counts nothing twice.
    var memory: ServerMemory {
        ServerMemory(
            total: limits.memoryBytes - limits.queueBytes, requests: limits.bufferedBodyBytes,
            answers: limits.answerBytes)
    }

    private var httpLimits: HTTPLimits {
        var httpLimits = HTTPLimits()
        httpLimits.headerBytes = limits.headerBytes
        httpLimits.targetBytes = limits.targetBytes
        httpLimits.bodyBytes = limits.bodyBytes
        httpLimits.compressionRatio = limits.compressionRatio
        httpLimits.bufferedBodyBytes = limits.bufferedBodyBytes
        httpLimits.connections = limits.connections
        httpLimits.connectionsPerAddress = limits.connectionsPerAddress
        httpLimits.headerTimeout = TimeAmount(limits.headerTimeout)
        httpLimits.bodyTimeout = TimeAmount(limits.bodyTimeout)
        httpLimits.bodyBytesPerSecond = limits.bodyBytesPerSecond
        httpLimits.idleTimeout = TimeAmount(limits.idleTimeout)
        httpLimits.writeTimeout = TimeAmount(limits.writeTimeout)
        return httpLimits
    }

    private func access(_ tokens: TokenDirectory) -> AccessPolicy {
        AccessPolicy(
            tokens: tokens, isTokenRequired: auth.isRequired,
            hosts: HostPolicy(
                names: hosts + (listen.isEveryAddress ? [] : [listen.host.lowercased()]),
                acceptsAddresses: !listen.isLoopback,
                organizationDomain: deployments.organizationDomain),
            organizations: OrganizationPolicy(
                domain: deployments.organizationDomain, declared: deployments.organizations,
                createsOnFirstUse: deployments.createsOnFirstUse),
            trustedProxies: trustedProxies,
            addressRate: RequestRate(perSecond: limits.addressRate, burst: limits.addressBurst),
            tokenRate: RequestRate(perSecond: limits.tokenRate, burst: limits.tokenBurst))
    }

    /// Where a server is reached that is bound to an address: `https://127.0.0.1:3000/dagster`.
    func url(at address: SocketAddress) -> String {
        let host = listen.isEveryAddress ? address.ipAddress : nil
        let listen = ListenAddress(host: host ?? listen.host, port: address.port ?? listen.port)
        return "\(tls == nil ? "http" : "https")://\(listen)\(pathPrefix)"
    }
}
