import AssetlogAccess

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A host and a port: `127.0.0.1:3000`, `[::1]:3000`, `localhost:0`, and `*:3000` for every address.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, without brackets, or `*`.
    var host: String
    /// 0 lets the operating system pick one.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`; an IPv6 address stands in brackets. Nil when it is none.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), port <= 65_535
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        // A name with its root: `localhost.`
        if host.hasSuffix(".") { host.removeLast() }
        guard !host.isEmpty, host == "*" || !host.contains(where: { $0.isWhitespace || "/@[]*".contains($0) }) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether it stands for every address of both families: `*`.
    var isEveryAddress: Bool { host == "*" }

    /// Whether only this machine can reach it. A name other than `localhost` may be anything.
    var isLoopback: Bool {
        host == "localhost" || ClientAddress(host)?.isLoopback == true
    }

    /// What is bound: for every address `::`, whose sockets take IPv4 too, or `0.0.0.0` on a machine without IPv6.
    var bindHost: String {
        guard isEveryAddress else { return host }
        return Self.hasIPv6 ? "::" : "0.0.0.0"
    }

    private static var hasIPv6: Bool {
        let descriptor = socket(AF_INET6, stream, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
        }
    }

    private static var stream: Int32 {
        #if canImport(Glibc)
        Int32(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ListenAddress {
    /// The name of a host in lower case, without the port, the brackets and the final dot that it was written with: what
    /// `Assets.example.com.:3000` and `[fd00::1]:3000` have before their ports. Nil when it is no host.
    static func hostName(_ text: String) -> String? {
        var name = ListenAddress(text)?.host ?? text
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if name.hasSuffix(".") { name.removeLast() }
        let isAddress = ClientAddress(name) != nil
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
        guard isAddress || isPlain, !name.isEmpty, !name.hasPrefix("."), !name.hasSuffix(".") else { return nil }
        return name.lowercased()
    }
}
