/// The values that were given to the keys of a plugin, checked against their declarations.
public struct PluginConfiguration: Sendable {
    /// The section of these values in the configuration, for messages: `exporters.audit`.
    public let section: String
    /// The directory that holds this server's data (`--data`), as an absolute path.
    public let dataDirectory: String
    private let declarations: [String: KeyDeclaration]
    private let values: [String: ConfigurationValue]

    /// Checks `values`, as written, against `keys`. Ranges are checked when a value is read.
    ///
    /// - Parameters:
    ///   - section: The section of the values in the configuration, for messages.
    ///   - keys: The declared keys.
    ///   - values: The values by key, as text (a list: its elements); absent keys get their default.
    ///   - directory: What relative paths are taken from; an absolute path.
    ///   - dataDirectory: The directory that holds this server's data; an absolute path.
    /// - Throws: ``ConfigurationError`` for an unknown key, a missing one, or a value that is not of the key's kind.
    public init(
        section: String, keys: [any DeclaredKey], values: [String: [String]], directory: String, dataDirectory: String
    ) throws {
        let declarations = keys.map(\.declaration)
        self.section = section
        self.dataDirectory = dataDirectory
        self.declarations = Dictionary(declarations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for name in values.keys.sorted() where self.declarations[name] == nil {
            throw ConfigurationError.unknownKey("\(section).\(name)", among: declarations.map { "\(section).\($0.name)" })
        }
        var checked: [String: ConfigurationValue] = [:]
        for key in declarations {
            if let given = values[key.name] {
                checked[key.name] = try ConfigurationValue(given, for: key, in: section, directory: directory)
            } else if let texts = key.defaultTexts {
                checked[key.name] = try ConfigurationValue(texts, for: key, in: section, directory: dataDirectory)
            } else if key.isRequired {
                throw Self.missing(key, in: section)
            }
        }
        self.values = checked
    }

    /// The value of a key: what was given, or its default.
    ///
    /// - Throws: ``ConfigurationError`` for a value outside the range of the key, and for a key that the plugin reads
    ///   without declaring it.
    public subscript<Value>(key: ConfigurationKey<Value>) -> Value {
        get throws {
            guard declarations[key.name] == key.declaration else {
                throw error(key, "is read without being declared; add it to the keys of the plugin")
            }
            let value = values[key.name]
            if let problem = value?.problem(of: key.declaration.kind) { throw error(key, problem) }
            guard let result = key.read(value) else { throw Self.missing(key.declaration, in: section) }
            return result
        }
    }

    /// An error about the value of one of these keys, for checks that a declaration can't express.
    ///
    /// - Parameter problem: What is wrong, to follow the key in a sentence: `must name a file, not a directory`.
    public func error(_ key: any DeclaredKey, _ problem: String) -> ConfigurationError {
        ConfigurationError("\(section).\(key.name)", problem)
    }

    private static func missing(_ key: KeyDeclaration, in section: String) -> ConfigurationError {
        ConfigurationError("\(section).\(key.name)", "is required but missing: \(key.summary)")
    }
}
