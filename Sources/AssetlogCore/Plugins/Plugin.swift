public import Logging

/// How much an operator may rely on a plugin.
public enum PluginStability: String, Sendable {
    /// Its configuration and its data format stay.
    case stable
    /// It works and is tested; its configuration may still change.
    case beta
    /// It is for tests and examples; do not keep data in it.
    case development
}

/// What a plugin is given when it is opened.
public struct PluginContext: Sendable {
    /// The name of the instance: the storage's type, or the exporter's name in the configuration.
    public var name: String
    /// The logger of the instance.
    public var logger: Logger
    /// Whether the operator accepts that the log has lost events (`assetlog serve --accept-loss`). Otherwise a storage that
    /// notices at its opening that acknowledged events are gone refuses to open.
    public var acceptsLoss: Bool

    /// Makes a context.
    public init(name: String, logger: Logger, acceptsLoss: Bool = false) {
        self.name = name
        self.logger = logger
        self.acceptsLoss = acceptsLoss
    }
}

/// A kind of storage, as a value in the list of plugins.
public struct StoragePlugin: Sendable {
    /// What `storage.type` says: `sqlite`.
    public let name: String
    /// One sentence about it.
    public let summary: String
    /// How much an operator may rely on it.
    public let stability: PluginStability
    /// The keys it understands, in the section of its name under `storage`.
    public let keys: [ConfigurationKey]
    /// Which of the keys says where the data is: `path`, `url`. Commands that name two storages set it, as in
    /// `sqlite:./assetlog-data`. Nil: it needs none.
    public let placeKey: String?
    /// Checks a configuration, purely: no file is touched, nothing is opened. Throws ``ConfigurationError``.
    public let configure: @Sendable (PluginConfiguration) throws -> StorageSetup

    /// Describes a kind of storage.
    public init(
        name: String, summary: String, stability: PluginStability, keys: [ConfigurationKey], placeKey: String? = nil,
        configure: @escaping @Sendable (PluginConfiguration) throws -> StorageSetup
    ) {
        self.name = name
        self.summary = summary
        self.stability = stability
        self.keys = keys
        self.placeKey = placeKey
        self.configure = configure
    }
}

/// A storage whose configuration was checked, and what can be done with it.
public struct StorageSetup: Sendable {
    /// Opens the storage for a server. A storage whose database is away for a moment opens all the same, and says so by
    /// its ``Storage/health()``.
    public var open: @Sendable (PluginContext) async throws -> any Storage
    /// Copies the log and the cursors to a new file while a server may be running; returns a sentence about what was copied.
    /// Nil: the storage has its own tools for that.
    public var backUp: (@Sendable (_ file: String) async throws -> String)?
    /// Reads everything, while a server may be running, and says what is wrong. Nil: not supported.
    public var verify: (@Sendable () async throws -> VerificationReport)?
    /// Opens the log for reading only, while a server may be running. Nil: it is opened as for a server, which a storage of
    /// one server refuses then.
    public var openForReading: (@Sendable () async throws -> any LogReader)?
    /// Opens only the cursors of the consumers, while a server may be running. Nil: not supported.
    public var openConsumers: (@Sendable () async throws -> any ConsumerStore)?
    /// Opens only the tokens, beside a running server or before there is one. Nil: the storage keeps no tokens.
    ///
    /// While its database is away it opens all the same, and the calls throw ``StorageError`` with the code `unavailable`.
    public var openTokens: (@Sendable () async throws -> any TokenStore)?
    /// Looks at the files and folders that the storage needs, without changing them, and returns a sentence about each that
    /// it can't use, as ``PathInspection`` makes them. Nil: it needs none.
    public var inspectFiles: (@Sendable () async -> [String])?

    /// Makes a setup.
    public init(
        open: @escaping @Sendable (PluginContext) async throws -> any Storage,
        backUp: (@Sendable (_ file: String) async throws -> String)? = nil,
        verify: (@Sendable () async throws -> VerificationReport)? = nil,
        openForReading: (@Sendable () async throws -> any LogReader)? = nil,
        openConsumers: (@Sendable () async throws -> any ConsumerStore)? = nil,
        openTokens: (@Sendable () async throws -> any TokenStore)? = nil,
        inspectFiles: (@Sendable () async -> [String])? = nil
    ) {
        self.open = open
        self.backUp = backUp
        self.verify = verify
        self.openForReading = openForReading
        self.openConsumers = openConsumers
        self.openTokens = openTokens
        self.inspectFiles = inspectFiles
    }
}

