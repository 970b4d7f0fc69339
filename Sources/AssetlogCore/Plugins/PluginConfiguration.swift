/// A key that a plugin, or the server, understands in its configuration.
public struct ConfigurationKey: Hashable, Sendable {
    /// What a value of the key may be.
    public enum Kind: Hashable, Sendable {
        /// Any text.
        case text
        /// Text that is never printed: a password, a token.
        case secret
        /// A path; a relative one in a file is taken from that file's folder.
        case path
        /// A whole number.
        case integer
        /// `true` or `false`.
        case boolean
        /// A number of bytes, plain or with `KiB`, `MiB`, `GiB`.
        case bytes
        /// A time span with a unit: `250ms`, `10s`, `5m`, `1h`, `7d`, `2w`; at most a hundred years.
        case duration
        /// One of these words, in capitals or not.
        case choice([String])
        /// Texts; in an environment variable separated by commas.
        case list
    }

    /// The name; nested sections are separated by dots: `tls.certificate`.
    public var name: String
    /// What a value may be.
    public var kind: Kind
    /// The value where none is given, as it is written in a file; nil: there is none.
    public var defaultValue: String?
    /// Whether a value must be given.
    public var isRequired: Bool
    /// One sentence for the sample configuration and the documents.
    public var summary: String

    /// Declares a key.
    public init(
        _ name: String, _ kind: Kind, default defaultValue: String? = nil, required isRequired: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.isRequired = isRequired
        self.summary = summary
    }
}

/// The values that were given to the keys of a plugin, checked against their declaration.
///
/// Reading a key that was not declared is a programming error and stops the process.
public struct PluginConfiguration: Sendable {
    /// The place of these values in the configuration, for messages: `exporters.audit`.
    public let section: String
    /// The folder that holds this server's data (`--data`), as an absolute path.
    public let dataFolder: String
    private let keys: [String: ConfigurationKey]
    private let values: [String: ConfigurationValue]

