public import AssetlogCore

/// How the names of some datasets become asset keys: `postgres://** -> split .`, `s3://lake named raw/** -> lake + split /`.
///
///     PATTERN [named NAME-PATTERN] -> HOW
///
/// `PATTERN` is one of the namespace and `NAME-PATTERN` one of the name, each split at its slashes. `HOW` is one of
///
///     [PREFIX +] split CHARACTERS [from N] [into N]     the pieces between the characters, without empty ones
///     [PREFIX +] whole                                  one part
///     [PREFIX +] key                                    the pieces between slashes, percent-decoded: names of our exporter
///     symlink TYPE                                      the key of the dataset's other name of this type, if it has one
///     default                                           as without a rule
///
/// `PREFIX` is one part or more with slashes between them; `{scheme}`, `{host}`, `{bucket}` and `{namespace}` stand for what the
/// namespace has there. `from 2` leaves the first piece out, `into 3` keeps what follows the second piece together.
public struct DatasetKeyRule: Hashable, Sendable {
    /// What becomes of a name.
    public enum Action: Hashable, Sendable {
        /// It becomes parts.
        case parts(NameParts)
        /// Another name of this type counts; without one the next rule.
        case symlink(type: String)
        /// As without a rule.
        case standard
    }

    /// The namespaces.
    public var namespaces: PartPattern
    /// The names; nil: all.
    public var names: PartPattern?
    /// What becomes of them.
    public var action: Action

    /// Reads a rule.
    ///
    /// - Throws: ``NamingError``.
    public init(_ text: String) throws(NamingError) {
        guard let arrow = text.ranges(of: " -> ").last else {
            throw NamingError("has no arrow between blanks; write it as postgres://** -> split .")
        }
        var pattern = text[..<arrow.lowerBound]
        if let word = pattern.ranges(of: " named ").last {
            names = try Self.pattern(pattern[word.upperBound...])
            pattern = pattern[..<word.lowerBound]
        }
        namespaces = try Self.pattern(pattern)
        action = try Self.action(text[arrow.upperBound...])
    }

    /// Whether the rule is about a dataset.
    public func matches(_ name: DatasetName) -> Bool {
        guard names?.matches(Self.pieces(name.name)) ?? true else { return false }
        return namespaces.matches(Self.pieces(name.namespace))
    }

    private static func pieces(_ text: String) -> [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
    }

    private static func pattern(_ text: Substring) throws(NamingError) -> PartPattern {
        let text = text.split(separator: " ").joined(separator: " ")
        guard let pattern = PartPattern(text) else {
            throw NamingError("has the pattern \"\(text)\"; one has 1 to 2,048 bytes and at most 62 parts, such as s3://lake/**")
        }
        return pattern
    }

    private static func action(_ text: Substring) throws(NamingError) -> Action {
        let words = text.split(separator: " ")
        switch (words.first, words.count) {
        case ("default", 1): return .standard
        case ("symlink", 2): return .symlink(type: String(words[1]))
        case ("symlink", _): throw NamingError("must name one type of other names after symlink, such as symlink TABLE")
        default: return .parts(try NameParts(words))
        }
    }
}
