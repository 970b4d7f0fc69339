/// What is known about a key without its Swift type: what lists, messages and sample files are made from.
public struct KeyDeclaration: Hashable, Sendable {
    /// What a value of the key may be.
    public enum Kind: Hashable, Sendable {
        /// Any text.
        case text
        /// Text that is never printed: a password, a token.
        case secret
        /// A path; a relative one in a file is taken from that file's directory.
        case path
        /// A whole number within a range.
        case integer(ClosedRange<Int>)
        /// `true` or `false`.
        case boolean
        /// A number of bytes within a range, plain or with `KiB`, `MiB`, `GiB`.
        case bytes(ClosedRange<Int>)
        /// A time span within a range, with a unit: `250ms`, `10s`, `5m`, `1h`, `7d`, `2w`; at most a hundred years.
        case duration(ClosedRange<Duration>)
        /// One of these words, in capitals or not.
        case choice([String])
        /// Texts; in an environment variable separated by commas.
        case list
        /// Texts that are never printed; a single one needs no list. In an environment variable they stand on lines of their own.
        case secretList
        /// Sections in a list, each given as a text of YAML. In an environment variable they are one text.
        case sections

        /// Whether it is never printed.
        public var isSecret: Bool { self == .secret || self == .secretList }

        /// Whether the value is a list.
        package var isList: Bool { [.list, .secretList, .sections].contains(self) }
    }

    /// The name; nested sections are separated by dots: `tls.certificate`.
    public let name: String
    /// What a value may be.
    public let kind: Kind
    /// The value where none is given, as it is written in a file: one text, or the elements of a list. Nil: there is none.
    public let defaultTexts: [String]?
    /// Whether a value must be given.
    public let isRequired: Bool
    /// A value that a sample configuration shows where there is no default: without it, the sample could not be used.
    public let example: String?
    /// One sentence for the sample configuration and the documents.
    public let summary: String

    init(name: String, kind: Kind, defaultTexts: [String]?, isRequired: Bool, summary: String, example: String? = nil) {
        self.name = name
        self.kind = kind
        self.defaultTexts = defaultTexts
        self.isRequired = isRequired
        self.summary = summary
        self.example = example
    }

    /// The default as it is shown: the elements of a list with commas between them, and never a secret.
    public var shownDefault: String? {
        defaultTexts.map { texts in
            kind.isSecret ? texts.map { _ in Secret("").description }.joined(separator: ", ") : texts.joined(separator: ", ")
        }
    }
}
