/// A kind of storage, as a value in the list of plugins.
public struct StoragePlugin: Sendable {
    /// What `storage.type` says: `sqlite`.
    public let name: String
    /// One sentence about it.
    public let summary: String
    /// How much an operator may rely on it.
    public let stability: PluginStability
    /// The keys it understands, in the section of its name under `storage`.
    public let keys: [KeyDeclaration]
    /// Which of the keys says where the data is: `path`, `url`. Commands that name two storages set it, as in
    /// `sqlite:./assetlog-data`. Nil: it needs none.
    public let locationKey: String?
    /// Checks a configuration, purely: no file is touched, nothing is opened. Throws ``ConfigurationError``.
    public let configure: @Sendable (PluginConfiguration) throws -> StorageSetup

    /// Describes a kind of storage.
    public init(
        name: String, summary: String, stability: PluginStability, keys: [any DeclaredKey], locationKey: (any DeclaredKey)? = nil,
        configure: @escaping @Sendable (PluginConfiguration) throws -> StorageSetup
    ) {
        self.name = name
        self.summary = summary
        self.stability = stability
        self.keys = keys.map(\.declaration)
        self.locationKey = locationKey?.name
        self.configure = configure
    }
}
