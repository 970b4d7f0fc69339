/// The plugins of a build, listed explicitly.
public struct PluginList: Sendable {
    /// The kinds of storage, in the order in which they are shown.
    public var storages: [StoragePlugin]
    /// The kinds of exporters, in the order in which they are shown.
    public var exporters: [ExporterPlugin]
    /// The kinds of receivers, in the order in which they are shown.
    public var receivers: [ReceiverPlugin]

    /// Makes a list.
    public init(storages: [StoragePlugin] = [], exporters: [ExporterPlugin] = [], receivers: [ReceiverPlugin] = []) {
        self.storages = storages
        self.exporters = exporters
        self.receivers = receivers
    }

    /// The list with another kind of storage at its end.
    public func adding(_ storage: StoragePlugin) -> PluginList {
        PluginList(storages: storages + [storage], exporters: exporters, receivers: receivers)
    }

    /// The list with another kind of exporter at its end.
    public func adding(_ exporter: ExporterPlugin) -> PluginList {
        PluginList(storages: storages, exporters: exporters + [exporter], receivers: receivers)
    }

    /// The list with another kind of receiver at its end.
    public func adding(_ receiver: ReceiverPlugin) -> PluginList {
        PluginList(storages: storages, exporters: exporters, receivers: receivers + [receiver])
    }

    /// Finds the kind of storage that a configuration names.
    ///
    /// - Throws: ``ConfigurationError`` that lists what this build has when there is none, or two, of that name.
    public func storage(named name: String) throws -> StoragePlugin {
        try find(name, in: storages.map { ($0.name, $0) }, key: "storage.type", label: "storage")
    }

    /// Finds the kind of exporter that a configuration names.
    ///
    /// - Throws: ``ConfigurationError`` that lists what this build has when there is none, or two, of that name.
    public func exporter(named name: String, key: String) throws -> ExporterPlugin {
        try find(name, in: exporters.map { ($0.name, $0) }, key: key, label: "exporter")
    }

    /// Checks that no two plugins of a kind have one name.
    ///
    /// - Throws: ``ConfigurationError`` that names the first pair.
    public func validate() throws {
        for (label, names) in [
            ("storages", storages.map(\.name)), ("exporters", exporters.map(\.name)), ("receivers", receivers.map(\.name)),
        ] {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                throw ConfigurationError(
                    "plugins", "hold two \(label) named \"\(name)\"; remove one from the list in main, or rename it")
            }
        }
    }

    private func find<Plugin>(_ name: String, in named: [(String, Plugin)], key: String, label: String) throws -> Plugin {
        try validate()
        if let found = named.first(where: { $0.0 == name }) { return found.1 }
        let names = named.map(\.0)
        let nearest = ConfigurationError.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
        throw ConfigurationError(
            key,
            "is \"\(name)\", an unknown \(label) type; available: \(names.joined(separator: ", ")).\(nearest)"
                + " `assetlog plugins` lists what a package trait would add; you can also build your own"
                + " (Docs/Plugins.md)")
    }
}