    /// Checks `values`, as written, against `keys`.
    ///
    /// - Parameters:
    ///   - section: The place of the values in the configuration, for messages.
    ///   - keys: The declared keys.
    ///   - values: The values by key, as text (a list: its elements); absent keys get their default.
    ///   - folder: What relative paths are taken from; an absolute path.
    ///   - dataFolder: The folder that holds this server's data; an absolute path.
    /// - Throws: ``ConfigurationError`` for an unknown key, a missing one, or a value that does not fit.
    public init(
        section: String, keys: [ConfigurationKey], values: [String: [String]], folder: String, dataFolder: String
    ) throws {
        self.section = section
        self.dataFolder = dataFolder
        self.keys = Dictionary(keys.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for name in values.keys.sorted() where self.keys[name] == nil {
            throw ConfigurationError.unknownKey("\(section).\(name)", among: keys.map { "\(section).\($0.name)" })
        }
        var parsed: [String: ConfigurationValue] = [:]
        for key in keys {
            if let given = values[key.name] {
                parsed[key.name] = try ConfigurationValue(given, for: key, in: section, folder: folder)
            } else if let defaultValue = key.defaultValue {
                let list = key.kind == .list && defaultValue.isEmpty ? [] : [defaultValue]
                parsed[key.name] = try ConfigurationValue(list, for: key, in: section, folder: dataFolder)
            } else if key.isRequired {
                throw ConfigurationError("\(section).\(key.name)", "is required but missing: \(key.summary)")
            }
        }
        self.values = parsed
    }

    /// The text, choice or path of a key; nil when it has neither a value nor a default.
    public func string(_ name: String) -> String? {
        guard case .text(let text)? = value(name) else { return nil }
        return text
    }

    /// The text of a key that is required or has a default.
    public func requiredString(_ name: String) -> String {
        guard let text = string(name) else { preconditionFailure("\(name) has neither a value nor a default") }
        return text
    }

    /// The whole number, or number of bytes, of a key that is required or has a default.
    public func integer(_ name: String) -> Int {
        guard case .integer(let number)? = value(name) else { preconditionFailure("\(name) is not an integer") }
        return number
    }

    /// The whole number, or number of bytes, of a key; nil when it has neither a value nor a default.
    public func optionalInteger(_ name: String) -> Int? {
        guard case .integer(let number)? = value(name) else { return nil }
        return number
    }

    /// The truth value of a key; nil when it has neither a value nor a default.
    public func optionalBoolean(_ name: String) -> Bool? {
        guard case .boolean(let flag)? = value(name) else { return nil }
        return flag
    }

    /// The truth value of a key that is required or has a default.
    public func boolean(_ name: String) -> Bool {
        guard case .boolean(let flag)? = value(name) else { preconditionFailure("\(name) is not a boolean") }
        return flag
    }

    /// The time span of a key that is required or has a default.
    public func duration(_ name: String) -> Duration {
        guard case .duration(let span)? = value(name) else { preconditionFailure("\(name) is not a duration") }
        return span
    }

    /// The whole number, or number of bytes, of a key that is required or has a default.
    ///
    /// - Throws: ``ConfigurationError`` when it lies outside of a range.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        let number = integer(name)
        guard range.contains(number) else {
            throw error(name, "must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return number
    }

    /// The texts of a list; empty when it has neither a value nor a default.
    public func list(_ name: String) -> [String] {
        guard case .list(let texts)? = value(name) else { return [] }
        return texts
    }

    /// The secret of a key; nil when it has no value.
    public func secret(_ name: String) -> Secret? {
        guard case .secret(let secret)? = value(name) else { return nil }
        return secret
    }

    /// An error about the value of one of these keys, for checks that a declaration can't express.
    public func error(_ name: String, _ problem: String) -> ConfigurationError {
        ConfigurationError("\(section).\(name)", problem)
    }

    private func value(_ name: String) -> ConfigurationValue? {
        precondition(keys[name] != nil, "the plugin did not declare the key \(name)")
        return values[name]
    }
}

/// A checked value of a configuration key.
public enum ConfigurationValue: Hashable, Sendable {
    /// A text, a choice or an absolute path.
    case text(String)
    /// A text that is never printed.
    case secret(Secret)
    /// A whole number or a number of bytes.
    case integer(Int)
    /// A truth value.
    case boolean(Bool)
    /// A time span.
    case duration(Duration)
    /// Texts.
    case list([String])

    /// Reads a value as it was written.
    ///
    /// - Throws: ``ConfigurationError`` that names the section and the key when it does not fit the declaration.
    public init(_ written: [String], for key: ConfigurationKey, in section: String, folder: String) throws {
        let place = section.isEmpty ? key.name : "\(section).\(key.name)"
        if key.kind == .list {
            self = .list(written)
            return
        }
        guard written.count == 1, let text = written.first else {
            throw ConfigurationError(place, "takes one value, not a list")
        }
        func refuse(_ expected: String) -> ConfigurationError {
            ConfigurationError(place, "must be \(expected), not \"\(text)\"")
        }
        switch key.kind {
        case .text: self = .text(text)
        case .secret: self = .secret(Secret(text.withoutFinalLineEnds))
        case .path:
            guard !text.isEmpty else { throw ConfigurationError(place, "must be a path, not empty") }
            self = .text(Self.absolute(text, from: folder))
        case .integer:
            guard let number = Int(text) else { throw refuse("a whole number") }
            self = .integer(number)
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "on", "1": self = .boolean(true)
            case "false", "no", "off", "0": self = .boolean(false)
            default: throw refuse("true or false")
            }
        case .bytes:
            guard let number = Self.byteCount(text) else { throw refuse("a number of bytes such as 8MiB") }
            self = .integer(number)
        case .duration:
            guard let span = TimeSpan.read(text) else {
                throw refuse("a time span such as 250ms, 10s, 5m, 1h, 7d or 2w, of at most 100y")
            }
            self = .duration(span)
        case .choice(let words):
            guard let word = words.first(where: { $0.lowercased() == text.lowercased() }) else {
                var error = refuse("one of \(words.joined(separator: ", "))")
                if let word = ConfigurationError.nearest(to: text, among: words) { error.problem += "; did you mean \(word)?" }
                throw error
            }
            self = .text(word)
        case .list: self = .list(written)
        }
    }

    private static func absolute(_ path: String, from folder: String) -> String {
        if path.hasPrefix("/") { return path }
        let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        if relative.isEmpty || relative == "." { return folder }
        return folder.hasSuffix("/") ? folder + relative : "\(folder)/\(relative)"
    }

    private static func split(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        return (number, text.dropFirst(digits.count).drop { $0 == " " }.lowercased())
    }

    private static func byteCount(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        let shift: Int
        switch unit {
        case "", "b": shift = 0
        case "k", "kb", "kib": shift = 10
        case "m", "mb", "mib": shift = 20
        case "g", "gb", "gib": shift = 30
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : product
    }
}

/// Text that must not be shown: it prints as `<redacted>` however it is printed.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that needs it.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) {
        revealed = text
    }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// No children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A mistake in the configuration.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key, with its sections: `exporters.audit.path`.
    public var key: String
    /// What is wrong with it, to follow the key in a sentence.
    public var problem: String
    /// Where the key stands: `assetlog.yaml:12`, `ASSETLOG_SERVER_LISTEN`, `--listen`; nil where that is not known.
    public var place: String?

    /// Makes an error about a key.
    public init(_ key: String, _ problem: String, at place: String? = nil) {
        self.key = key
        self.problem = problem
        self.place = place
    }

    /// Makes the error for a key that nobody declared; it names the nearest one that exists.
    public static func unknownKey(_ key: String, among known: [String], at place: String? = nil) -> ConfigurationError {
        let hint = nearest(to: key, among: known).map { "; did you mean \($0)?" } ?? ""
        return ConfigurationError(key, "is not a known key\(hint)", at: place)
    }

    /// Finds the word that is the fewest edits away from `word`, when it is near enough to be a slip of the finger.
    public static func nearest(to word: String, among known: [String]) -> String? {
        WordDistance.nearest(to: word, among: known)
    }

    /// `assetlog.yaml:12: server.lisen is not a known key; did you mean server.listen?`
    public var description: String {
        (place.map { "\($0): " } ?? "") + "\(key) \(problem)"
    }
}
