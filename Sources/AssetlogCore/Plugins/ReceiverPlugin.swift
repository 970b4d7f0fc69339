/// A kind of receiver, as a value in the list of plugins. A server has one of each at most.
public struct ReceiverPlugin: Sendable {
    /// Its name, and that of its section in the configuration, `receivers.NAME`: `openlineage`.
    public let name: String
    /// One sentence about it.
    public let summary: String
    /// How much an operator may rely on it.
    public let stability: PluginStability
    /// Whether it takes requests where the configuration does not say (`receivers.NAME.enabled`).
    public let isOnByDefault: Bool
    /// The keys it understands, next to `enabled`.
    public let keys: [KeyDeclaration]
    /// Checks a configuration, purely, and makes the receiver. Throws ``ConfigurationError``.
    public let configure: @Sendable (PluginConfiguration) throws -> ReceiverSetup

    /// Describes a kind of receiver.
    public init(
        name: String, summary: String, stability: PluginStability, isOnByDefault: Bool = true, keys: [any DeclaredKey],
        configure: @escaping @Sendable (PluginConfiguration) throws -> ReceiverSetup
    ) {
        self.name = name
        self.summary = summary
        self.stability = stability
        self.isOnByDefault = isOnByDefault
        self.keys = keys.map(\.declaration)
        self.configure = configure
    }
}

/// A receiver whose configuration was checked.
public struct ReceiverSetup: Sendable {
    /// Where it takes requests.
    public var routes: [ReceiverRoute]
    /// What reads them.
    public var receiver: any Receiver

    /// Makes a setup.
    public init(routes: [ReceiverRoute], receiver: any Receiver) {
        self.routes = routes
        self.receiver = receiver
    }
}
