/// The address of a server: scheme, host, port and path prefix. It holds no credentials, so it may be shown.
public struct ServerURL: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    public let description: String

    /// Reads `http://host:port/prefix`.
    ///
    /// - Throws: ``ClientError`` when it is anything else.
    public init(_ text: String) throws {
        func refuse(_ problem: String) -> ClientError {
            ClientError(.invalid, "the server's URL \(problem); write it as https://assetlog.example.com or http://localhost:3000/prefix")
        }
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw refuse("starts with neither http:// nor https://")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw refuse("contains a character that a URL can't have") }
        guard !text.contains("?"), !text.contains("#") else { throw refuse("has a query or a fragment") }
        var rest = text.dropFirst(scheme.count)
        guard !rest.prefix(while: { $0 != "/" }).contains("@") else {
            throw refuse("contains a user name, which would be visible in messages and in the spool")
        }
        while rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.isEmpty, !rest.hasPrefix("/"), !rest.hasPrefix(":") else { throw refuse("names no host") }
        let authority = rest.prefix { $0 != "/" }
        guard Self.hasPort(authority) else { throw refuse("has an invalid host or port") }
        description = scheme + authority.lowercased() + rest.dropFirst(authority.count)
    }

    /// Whether what follows the host is a port, or nothing.
    private static func hasPort(_ authority: Substring) -> Bool {
        var rest = authority
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            rest = authority[authority.index(after: end)...]
        } else {
            rest = authority.drop { $0 != ":" }
        }
        guard !rest.isEmpty else { return true }
        let digits = rest.dropFirst()
        return rest.first == ":" && digits.allSatisfy { $0.isASCII && $0.isNumber }
            && (digits.isEmpty || (1...65_535).contains(Int(digits) ?? 0))
    }
}
