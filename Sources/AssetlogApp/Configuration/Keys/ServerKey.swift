import AssetlogCore

/// A key of the server itself, with the section in which it stands.
struct ServerKey<Value: Sendable>: DeclaredKey {
    /// The section: `server`.
    let section: String
    /// The key within its section.
    let key: ConfigurationKey<Value>
    /// What the check continues with after the value was refused.
    let fallback: Value

    var declaration: KeyDeclaration { key.declaration }
    /// The key with all its sections: `server.tls.key`.
    var path: String { "\(section).\(name)" }
}
