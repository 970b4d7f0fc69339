import NIOHTTP1

/// Why a request does not say plainly which host and path it means.
struct RequestTargetError: Error {
    var message: String
}

/// Which host and path a request means (RFC 9112, section 3.2).
enum RequestTarget {
    /// Checks the Host of a request. A target in absolute form becomes a path, and the host in it the Host, whatever the
    /// Host was.
    static func normalize(_ head: inout HTTPRequestHead) throws(RequestTargetError) {
        try checkHost(head)
        guard head.method != .CONNECT, !head.uri.utf8.starts(with: "/".utf8), head.uri != "*" else { return }
        let (host, path) = try split(head.uri)
        head.uri = path
        head.headers.replaceOrAdd(name: "Host", value: host)
    }

    private static func checkHost(_ head: HTTPRequestHead) throws(RequestTargetError) {
        let hosts = head.headers["host"]
        guard hosts.count <= 1 else {
            throw RequestTargetError(message: "The header Host is there \(hosts.count) times; send it once.")
        }
        guard let host = hosts.first else {
            guard head.version.isBeforeHTTP11 else {
                throw RequestTargetError(message: "The header Host is missing; HTTP/1.1 needs it.")
            }
            return
        }
        guard isHost(host) else {
            throw RequestTargetError(message: "The header Host is not a host name or address with an optional port.")
        }
    }

    /// The host and the path of `http://host/path`.
    private static func split(_ target: String) throws(RequestTargetError) -> (host: String, path: String) {
        guard let colon = target.firstIndex(of: ":"), ["http", "https"].contains(target[..<colon].lowercased()),
            target[colon...].hasPrefix("://")
        else {
            throw RequestTargetError(message: "The request target is neither a path nor an address of http or https.")
        }
        let authority = target[colon...].dropFirst(3)
        let host = authority.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.isEmpty, isHost(String(host)) else {
            throw RequestTargetError(message: "The request target has no host name or address with an optional port.")
        }
        let path = authority[host.endIndex...]
        return (String(host), path.hasPrefix("/") ? String(path) : "/\(path)")
    }

    private static func isHost(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes(HostField.isValid)
    }
}

extension HTTPVersion {
    /// Whether a message has no `100 Continue` and may lack a Host.
    var isBeforeHTTP11: Bool { major < 1 || (major == 1 && minor == 0) }
}
