/// The proxies that an environment names, read as curl reads them.
///
/// libcurl reads the environment by itself, but does not tell whether it used a proxy; who has to know decides by this.
struct ProxyEnvironment: Sendable {
    let variables: [String: String]

    /// The proxy for a URL; nil: it is reached without one.
    func proxy(scheme: String, host: String) -> String? {
        let scheme = scheme.lowercased()
        // A web server may set HTTP_PROXY from a header of a request, so curl reads that one in lower case only.
        let names = [scheme + "_proxy"] + (scheme == "http" ? [] : [scheme.uppercased() + "_PROXY"]) + ["all_proxy", "ALL_PROXY"]
        guard let proxy = value(names), !isExcepted(host) else { return nil }
        return proxy
    }

    private func value(_ names: [String]) -> String? {
        names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }

    private func isExcepted(_ host: String) -> Bool {
        guard let list = value(["no_proxy", "NO_PROXY"]) else { return false }
        if list == "*" { return true }
        let entries = list.split { $0 == "," || $0 == " " }
        if let address = IPAddress(host) { return entries.contains { Self.covers($0, address) } }
        let name = Self.trimmed(host)
        return entries.contains { entry in
            let tail = Self.trimmed(entry)
            return !tail.isEmpty && (name == tail || name.hasSuffix("." + tail))
        }
    }

    private static func covers(_ entry: Substring, _ address: IPAddress) -> Bool {
        let parts = entry.split(separator: "/", maxSplits: 1)
        guard let first = parts.first, let network = IPAddress(first) else { return false }
        guard parts.count == 2 else { return network == address }
        guard let bits = Int(parts[1]) else { return false }
        return address.hasPrefix(network, bits: bits)
    }

    private static func trimmed(_ name: some StringProtocol) -> String {
        var name = name.lowercased()[...]
        if name.hasPrefix(".") { name.removeFirst() }
        if name.hasSuffix(".") { name.removeLast() }
        return String(name)
    }
}
