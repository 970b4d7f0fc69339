import AssetlogCore

/// A value with the location that it came from, for `assetlog config print`.
struct EffectiveValue: Hashable, Sendable {
    var path: String
    var kind: KeyDeclaration.Kind
    /// As written; nil: it has neither a value nor a default.
    var texts: [String]?
    var level: ConfigurationLevel
    var location: String
}
