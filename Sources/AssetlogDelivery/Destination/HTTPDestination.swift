#if Delivery
public import AssetlogCore

/// Where an exporter sends its requests, and how: what its configuration says about the connection.
public struct HTTPDestination: Sendable {
    /// Scheme, host and port: what may be said about the URL, whose rest may hold credentials.
    public let origin: String
    /// Whether addresses that are not of the public Internet are refused; see ``OutboundRequest/refusesPrivateAddresses``.
    public var refusesPrivateAddresses = false

    private let url: Secret
    private let address: IPAddress?
    private var headers: [OutboundRequest.Header]
    private let headersFile: String?
    private let caFile: String?
    private let clientCertificateFile: String?
    private let clientKeyFile: String?
    private let proxy: Secret?
    private let timeout: Duration
    private let connectTimeout: Duration

    /// Checks what a configuration says, without touching a file or the network.
    ///
    /// - Throws: ``ConfigurationError`` that names the key.
    public init(_ configuration: PluginConfiguration, _ keys: Keys) throws {
        try self.init(configuration, keys, url: try configuration[keys.url])
    }

    /// Checks what a configuration says, for an exporter that has declared a `url` of its own, which may be missing.
    ///
    /// - Throws: ``ConfigurationError`` that names the key.
    public init(_ configuration: PluginConfiguration, _ keys: Keys, url: Secret) throws {
        self.url = url
        guard let parsed = OutboundURL(url.revealed), ["http", "https"].contains(parsed.scheme), !parsed.hasFragment else {
            throw configuration.error(
                keys.url, "must be a URL of http or https, without blanks or a fragment, such as https://example.com/events")
        }
        address = parsed.address
        origin = OutboundRequest(url: url.revealed).origin
        headers = try Self.headers(configuration, keys)
        headersFile = try configuration[keys.headersFile]
        caFile = try configuration[keys.caFile]
        clientCertificateFile = try configuration[keys.clientCertificateFile]
        clientKeyFile = try configuration[keys.clientKeyFile]
        proxy = try Self.proxy(configuration, keys)
        timeout = try configuration[keys.timeout]
        connectTimeout = try configuration[keys.connectTimeout]
        try checkTLS(configuration, keys, isTLS: parsed.scheme == "https")
    }

    /// What an address in place of a name in the URL is, such as "the loopback address 127.0.0.1"; nil: it is of the public
    /// Internet, or a name, which is known only when it is connected to.
    public var privateAddress: String? {
        guard let address, let range = AddressRange.name(of: address) else { return nil }
        return "the \(range) address \(address)"
    }

    /// The names of the configured headers, for exporters that set some themselves.
    public var headerNames: [String] { headers.map(\.name) }

    // MARK: Files

    /// A sentence about each file that can't be used, for ``ExporterSetup/inspectFiles``.
    public func problemsOfFiles() -> [String] {
        var problems = [caFile, clientCertificateFile, clientKeyFile].compactMap { $0.flatMap(PathInspection.problem(ofReading:)) }
        guard let headersFile else { return problems }
        do {
            _ = try HeaderFile.read(headersFile)
        } catch {
            problems.append("\(error)")
        }
        return problems
    }

    /// The destination with the headers of its file.
    ///
    /// - Throws: ``ExportError`` that is not retriable when the file can't be used.
    public func opened() async throws -> HTTPDestination {
        guard let headersFile else { return self }
        var opened = self
        opened.headers += try await BlockingPool("headers").run { try HeaderFile.read(headersFile) }
        return opened
    }

    /// The destination with more headers, which are as secret as the configured ones.
    public func adding(_ more: [OutboundRequest.Header]) -> HTTPDestination {
        var destination = self
        destination.headers = more + headers
        return destination
    }

    // MARK: Requests

    /// A request to the URL with the configured headers.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: What is appended to the path of the URL, from a slash on; the URL's query stays behind it.
    ///   - headers: More headers; they stand before the configured ones.
    ///   - body: The body.
    public func request(
        method: String = "POST", path: String = "", headers: [OutboundRequest.Header] = [], body: [UInt8] = []
    ) -> OutboundRequest {
        var request = OutboundRequest(
            method: method, url: Self.appending(path, to: url.revealed), headers: headers + self.headers, body: body,
            connectTimeout: connectTimeout, timeout: timeout, caFile: caFile)
        request.clientCertificateFile = clientCertificateFile
        request.clientKeyFile = clientKeyFile
        request.proxy = proxy
        request.refusesPrivateAddresses = refusesPrivateAddresses
        // What is kept of an answer in a dead letter is far less.
        request.maximumAnswerBytes = 64 << 10
        return request
    }

