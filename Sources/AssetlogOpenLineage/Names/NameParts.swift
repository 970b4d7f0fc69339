import AssetlogCore

/// How a name becomes the parts of an asset key.
public struct NameParts: Hashable, Sendable {
    /// Where a name is split.
    public enum Form: Hashable, Sendable {
        /// At each of these characters of ASCII, from a piece on, into so many parts at most.
        case split(at: [UInt8], from: Int, into: Int)
        /// Nowhere.
        case whole
        /// As ``DatasetName/assetKey``, without empty pieces.
        case key
    }

    /// What of a namespace, or which text, is a part.
    public enum Prefix: Hashable, Sendable {
        /// This text.
        case text(String)
        /// What is before the colon.
        case scheme
        /// What is after `//`, without the port and what is before `@`.
        case host
        /// What is after `//`, up to `@` or the port: the name of a bucket or a container.
        case bucket
        /// All of it.
        case namespace
    }

    /// The parts before those of the name.
    public var prefixes: [Prefix]
    /// Where the name is split.
    public var form: Form

    /// Makes parts.
    public init(prefixes: [Prefix] = [], _ form: Form) {
        self.prefixes = prefixes
        self.form = form
    }

    /// The parts of a name; empty: it has none.
    public func parts(of name: DatasetName) -> [String] {
        let parts = pieces(name.name)
        return parts.isEmpty ? [] : prefixes.compactMap { $0.part(of: name.namespace) } + parts
    }

    private func pieces(_ name: String) -> [String] {
        switch form {
        case .whole: return name.isEmpty ? [] : [name]
        case .key: return Self.decoded(name)
        case .split(let characters, let from, let into):
            var pieces: [Substring.UTF8View] = []
            var rest = name.utf8[...]
            while let start = rest.firstIndex(where: { !characters.contains($0) }), pieces.count < from + into - 2 {
                rest = rest[start...]
                let end = rest.firstIndex(where: characters.contains) ?? rest.endIndex
                pieces.append(rest[..<end])
                rest = rest[end...]
            }
            if let start = rest.firstIndex(where: { !characters.contains($0) }) { pieces.append(rest[start...]) }
            return pieces.dropFirst(from - 1).map { String(Substring($0)) }
        }
    }

    // No name of our exporter has empty pieces, and other names have them where they begin with a slash.
    private static func decoded(_ name: String) -> [String] {
        let pieces = name.split(separator: "/").joined(separator: "/")
        return pieces.isEmpty ? [] : DatasetName(namespace: "", name: pieces).assetKey.parts
    }
}

extension NameParts.Prefix {
    /// The part; nil: the namespace has nothing there.
    func part(of namespace: String) -> String? {
        let part: String
        switch self {
        case .text(let text): part = text
        case .scheme: part = NamespaceParts.scheme(namespace)
        case .host: part = NamespaceParts.host(namespace)
        case .bucket: part = NamespaceParts.bucket(namespace)
        case .namespace: part = namespace
        }
        return part.isEmpty ? nil : part
    }
}

/// The pieces of a namespace that is written like a URI.
enum NamespaceParts {
    /// What is before the first colon, in lower case; all of it where there is none.
    static func scheme(_ namespace: String) -> String {
        String(Substring(namespace.utf8.prefix { $0 != UInt8(ascii: ":") })).lowercased()
    }

    static func host(_ namespace: String) -> String {
        let authority = authority(namespace)
        let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[authority.index(after: $0)...] } ?? authority
        return withoutPort(host)
    }

    static func bucket(_ namespace: String) -> String {
        let authority = authority(namespace)
        return withoutPort(authority.prefix { $0 != UInt8(ascii: "@") })
    }

    private static func authority(_ namespace: String) -> Substring.UTF8View {
        guard let start = namespace.firstRange(of: "://") else { return "".utf8[...] }
        return namespace[start.upperBound...].utf8.prefix { $0 != UInt8(ascii: "/") }
    }

    private static func withoutPort(_ host: Substring.UTF8View) -> String {
        guard let colon = host.lastIndex(of: UInt8(ascii: ":")),
            host[host.index(after: colon)...].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return String(Substring(host)) }
        return String(Substring(host[..<colon]))
    }
}

// MARK: Text

extension NameParts {
    /// Reads `[PREFIX +] split CHARACTERS [from N] [into N]`, `[PREFIX +] whole` or `[PREFIX +] key`.
    init(_ words: [Substring]) throws(NamingError) {
        var words = words[...]
        prefixes = []
        if let plus = words.lastIndex(of: "+"), plus > words.startIndex {
            prefixes = try Self.prefixes(words[..<plus].joined(separator: " "))
            words = words[(plus + 1)...]
        }
        switch (words.first, words.count) {
        case ("whole", 1): form = .whole
        case ("key", 1): form = .key
        case ("split", 2...): form = try Self.split(words.dropFirst())
        default:
            throw NamingError(
                "says \"\(words.joined(separator: " "))\" after the arrow; that must be split CHARACTERS, whole, key, symlink TYPE or default"
            )
        }
    }

    private static func split(_ words: ArraySlice<Substring>) throws(NamingError) -> Form {
        let characters: [UInt8] = words.first.map { Array($0.utf8) } ?? []
        guard characters.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw NamingError("must be split at characters of ASCII, such as split . or split ./")
        }
        var (from, into) = (1, maximumParts)
        let options = Array(words.dropFirst())
        for index in stride(from: 0, to: options.count, by: 2) {
            let word = options[index]
            guard word == "from" || word == "into" else {
                throw NamingError("says \"\(word)\" after split; only from and into are known")
            }
            guard index + 1 < options.count, let count = Int(options[index + 1]), count >= 1, count <= maximumParts else {
                throw NamingError("must have a number from 1 to \(maximumParts) after \"\(word)\"")
            }
            if word == "from" { from = count } else { into = count }
        }
        return .split(at: characters, from: from, into: into)
    }

    /// More than any name has.
    static let maximumParts = 10_000

    private static func prefixes(_ text: String) throws(NamingError) -> [Prefix] {
        var prefixes: [Prefix] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            switch part {
            case "{scheme}": prefixes.append(.scheme)
            case "{host}": prefixes.append(.host)
            case "{bucket}": prefixes.append(.bucket)
            case "{namespace}": prefixes.append(.namespace)
            case "": throw NamingError("has an empty part before the plus")
            default:
                guard !part.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
                    throw NamingError(
                        "has \"\(part)\" before the plus; only {scheme}, {host}, {bucket} and {namespace} stand for something")
                }
                prefixes.append(.text(String(part)))
            }
        }
        return prefixes
    }
}
