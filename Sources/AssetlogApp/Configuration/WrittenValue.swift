/// Who gives a value; a later case wins over an earlier one.
enum ConfigurationLevel: Int, Comparable, Sendable {
    case builtIn, file, environment, flag

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A value of the configuration as someone wrote it, and where.
struct WrittenValue: Hashable, Sendable {
    /// The texts: one, or the elements of a list; none for a key without a value.
    var texts: [String]
    /// Whether it was written as a list.
    var isList: Bool
    /// Where the first element of the list stands that is a section, of which the text is that of the section; nil: none is.
    var firstSection: String?
    /// Who gave it.
    var level: ConfigurationLevel
    /// Where it stands: `assetlog.yaml:12`, `ASSETLOG_SERVER_LISTEN`, `--listen`.
    var location: String
    /// What a relative path is taken from; an absolute path.
    var directory: String

    /// Whether the key has nothing behind its colon.
    var isEmpty: Bool { texts.isEmpty && !isList }
}

/// The values of one file, or of the flags, by their key with all its sections: `server.tls.key`.
typealias WrittenValues = [String: WrittenValue]

/// Several mistakes in the configuration, in the order of the locations where they stand.
struct ConfigurationErrors: Error, CustomStringConvertible {
    /// At least one.
    var sentences: [String]

    var description: String { sentences.joined(separator: "\n") }
}
