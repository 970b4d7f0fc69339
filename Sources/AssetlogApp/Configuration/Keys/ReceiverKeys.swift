import AssetlogCore

/// The keys that every receiver has, next to those of its plugin.
struct ReceiverKeys: Sendable {
    private let enabled: ConfigurationKey<Bool>

    /// The keys of the receiver of a plugin.
    init(_ plugin: ReceiverPlugin) {
        enabled = ConfigurationKey(
            "enabled", .boolean, default: plugin.isOnByDefault, "Whether the receiver takes requests.")
    }

    /// The section of a receiver in the configuration.
    static func section(_ plugin: ReceiverPlugin) -> String { "receivers.\(plugin.name)" }

    /// The declarations, in the order in which they are shown.
    var declarations: [KeyDeclaration] { [enabled.declaration] }

    /// Whether the receiver takes requests.
    func isEnabled(_ configuration: PluginConfiguration) throws -> Bool { try configuration[enabled] }
}
