import AssetlogCore

/// A configuration that holds together, with where each value came from.
struct ResolvedConfiguration: Sendable {
    var server: ServerConfiguration
    /// Every key that was declared, in the order in which they are shown.
    var values: [EffectiveValue]
    /// Sentences for the operator about what is allowed, but looks wrong.
    var warnings: [String]
    /// Sentences about values of the file that do not count, because a variable says something else.
    var notes: [String]
}

/// Puts the file, the environment and the flags together: flags win over variables, those over the file, that over
/// the variables of packages (`ASSETLOG_DEFAULT_…`), those over the defaults. Pure.
struct ConfigurationResolver {
    private let input: ConfigurationInput
    private let plugins: PluginList
    private var file: WrittenValues = [:]
    private var flags: WrittenValues = [:]
    private let problems = ConfigurationProblems()
    private var warnings: [String] = []

    /// Checks a configuration.
    ///
    /// - Throws: ``ConfigurationErrors`` with every mistake that was found.
    static func resolve(_ input: ConfigurationInput, plugins: PluginList) throws -> ResolvedConfiguration {
        var resolver = ConfigurationResolver(input: input, plugins: plugins)
        do {
            return try resolver.resolve()
        } catch let error as ConfigurationError {
            throw ConfigurationErrors(sentences: [error.description])
        }
    }

    private init(input: ConfigurationInput, plugins: PluginList) {
        var input = input
        // What a variable got from a file or a command often ends in a line end, which nobody means.
        input.environment = input.environment.mapValues(\.withoutFinalLineEnds)
        self.input = input
        self.plugins = plugins
    }

    private mutating func resolve() throws -> ResolvedConfiguration {
        try plugins.validate()
        if let file = input.file {
            self.file = try YAMLReader.read(file.text, name: file.name, directory: file.directory)
        }
        flags = readFlags()

        let names = try exporterNames()
        let exporters = names.map { name in (name: name, plugin: problems.collect { try exporterPlugin(name) } ?? nil) }
        let schema = ConfigurationSchema(plugins: plugins, exporters: exporters)
        for (path, value) in (Array(file) + Array(flags)).sorted(by: { Self.isBefore($0, $1) })
        where !belongsToUnknownExporter(path, exporters) {
            problems.collect { try schema.check(path, value) }
        }
        let environment = try readEnvironment(schema)
        try problems.throwIfAny()

        var merged = packageDefaults(schema).merging(file) { $1 }.merging(environment) { $1 }.merging(flags) { $1 }
            .filter { schema[$0.key] != nil }
        preferDataDirectory(&merged)
        OtherWords.replace(in: &merged)
        let checker = ConfigurationChecker(
            merged: merged, plugins: plugins, workingDirectory: input.workingDirectory, problems: problems)
        let server = try checker.check(exporters: exporters)
        return ResolvedConfiguration(
            server: server, values: effectiveValues(schema, merged), warnings: warnings + Self.advice(server),
            notes: overridden(by: environment))
    }

