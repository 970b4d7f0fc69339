import AssetlogCore

/// Every key that a configuration may have, given the plugins of the build and the exporters that it names.
struct ConfigurationSchema: Sendable {
    /// A key with all its sections.
    struct Entry: Sendable {
        var path: String
        var key: ConfigurationKey
        /// The variable that gives it: `ASSETLOG_SERVER_LISTEN`.
        var variable: String { ConfigurationSchema.variable(path) }
    }

    /// The keys, in the order in which they are shown.
    let entries: [Entry]
    private let byPath: [String: ConfigurationKey]

    init(plugins: PluginList, exporters: [(name: String, plugin: ExporterPlugin?)]) {
        var entries = ServerKeys.sections.flatMap { section in Self.entries(section.keys, in: section.name) }
        entries += Self.entries([ServerKeys.storageType], in: "storage")
        for plugin in plugins.storages { entries += Self.entries(plugin.keys, in: "storage.\(plugin.name)") }
        for (name, plugin) in exporters {
            entries += Self.entries([ServerKeys.exporterType] + (plugin?.keys ?? []), in: "exporters.\(name)")
        }
        self.entries = entries
        byPath = Dictionary(entries.map { ($0.path, $0.key) }, uniquingKeysWith: { first, _ in first })
    }

    private static func entries(_ keys: [ConfigurationKey], in section: String) -> [Entry] {
        keys.map { Entry(path: "\(section).\($0.name)", key: $0) }
    }

    /// The declaration of a key; nil when there is none.
    subscript(path: String) -> ConfigurationKey? { byPath[path] }

    /// The environment variable of a key.
    static func variable(_ path: String) -> String {
        "ASSETLOG_" + path.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }

    /// Checks that a written value stands where a declared key takes one of its shape.
    ///
    /// - Throws: ``ConfigurationError`` with the nearest right key when there is none.
    func check(_ path: String, _ value: WrittenValue) throws {
        guard let key = self[path] else {
            try checkSection(path, value)
            return
        }
        if value.isEmpty {
            throw ConfigurationError(path, "has no value; give it one, or remove it", at: value.place)
        }
        if key.kind == .list, !value.isList {
            throw ConfigurationError(path, "takes a list: [\(value.texts.joined())]", at: value.place)
        }
        if key.kind != .list, value.isList {
            throw ConfigurationError(path, "takes one value, not a list", at: value.place)
        }
    }

    private func checkSection(_ path: String, _ value: WrittenValue) throws {
        let isSection = path == "exporters" || entries.contains { $0.path.hasPrefix("\(path).") }
        if isSection {
            // `storage:` with everything below it commented out says nothing.
            guard !value.isEmpty else { return }
            throw ConfigurationError(path, "is a section; its keys go below it, indented", at: value.place)
        }
        if let entry = entries.first(where: { path.hasPrefix("\($0.path).") }) {
            throw ConfigurationError(entry.path, "takes a value, not a section", at: value.place)
        }
        throw ConfigurationError.unknownKey(path, among: candidates(for: path), at: value.place)
    }

    // Sections too, because `sever: 5` is nearer to `server` than to any key.
    private func candidates(for path: String) -> [String] {
        let depth = path.split(separator: ".").count
        let sections = entries.map { $0.path.split(separator: ".").prefix(depth).joined(separator: ".") }
        return entries.map(\.path) + sections
    }
}
