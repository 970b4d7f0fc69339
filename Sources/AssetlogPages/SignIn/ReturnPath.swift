import AssetlogCore

/// Where a person goes after signing in: a path of this server, and of no other, whatever a link says.
struct ReturnPath: Hashable, Sendable {
    private static let longest = 2048
    // A form can't be a destination.
    private static let excluded: Set = ["sign-in", "sign-out"]

    /// The path with its query, as it stands in a URL.
    let text: String

    /// Takes a path that begins with the prefix of this server and one slash; nil for anything else.
    init?(_ text: String, base: String) {
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy(Self.isPlain), text.hasPrefix(base + "/") else { return nil }
        let rest = text.dropFirst(base.count)
        let segments = rest.prefix { $0 != "?" && $0 != "#" }.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        // `//other.example` names another server, and dots lead out of the prefix, whether they are encoded or not.
        guard !rest.hasPrefix("//"), !segments.contains(where: Self.isDots), !Self.excluded.contains(String(segments.first ?? ""))
        else { return nil }
        self.text = text
    }

    // No control characters and blanks, which browsers drop, and no backslash, which they take for a slash.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\")
    }

    private static func isDots(_ segment: Substring) -> Bool {
        [".", ".."].contains(PercentCoding.decode(segment))
    }

    /// The path of the form for signing in, which leads back here.
    func signIn(base: String) -> String { "\(base)/sign-in?next=\(PercentCoding.encode(text))" }
}
