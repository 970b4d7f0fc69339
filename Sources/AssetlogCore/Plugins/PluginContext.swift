public import Logging

/// What a plugin is given when it is opened.
public struct PluginContext: Sendable {
    /// The name of the instance: the storage's type, or the exporter's name in the configuration.
    public var name: String
    /// The logger of the instance.
    public var logger: Logger
    /// Whether the operator accepts that the log has lost events (`assetlog serve --accept-loss`). Otherwise a storage that
    /// notices at its opening that acknowledged events are gone refuses to open.
    public var acceptsLoss: Bool
    /// Where people reach this server (`server.public_url`), without a slash at its end; nil: nobody said.
    public var publicURL: String?

    /// Makes a context.
    public init(name: String, logger: Logger, acceptsLoss: Bool = false, publicURL: String? = nil) {
        self.name = name
        self.logger = logger
        self.acceptsLoss = acceptsLoss
        self.publicURL = publicURL
    }
}
