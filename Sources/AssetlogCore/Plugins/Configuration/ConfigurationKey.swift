/// A key that a plugin, or the server, understands in its configuration, with the type of its value.
///
/// A plugin lists its keys, and reads each by the same value that declares it:
///
///     let readers = ConfigurationKey("readers", .integer(in: 1...64), default: 4, "How many connections to use for reads.")
///     …
///     let count = try configuration[readers]
public struct ConfigurationKey<Value: Sendable>: DeclaredKey {
    /// What is known about the key without its Swift type.
    public let declaration: KeyDeclaration
    /// Takes what was given, or nil, which only an optional key accepts.
    let read: @Sendable (ConfigurationValue?) -> Value?

    private init(_ declaration: KeyDeclaration, read: @escaping @Sendable (ConfigurationValue?) -> Value?) {
        self.declaration = declaration
        self.read = read
    }

    /// Declares a key with a default.
    ///
    /// - Parameters:
    ///   - name: The name; nested sections are separated by dots: `tls.certificate`.
    ///   - kind: What a value may be.
    ///   - defaultValue: The value where none is given. A relative path is taken from the directory of the data.
    ///   - summary: One sentence for the sample configuration and the documents.
    public init(_ name: String, _ kind: ValueKind<Value>, default defaultValue: Value, _ summary: String) {
        self.init(
            KeyDeclaration(
                name: name, kind: kind.kind, defaultTexts: kind.write(defaultValue), isRequired: false,
                summary: summary),
            read: { $0.flatMap(kind.read) })
    }

    /// Declares a key that must be given.
    ///
    /// - Parameters:
    ///   - name: The name; nested sections are separated by dots: `tls.certificate`.
    ///   - kind: What a value may be.
    ///   - summary: One sentence for the sample configuration and the documents.
    ///   - example: A value for the sample configuration; it must be one that the plugin takes. Nil: the sample makes one up.
    public static func required(
        _ name: String, _ kind: ValueKind<Value>, _ summary: String, example: String? = nil
    ) -> ConfigurationKey {
        ConfigurationKey(
            KeyDeclaration(name: name, kind: kind.kind, defaultTexts: nil, isRequired: true, summary: summary, example: example),
            read: { $0.flatMap(kind.read) })
    }

    /// Declares a key that may be left out, and is nil then.
    ///
    /// - Parameters:
    ///   - name: The name; nested sections are separated by dots: `tls.certificate`.
    ///   - kind: What a value may be.
    ///   - summary: One sentence for the sample configuration and the documents; it says what happens without a value.
    ///   - example: A value for the sample configuration, which could not be used without one; nil: it shows none.
    public static func optional<Wrapped>(
        _ name: String, _ kind: ValueKind<Wrapped>, _ summary: String, example: String? = nil
    ) -> ConfigurationKey where Value == Wrapped? {
        ConfigurationKey(
            KeyDeclaration(name: name, kind: kind.kind, defaultTexts: nil, isRequired: false, summary: summary, example: example),
            read: { value in
                guard let value else { return .some(nil) }
                return kind.read(value).map(Optional.some)
            })
    }
}
