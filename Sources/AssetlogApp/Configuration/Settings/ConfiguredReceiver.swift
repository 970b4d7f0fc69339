import AssetlogCore

/// A receiver that takes requests, its configuration checked.
struct ConfiguredReceiver: Sendable {
    /// The name of its plugin, and of its section in the configuration.
    var name: String
    var setup: ReceiverSetup
}
