/// Where the health of a server is asked for: `https://127.0.0.1:3000/livez`.
struct HealthTarget: Hashable, CustomStringConvertible {
    var isSecure: Bool
    var address: ListenAddress
    /// With a slash at its start.
    var path: String

    /// Reads a URL of http or https and adds a path to it; nil when it is none.
    init?(url: String, path: String) {
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let rest = url.dropFirst(scheme.count)
        let authority = String(rest.prefix { $0 != "/" })
        let isSecure = scheme == "https://"
        guard let address = ListenAddress(authority) ?? ListenAddress("\(authority):\(isSecure ? 443 : 80)") else { return nil }
        var base = rest.dropFirst(authority.count)
        while base.hasSuffix("/") { base.removeLast() }
        guard base.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        self.init(isSecure: isSecure, address: address, path: base + path)
    }

    /// The server of a configuration, asked from its own machine.
    init(_ server: ServerConfiguration, path: String) {
        var address = server.listen
        // "Every address" is none that could be asked.
        if address.host == "0.0.0.0" { address.host = "127.0.0.1" }
        if address.host == "::" { address.host = "::1" }
        if address.isEveryAddress { address.host = "localhost" }
        self.init(isSecure: server.tls != nil, address: address, path: path)
    }

    private init(isSecure: Bool, address: ListenAddress, path: String) {
        (self.isSecure, self.address, self.path) = (isSecure, address, path)
    }

    var description: String { "\(isSecure ? "https" : "http")://\(address)\(path)" }
}
