/// A kind of exporter, as a value in the list of plugins.
public struct ExporterPlugin: Sendable {
    /// What `exporters.NAME.type` says: `jsonlines`.
    public let name: String
    /// One sentence about it.
    public let summary: String
    /// How much an operator may rely on it.
    public let stability: PluginStability
    /// The keys it understands, next to those of every exporter: `type`, `start`, `filter`, `batch_size`, `batch_bytes`,
    /// `concurrency` and `maximum_attempts`.
    public let keys: [KeyDeclaration]
    /// How events are handed to its exporters, where their configuration does not say.
    public let delivery: DeliveryDefaults
    /// Checks a configuration, purely: no file is touched, nothing is opened. Throws ``ConfigurationError``.
    public let configure: @Sendable (PluginConfiguration) throws -> ExporterSetup

    /// Describes a kind of exporter.
    public init(
        name: String, summary: String, stability: PluginStability, keys: [any DeclaredKey],
        delivery: DeliveryDefaults = DeliveryDefaults(),
        configure: @escaping @Sendable (PluginConfiguration) throws -> ExporterSetup
    ) {
        self.name = name
        self.summary = summary
        self.stability = stability
        self.keys = keys.map(\.declaration)
        self.delivery = delivery
        self.configure = configure
    }
}
