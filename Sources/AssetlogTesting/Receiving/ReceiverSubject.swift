public import AssetlogCore

/// A receiver that is put to the test: how it is made, and messages that it takes.
public struct ReceiverSubject: Sendable {
    /// Messages of the receiver's protocol, in the order in which they come; each becomes at least one event. Have one of each
    /// kind, at each route, in each form that a route takes.
    public var samples: [ReceivedElement]
    /// Makes an instance that is independent of all others.
    public var make: @Sendable () throws -> ReceiverSetup

    /// Describes a receiver.
    public init(samples: [ReceivedElement], make: @escaping @Sendable () throws -> ReceiverSetup) {
        self.samples = samples
        self.make = make
    }

    /// Describes the receiver of a plugin.
    ///
    /// - Parameters:
    ///   - plugin: The plugin.
    ///   - values: The values of its keys, as they are written; a list: its elements.
    ///   - samples: Messages that it takes with these values; see ``samples``.
    public init(_ plugin: ReceiverPlugin, values: [String: [String]] = [:], samples: [ReceivedElement]) {
        self.init(samples: samples) {
            try plugin.configure(
                PluginConfiguration(
                    section: "receivers.\(plugin.name)", keys: plugin.keys, values: values, directory: "/", dataDirectory: "/"))
        }
    }
}
