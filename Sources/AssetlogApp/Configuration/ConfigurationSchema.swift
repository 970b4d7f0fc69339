import AssetlogCore

/// Every key that a configuration may have, given the plugins of the build and the exporters that it names.
struct ConfigurationSchema: Sendable {
    /// A key with all its sections.
    struct Entry: Sendable {
        var path: String
        var key: KeyDeclaration
        /// The variable that gives it: `ASSETLOG_SERVER_LISTEN`.
        var variable: String { ConfigurationSchema.variable(path) }
        /// The variable by which a package or an image gives the default: `ASSETLOG_DEFAULT_SERVER_DATA`.
        var defaultVariable: String { ConfigurationSchema.variable("default.\(path)") }
    }

    /// The keys, in the order in which they are shown.
    let entries: [Entry]
    private let byPath: [String: KeyDeclaration]

    init(plugins: PluginList, exporters: [(name: String, plugin: ExporterPlugin?)]) {
        var entries = ServerKeys.sections.flatMap { section in Self.entries(section.keys, in: section.name) }
        entries += Self.entries([ServerKeys.storageType.declaration], in: ServerKeys.storageType.section)
        for plugin in plugins.storages { entries += Self.entries(plugin.keys, in: "storage.\(plugin.name)") }
        for (name, plugin) in exporters {
            let shared = ExporterKeys(plugin?.delivery ?? DeliveryDefaults()).declarations
            entries += Self.entries(
                [ServerKeys.exporterType.declaration] + (plugin?.keys ?? []) + shared, in: "exporters.\(name)")
        }
        for plugin in plugins.receivers {
            entries += Self.entries(ReceiverKeys(plugin).declarations + plugin.keys, in: ReceiverKeys.section(plugin))
        }
        self.entries = entries
        byPath = Dictionary(entries.map { ($0.path, $0.key) }, uniquingKeysWith: { first, _ in first })
    }

    private static func entries(_ keys: [KeyDeclaration], in section: String) -> [Entry] {
        keys.map { Entry(path: "\(section).\($0.name)", key: $0) }
    }

    /// The declaration of a key; nil when there is none.
    subscript(path: String) -> KeyDeclaration? { byPath[path] }

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
            throw ConfigurationError(path, "has no value; give it one, or remove it", at: value.location)
        }
        if key.kind != .sections, let location = value.firstSection {
            throw ConfigurationError(path, "takes plain values in its list, not a section", at: location)
        }
        if key.kind == .list || key.kind == .sections, !value.isList {
            throw ConfigurationError(path, "takes a list: [\(value.texts.joined())]", at: value.location)
        }
        if !key.kind.isList, value.isList {
            throw ConfigurationError(path, "takes one value, not a list", at: value.location)
        }
    }

    private func checkSection(_ path: String, _ value: WrittenValue) throws {
        if path == "exporters", !value.isEmpty { throw ConfigurationError(path, Self.exportersForm, at: value.location) }
        let isSection = path == "exporters" || entries.contains { $0.path.hasPrefix("\(path).") }
        if isSection {
            // `storage:` with everything below it commented out says nothing.
            guard !value.isEmpty else { return }
            throw ConfigurationError(
                path, "is a section; its keys go below it, indented\(example(of: path, value))", at: value.location)
        }
        if let entry = entries.first(where: { path.hasPrefix("\($0.path).") }) {
            throw ConfigurationError(entry.path, "takes a value, not a section", at: value.location)
        }
        guard let meant = suggestion(for: path) else {
            throw ConfigurationError.unknownKey(path, among: candidates(for: path), at: value.location)
        }
        throw ConfigurationError(path, "is not a known key; did you mean \(meant)?", at: value.location)
    }

    /// How exporters are written, for those who write something else.
    static let exportersForm =
        "takes names, and no list: below it a name of your choice such as `audit:`, and below that `type: jsonlines` and the"
        + " other keys"

    // `storage: sqlite` and `log: debug` mean the one key that everybody knows.
    private func example(of path: String, _ value: WrittenValue) -> String {
        guard !value.isList, let text = value.texts.first, let name = ["storage": "type", "log": "level"][path] else { return "" }
        return ": `\(name): \(text)`"
    }

    // MARK: What was meant

    /// The key that was meant by a word that other programs use, by one in the wrong section, or by the start of a name.
    private func suggestion(for path: String) -> String? {
        let parts = path.split(separator: ".").map(String.init)
        guard let last = parts.last else { return nil }
        let name = last.replacing("-", with: "_")
        if let synonym = OtherWords.keys[name], self[synonym] != nil, Self.isBelow(synonym, parts.dropLast()) { return synonym }
        let paths = entries.map(\.path)
        return paths.first { Self.isPart(parts.dropLast() + [name], of: $0) }
            ?? paths.first { Self.begins($0, with: parts.dropLast() + [name]) }
    }

    // Whether a key of the same section has a name that begins so: `certif`.
    private static func begins(_ path: String, with parts: [String]) -> Bool {
        let known = path.split(separator: ".").map(String.init)
        guard known.dropLast() == parts.dropLast(), let name = known.last, let start = parts.last else { return false }
        return start.count >= 3 && name.hasPrefix(start)
    }

    private static func isBelow(_ path: String, _ sections: ArraySlice<String>) -> Bool {
        sections.allSatisfy { path.split(separator: ".").map(String.init).contains($0) }
    }

    // Whether a key has these parts, in this order and with others between them; the last is its name.
    private static func isPart(_ parts: [String], of path: String) -> Bool {
        let known = path.split(separator: ".").map(String.init)
        guard known.last == parts.last else { return false }
        var rest = known[...]
        return parts.allSatisfy { part in
            guard let index = rest.firstIndex(of: part) else { return false }
            rest = rest[(index + 1)...]
            return true
        }
    }

    // Sections too, because `sever: 5` is nearer to `server` than to any key.
    private func candidates(for path: String) -> [String] {
        let depth = path.split(separator: ".").count
        let sections = entries.map { $0.path.split(separator: ".").prefix(depth).joined(separator: ".") }
        return entries.map(\.path) + sections
    }
}