/// What reading a whole storage has shown.
public struct VerificationReport: Hashable, Sendable {
    /// The number of events that were read.
    public var events: Int64
    /// What is wrong, a sentence each; empty: nothing.
    public var problems: [String]

    /// Makes a report.
    public init(events: Int64, problems: [String]) {
        self.events = events
        self.problems = problems
    }
}

/// A kind of exporter, as a value in the list of plugins.
public struct ExporterPlugin: Sendable {
    /// What `exporters.NAME.type` says: `jsonlines`.
    public let name: String
    /// One sentence about it.
    public let summary: String
    /// How much an operator may rely on it.
    public let stability: PluginStability
    /// The keys it understands beside `type`.
    public let keys: [ConfigurationKey]
    /// Checks a configuration, purely: no file is touched, nothing is opened. Throws ``ConfigurationError``.
    public let configure: @Sendable (PluginConfiguration) throws -> ExporterSetup

    /// Describes a kind of exporter.
    public init(
        name: String, summary: String, stability: PluginStability, keys: [ConfigurationKey],
        configure: @escaping @Sendable (PluginConfiguration) throws -> ExporterSetup
    ) {
        self.name = name
        self.summary = summary
        self.stability = stability
        self.keys = keys
        self.configure = configure
    }
}

/// An exporter whose configuration was checked.
public struct ExporterSetup: Sendable {
    /// Opens the exporter.
    public var open: @Sendable (PluginContext) async throws -> any Exporter
    /// Looks at the files and folders that the exporter needs, without changing them, and returns a sentence about each that
    /// it can't use, as ``PathInspection`` makes them. Nil: it needs none.
    public var inspectFiles: (@Sendable () async -> [String])?

    /// Makes a setup.
    public init(
        open: @escaping @Sendable (PluginContext) async throws -> any Exporter,
        inspectFiles: (@Sendable () async -> [String])? = nil
    ) {
        self.open = open
        self.inspectFiles = inspectFiles
    }
}

/// The plugins of a build, listed explicitly.
public struct PluginList: Sendable {
    /// The kinds of storage, in the order in which they are shown.
    public var storages: [StoragePlugin]
    /// The kinds of exporters, in the order in which they are shown.
    public var exporters: [ExporterPlugin]

    /// Makes a list.
    public init(storages: [StoragePlugin] = [], exporters: [ExporterPlugin] = []) {
        self.storages = storages
        self.exporters = exporters
    }

    /// The list with another kind of storage at its end.
    public func adding(_ storage: StoragePlugin) -> PluginList {
        PluginList(storages: storages + [storage], exporters: exporters)
    }

    /// The list with another kind of exporter at its end.
    public func adding(_ exporter: ExporterPlugin) -> PluginList {
        PluginList(storages: storages, exporters: exporters + [exporter])
    }

    /// Finds the kind of storage that a configuration names.
    ///
    /// - Throws: ``ConfigurationError`` that lists what this build has when there is none, or two, of that name.
    public func storage(named name: String) throws -> StoragePlugin {
        try find(name, in: storages.map { ($0.name, $0) }, key: "storage.type", noun: "storage")
    }

    /// Finds the kind of exporter that a configuration names.
    ///
    /// - Throws: ``ConfigurationError`` that lists what this build has when there is none, or two, of that name.
    public func exporter(named name: String, key: String) throws -> ExporterPlugin {
        try find(name, in: exporters.map { ($0.name, $0) }, key: key, noun: "exporter")
    }

    /// Checks that no two plugins of a kind have one name.
    ///
    /// - Throws: ``ConfigurationError`` that names the first pair.
    public func validate() throws {
        for (noun, names) in [("storages", storages.map(\.name)), ("exporters", exporters.map(\.name))] {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                throw ConfigurationError(
                    "plugins", "hold two \(noun) named \"\(name)\"; remove one from the list in main, or rename it")
            }
        }
    }

    private func find<Plugin>(_ name: String, in named: [(String, Plugin)], key: String, noun: String) throws -> Plugin {
        try validate()
        if let found = named.first(where: { $0.0 == name }) { return found.1 }
        let names = named.map(\.0)
        let nearest = ConfigurationError.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
        throw ConfigurationError(
            key,
            "is \"\(name)\", an unknown \(noun) type; available: \(names.joined(separator: ", ")).\(nearest)"
                + " `assetlog plugins` lists what a package trait would add; you can also build your own"
                + " (Docs/Plugins.md)")
    }
}
