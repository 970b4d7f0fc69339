/// The names that this server goes by, for requests that show no token.
///
/// A web page can make a browser send requests to a server on the reader's own machine. Such a request betrays itself
/// by its Origin, or, when the page has pointed its own name to this machine (DNS rebinding), by its Host.
public struct HostPolicy: Sendable {
    private let names: Set<String>
    private let acceptsAddresses: Bool
    private let organizationDomain: String?

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - names: Names of the server in addition to those of loopback, in lower case, without ports.
    ///   - acceptsAddresses: Whether any IP address is taken for ours. No page can rebind an address, but a server on
    ///     loopback needs none of them.
    ///   - organizationDomain: The domain below which every name is ours.
    public init(names: [String] = [], acceptsAddresses: Bool = false, organizationDomain: String? = nil) {
        self.names = Set(names.map(Self.withoutBrackets) + ["localhost"])
        self.acceptsAddresses = acceptsAddresses
        self.organizationDomain = organizationDomain
    }

    /// Whether the value of a Host field names this server.
    func isOurs(_ host: UnsafeRawBufferPointer) -> Bool {
        guard host.count <= 256 else { return false }
        let name = Self.name(of: host)
        if names.contains(name) { return true }
        if let address = ClientAddress(name) { return acceptsAddresses || address.isLoopback }
        guard let organizationDomain else { return false }
        return name == organizationDomain || name.hasSuffix("." + organizationDomain)
    }

    /// Whether the value of an Origin field stands for a page of the same server as the Host.
    func isSameOrigin(_ origin: UnsafeRawBufferPointer, as host: UnsafeRawBufferPointer) -> Bool {
        guard let slashes = origin.firstIndex(of: UInt8(ascii: ":")), origin.count > slashes + 3,
            origin[slashes + 1] == UInt8(ascii: "/"), origin[slashes + 2] == UInt8(ascii: "/")
        else { return false }
        return origin[(slashes + 3)...].elementsEqual(host) { Self.lowercased($0) == Self.lowercased($1) }
    }

    /// Whether the value of an Origin field stands for a page of the same server as the Host.
    package static func isSameOrigin(_ origin: String, host: String) -> Bool {
        Array(origin.utf8).withUnsafeBytes { origin in
            Array(host.utf8).withUnsafeBytes { HostPolicy().isSameOrigin(origin, as: $0) }
        }
    }

    /// The host in lower case, without its port and brackets.
    static func name(of host: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: host.map(lowercased), as: UTF8.self)
        if text.hasPrefix("[") { return withoutBrackets(String(text.prefix { $0 != "]" }) + "]") }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        var name = colons == 1 ? text.prefix { $0 != ":" } : text[...]
        // A name with its root: `localhost.`
        if name.hasSuffix(".") { name = name.dropLast() }
        return String(name)
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    }
}