    /// What an answer says about the events of its request; see ``AssetlogCore/DeliveryResult/init(answer:from:redacting:)``.
    public func result(of answer: OutboundAnswer) -> DeliveryResult {
        // What is to be redacted is gathered only where something is kept.
        let isDelivered = (200..<300).contains(answer.status)
        return DeliveryResult(answer: answer, from: origin, redacting: isDelivered ? [] : secrets)
    }

    /// Why an answer other than success means that nothing was delivered.
    public func failure(of answer: OutboundAnswer) -> DeliveryFailure {
        DeliveryFailure(answer: answer, from: origin, redacting: secrets)
    }

    /// A request as text, head and body, with the values of configured headers and the URL's credentials redacted.
    public func text(of request: OutboundRequest) -> String {
        let names = Set(headers.map { $0.name.lowercased() })
        let shown = request.headers.map { header in
            "\(header.name): \(names.contains(header.name.lowercased()) ? header.value.description : header.value.revealed)"
        }
        let body = String(decoding: request.body, as: UTF8.self)
        return (["\(request.method) \(Self.shown(request.url))"] + shown + ["", body]).joined(separator: "\n")
    }

    // MARK: Secrets

    /// What must not stand in a kept answer: values of headers, without their scheme too, and what of the URL may be a credential.
    private var secrets: [Secret] {
        let values =
            headers.map(\.value)
            + headers.compactMap { $0.value.revealed.split(separator: " ").dropFirst().last.map { Secret(String($0)) } }
        let path = url.revealed.dropFirst(origin.utf8.count)
        return values + (path.utf8.count >= 16 ? [Secret(String(path))] : []) + Self.password(in: url.revealed)
    }

    private static func password(in url: String) -> [Secret] {
        guard let scheme = url.firstRange(of: "://") else { return [] }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let at = authority.lastIndex(of: "@") else { return [] }
        return authority[..<at].split(separator: ":").map { Secret(String($0)) }
    }

    // Origin and path; of a path only what is no credential by its length: those of chat tools end in a long part.
    private static func shown(_ url: String) -> String {
        let origin = OutboundRequest(url: url).origin
        guard let scheme = url.firstRange(of: "://"),
            let start = url[scheme.upperBound...].firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" })
        else { return origin }
        let path = url[start...].prefix { $0 != "?" && $0 != "#" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.utf8.count >= 16 ? Secret("").description : String($0) }
        let query = url[start...].contains("?") ? "?\(Secret(""))" : ""
        return origin + parts.joined(separator: "/") + query
    }

    // MARK: Parts of the configuration

    private static func headers(_ configuration: PluginConfiguration, _ keys: Keys) throws -> [OutboundRequest.Header] {
        try configuration[keys.headers].map { line in
            switch OutboundRequest.Header.read(line) {
            case .success(let header): header
            case .failure(let problem): throw configuration.error(keys.headers, "has a line that \(problem.text)")
            }
        }
    }

    private static func proxy(_ configuration: PluginConfiguration, _ keys: Keys) throws -> Secret? {
        guard let proxy = try configuration[keys.proxy] else { return nil }
        let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
        guard let parsed = OutboundURL(proxy.revealed), schemes.contains(parsed.scheme) else {
            throw configuration.error(
                keys.proxy, "must be a URL of \(schemes.dropLast().joined(separator: ", ")) or socks5h, such as http://proxy:3128")
        }
        return proxy
    }

    private func checkTLS(_ configuration: PluginConfiguration, _ keys: Keys, isTLS: Bool) throws {
        if clientKeyFile != nil, clientCertificateFile == nil {
            throw configuration.error(keys.clientKeyFile, "needs client_certificate_file, the certificate that the key belongs to")
        }
        guard !isTLS else { return }
        if caFile != nil { throw configuration.error(keys.caFile, "is of no use with a URL of http; use https, or remove it") }
        if clientCertificateFile != nil {
            throw configuration.error(keys.clientCertificateFile, "is of no use with a URL of http; use https, or remove it")
        }
    }

    private static func appending(_ path: String, to url: String) -> String {
        guard !path.isEmpty else { return url }
        let end = url.firstIndex(of: "?") ?? url.endIndex
        let base = url[..<end]
        return (base.hasSuffix("/") ? base.dropLast() : base) + path + url[end...]
    }
}
#endif
