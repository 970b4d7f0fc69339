import AssetlogCore

/// Where keys of the server stand: in a section, or in a group within it.
struct KeyGroup: Sendable {
    /// The section: `server`.
    let section: String
    /// What comes before the name of each key: `tls.`; empty: nothing.
    var prefix = ""

    /// Declares a key with a default.
    func key<Value>(
        _ name: String, _ kind: ValueKind<Value>, default defaultValue: Value, _ summary: String
    ) -> ServerKey<Value> {
        ServerKey(
            section: section, key: ConfigurationKey(prefix + name, kind, default: defaultValue, summary), fallback: defaultValue)
    }

    /// Declares a key that may be left out.
    func optional<Value>(_ name: String, _ kind: ValueKind<Value>, _ summary: String) -> ServerKey<Value?> {
        ServerKey(section: section, key: .optional(prefix + name, kind, summary), fallback: nil)
    }
}
