import AssetlogAccess
import AssetlogCore

// The keys of the server whose values mean more than their texts. What is wrong is noted.
extension SectionValues {
    /// Where to listen; nil when that can't be read.
    func listenAddress() -> ListenAddress? {
        let text = self[ListenerKeys.listen]
        if let address = ListenAddress(text) { return address }
        refuse(
            ListenerKeys.listen,
            "must be an address and a port from 0 to 65535, such as 127.0.0.1:3000, [::1]:3000 or, for every address, *:3000,"
                + " not \"\(text)\"")
        return nil
    }

    /// The path under which every route lies; nil when it is none.
    func pathPrefix() -> String? {
        let text = self[ListenerKeys.pathPrefix]
        let segments = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~".contains($0)) }
        }
        if text.isEmpty || (text.hasPrefix("/") && isPlain) { return text }
        refuse(
            ListenerKeys.pathPrefix,
            "must start with / and not end with it, of letters, digits and - . _ ~, such as /dagster, not \"\(text)\"")
        return nil
    }

    /// Where people reach the server, without a slash at its end; nil: nobody said.
    func publicURL() -> String? {
        guard let text = self[ListenerKeys.publicURL] else { return nil }
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        let rest = ["https://", "http://"].first { url.lowercased().hasPrefix($0) }.map { url.dropFirst($0.count) }
        if let rest, let host = rest.split(separator: "/", omittingEmptySubsequences: false).first, !host.isEmpty,
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !url.contains(where: { "?#<>\"|@".contains($0) })
        {
            return url
        }
        refuse(
            ListenerKeys.publicURL, "must be a URL such as https://assetlog.example.com, without ? and #, not \"\(text)\"")
        return nil
    }

    /// Further names of the server, in lower case.
    func hosts() -> [String] {
        self[ListenerKeys.hosts].compactMap { text in
            if let name = ListenAddress.hostName(text) { return name }
            refuse(
                ListenerKeys.hosts,
                "holds \"\(text)\", which is no host; write assets.example.com or 10.0.0.1, without http:// and *, and"
                    + " other scripts as in xn--bcher-kva.example")
            return nil
        }
    }

    /// The proxies whose forwarded headers are believed.
    func trustedProxies() -> [AddressBlock] {
        self[ListenerKeys.trustedProxies].compactMap { text in
            if let block = AddressBlock(text) { return block }
            refuse(
                ListenerKeys.trustedProxies,
                "contains \"\(text)\", which is not an address or network; write 10.0.0.7, 10.0.0.0/8 or fd00::/8")
            return nil
        }
    }

    /// Whether the connections of these proxies begin with a PROXY header.
    func takesProxyHeaders() -> Bool {
        let takesThem = self[ListenerKeys.proxyProtocol]
        if takesThem, self[ListenerKeys.trustedProxies].isEmpty {
            refuse(
                ListenerKeys.proxyProtocol,
                "needs server.trusted_proxies; list the addresses of the proxies that send the header")
        }
        return takesThem
    }

    /// Names of deployments or organizations; `noun` says of what, with an article.
    func names(_ key: ServerKey<[String]>, noun: String) -> [String] {
        let names = self[key]
        for name in names {
            if let problem = DeploymentName.problem(name, noun: noun) { refuse(key, problem) }
        }
        if Set(names).count != names.count { refuse(key, "names \(noun) twice") }
        return names
    }
}