    // Sorted by line, not by text: assetlog.yaml:9 stands before assetlog.yaml:10.
    private static func isBefore(
        _ left: (key: String, value: WrittenValue), _ right: (key: String, value: WrittenValue)
    ) -> Bool {
        func line(_ value: WrittenValue) -> Int { value.location.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
        return (left.value.level.rawValue, line(left.value), left.key)
            < (right.value.level.rawValue, line(right.value), right.key)
    }

    // MARK: Flags and variables

    private func readFlags() -> WrittenValues {
        let kinds = flagKinds
        let pairs = input.flags.map { flag in
            // Whether the key takes a list is known by its declaration only; an empty text is an empty list there.
            let (isList, isSections) = (kinds[.list]?.contains(flag.key) ?? false, kinds[.sections]?.contains(flag.key) ?? false)
            return (
                flag.key,
                WrittenValue(
                    texts: isList ? Self.list(flag.value) : [flag.value], isList: isList || isSections, level: .flag,
                    location: flag.flag, directory: input.workingDirectory)
            )
        }
        return WrittenValues(pairs, uniquingKeysWith: { $1 })
    }

    /// The keys that flags may set, by their kinds.
    private var flagKinds: [KeyDeclaration.Kind: Set<String>] {
        let exporters = plugins.exporters.flatMap { plugin in
            input.flags.compactMap { $0.key.split(separator: ".").dropFirst().first }
                .map { (name: String($0), plugin: Optional(plugin)) }
        }
        let schema = ConfigurationSchema(plugins: plugins, exporters: exporters)
        return Dictionary(grouping: schema.entries, by: \.key.kind).mapValues { Set($0.map(\.path)) }
    }

    private mutating func readEnvironment(_ schema: ConfigurationSchema) throws -> WrittenValues {
        var values: WrittenValues = [:]
        var known = ConfigurationInput.reservedVariables
        for entry in schema.entries {
            let isFirst = known.insert(entry.variable).inserted
            known.insert(entry.defaultVariable)
            guard let value = variable(entry.variable, entry.key, .environment) else { continue }
            guard isFirst else {
                throw ConfigurationError(
                    entry.path, "shares its variable with another key; use the file", at: entry.variable)
            }
            values[entry.path] = value
        }
        for name in input.environment.keys.sorted() where name.hasPrefix("ASSETLOG_") && !known.contains(name) {
            let hint = Self.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
            warnings.append("The variable \(name) is unknown and ignored\(hint)")
        }
        return values
    }

    private func packageDefaults(_ schema: ConfigurationSchema) -> WrittenValues {
        let pairs = schema.entries.compactMap { entry in
            variable(entry.defaultVariable, entry.key, .builtIn).map { (entry.path, $0) }
        }
        return WrittenValues(pairs, uniquingKeysWith: { first, _ in first })
    }

    // A variable that is set to nothing counts as not set: composed environments are full of them.
    private func variable(_ name: String, _ key: KeyDeclaration, _ level: ConfigurationLevel) -> WrittenValue? {
        guard let text = input.environment[name], !text.isEmpty else { return nil }
        let texts =
            switch key.kind {
            case .list: Self.list(text)
            case .secretList: text.split(whereSeparator: \.isNewline).map(String.init)
            default: [text]
            }
        return WrittenValue(texts: texts, isList: key.kind.isList, level: level, location: name, directory: input.workingDirectory)
    }

    private func overridden(by environment: WrittenValues) -> [String] {
        environment.keys.sorted().compactMap { path in
            guard let variable = environment[path], let written = file[path], flags[path] == nil, written.texts != variable.texts
            else { return nil }
            return "\(variable.location) wins over \(path) at \(written.location)"
        }
    }

    // Without what all of them share, which would make any two of them look alike.
    private static func nearest(to name: String, among known: Set<String>) -> String? {
        let prefix = "ASSETLOG_"
        let names = known.sorted().map { String($0.dropFirst(prefix.count)) }
        return ConfigurationError.nearest(to: String(name.dropFirst(prefix.count)), among: names).map { prefix + $0 }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
    }

    // MARK: Exporters

    private func exporterNames() throws -> [String] {
        var names: Set<String> = []
        for (path, value) in file.merging(flags, uniquingKeysWith: { $1 }) where path.hasPrefix("exporters.") {
            let name = String(path.split(separator: ".", omittingEmptySubsequences: false)[1])
            try Self.checkName(name, at: value.location)
            names.insert(name)
        }
        let variables = Set(names.map { ConfigurationSchema.variable(ServerKeys.exporterTypePath(of: $0)) })
        for (variable, value) in input.environment where variable.hasPrefix("ASSETLOG_EXPORTERS_") && !value.isEmpty {
            guard variable.hasSuffix("_TYPE"), !variables.contains(variable) else { continue }
            let name = variable.dropFirst("ASSETLOG_EXPORTERS_".count).dropLast("_TYPE".count).lowercased()
            guard !name.isEmpty else { continue }
            try Self.checkName(name, at: variable)
            names.insert(name)
        }
        return names.sorted()
    }

    // It becomes the name of a consumer, a part of a variable's name and a word in messages.
    private static func checkName(_ name: String, at location: String) throws {
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        guard !name.isEmpty, name.utf8.count <= 64, isPlain else {
            throw ConfigurationError(
                "exporters.\(name)", "must be named by 1 to 64 letters, digits, - and _", at: location)
        }
    }

    private func exporterPlugin(_ name: String) throws -> ExporterPlugin? {
        let key = ServerKeys.exporterTypePath(of: name)
        let variable = ConfigurationSchema.variable(key)
        let environment = input.environment[variable].flatMap { $0.isEmpty ? nil : ($0, variable) }
        let written =
            flags[key].map { ($0.texts.first ?? "", $0.location) }
            ?? environment ?? file[key].map { ($0.texts.first ?? "", $0.location) }
        guard let (type, location) = written else {
            let location = file.first { $0.key.hasPrefix("exporters.\(name)") }?.value.location
            throw ConfigurationError(
                key, "is missing; this build has: \(plugins.exporters.map(\.name).joined(separator: ", "))", at: location)
        }
        do {
            return try plugins.exporter(named: type, key: key)
        } catch var error as ConfigurationError {
            error.location = location
            throw error
        }
    }

    // Its type is wrong, so nothing is known about its keys; one message about the type is enough.
    private func belongsToUnknownExporter(
        _ path: String, _ exporters: [(name: String, plugin: ExporterPlugin?)]
    ) -> Bool {
        exporters.contains {
            $0.plugin == nil && (path == "exporters.\($0.name)" || path.hasPrefix("exporters.\($0.name)."))
        }
    }

    // MARK: What comes out

    // `--data` is accepted with every storage: `storage.TYPE.path`, the directory of one storage, must not win over it
    // from a weaker level.
    private func preferDataDirectory(_ merged: inout WrittenValues) {
        guard let data = merged[ListenerKeys.data.path] else { return }
        for plugin in plugins.storages where plugin.keys.contains(where: { $0.name == "path" && $0.kind == .path }) {
            let path = "storage.\(plugin.name).path"
            if let given = merged[path], given.level < data.level { merged[path] = nil }
        }
    }

    private func effectiveValues(_ schema: ConfigurationSchema, _ merged: WrittenValues) -> [EffectiveValue] {
        schema.entries.map { entry in
            let given = merged[entry.path]
            let texts = given?.texts ?? entry.key.defaultTexts
            return EffectiveValue(
                path: entry.path, kind: entry.key.kind, texts: texts, level: given?.level ?? .builtIn,
                location: given?.location ?? "default")
        }
    }

    private static func advice(_ server: ServerConfiguration) -> [String] {
        var sentences: [String] = []
        if server.isOpen {
            sentences.append(
                "The server listens on \(server.listen) \(server.openness): anyone who can reach it can read every event"
                    + " and report any. Keep it inside a network that you trust")
        }
        if server.storage.stability == .development {
            sentences.append("The storage \(server.storage.name) is for tests and examples; do not keep data in it")
        }
        return sentences
    }
}
