#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import AssetlogOpenLineage

/// What the configuration says, checked.
struct OpenLineageSettings: Sendable {
    /// Where events go.
    enum Target: Sendable {
        case http(HTTPSettings)
        case file(String)
    }

    let mapping: LineageMapping
    let target: Target

    init(_ configuration: PluginConfiguration) throws {
        mapping = LineageMapping(naming: try Self.naming(configuration), producer: try Self.producer(configuration))
        let url = try configuration[OpenLineageKeys.url]
        let file = try configuration[OpenLineageKeys.file]
        switch (url, file) {
        case (let url?, nil): target = .http(try HTTPSettings(configuration, url: url))
        case (nil, let path?):
            try Self.checkFile(configuration, path)
            target = .file(path)
        case (nil, nil):
            throw configuration.error(OpenLineageKeys.url, "is missing; specify the backend's URL, or file for a file")
        default: throw configuration.error(OpenLineageKeys.file, "can't be given together with url; remove one of them")
        }
    }

    private static func naming(_ configuration: PluginConfiguration) throws -> DatasetNaming {
        let namespace = try configuration[OpenLineageKeys.namespace]
        let rules = try configuration[OpenLineageKeys.namespaces]
        do {
            let template = try NamespaceTemplate(namespace)
            return DatasetNaming(namespace: template, rules: try rules.map { try rule($0, configuration) })
        } catch let error as NamingError {
            throw configuration.error(OpenLineageKeys.namespace, error.problem)
        }
    }

    private static func rule(_ text: String, _ configuration: PluginConfiguration) throws -> NamespaceRule {
        do throws(NamingError) {
            return try NamespaceRule(text)
        } catch {
            throw configuration.error(OpenLineageKeys.namespaces, "contains the rule \"\(text)\", which \(error.problem)")
        }
    }

    private static func producer(_ configuration: PluginConfiguration) throws -> String {
        let producer = try configuration[OpenLineageKeys.producer]
        let scheme = producer.prefix { $0 != ":" }
        guard scheme.utf8.count < producer.utf8.count - 1, scheme.first?.isLetter ?? false, scheme.allSatisfy(isSchemeCharacter),
            producer.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !#"<>"{}|\^`"#.utf8.contains($0) })
        else {
            throw configuration.error(
                OpenLineageKeys.producer, "must be a URI such as https://assets.example.com or urn:example:assets, not \"\(producer)\"")
        }
        return producer
    }

    private static func isSchemeCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "+-.".contains(character))
    }

    private static func checkFile(_ configuration: PluginConfiguration, _ path: String) throws {
        guard !path.hasSuffix("/") else {
            throw configuration.error(OpenLineageKeys.file, "must name a file, not the directory \"\(path)\"")
        }
        let useless: [(any DeclaredKey, Bool)] = [
            (OpenLineageKeys.apiKey, try configuration[OpenLineageKeys.apiKey] != nil),
            (OpenLineageKeys.apiKeyFile, try configuration[OpenLineageKeys.apiKeyFile] != nil),
            (OpenLineageKeys.batch, try configuration[OpenLineageKeys.batch]),
        ]
        if let (key, _) = useless.first(where: \.1) {
            throw configuration.error(key, "is of no use with file; use url, or remove it")
        }
    }
}

/// How a backend is reached.
struct HTTPSettings: Sendable {
    let destination: HTTPDestination
    /// The path of the endpoint, from a slash on.
    let path: String
    let isBatched: Bool
    let isCompressed: Bool
    let key: APIKey

    init(_ configuration: PluginConfiguration, url: Secret) throws {
        destination = try HTTPDestination(configuration, OpenLineageKeys.connection, url: url)
        isBatched = try configuration[OpenLineageKeys.batch]
        let endpoint = try Self.path(configuration)
        path = isBatched && !endpoint.hasSuffix("/batch") ? endpoint + "/batch" : endpoint
        try Self.check(configuration, url, endpoint)
        isCompressed = try configuration[OpenLineageKeys.compression] == .gzip
        guard !isCompressed || OutboundRequest.canCompress else {
            throw configuration.error(
                OpenLineageKeys.compression, "can't be gzip in this build; set it to none, or build with the package trait Gzip")
        }
        key = try APIKey(configuration)
        if isKeyAmbiguous(among: destination.headerNames) {
            throw ConfigurationError(
                "\(configuration.section).headers", "contains Authorization, which the key is sent in; remove one of them")
        }
    }

    /// A sentence about each file that can't be used.
    func problemsOfFiles() -> [String] {
        destination.problemsOfFiles() + [key.problemOfFile()].compactMap { $0 }
    }

    /// Whether the key would be a second value of a header that is among these.
    func isKeyAmbiguous(among names: [String]) -> Bool {
        if case .none = key { return false }
        return names.contains { $0.lowercased() == "authorization" }
    }

    private static func path(_ configuration: PluginConfiguration) throws -> String {
        var path = try configuration[OpenLineageKeys.path]
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !path.contains(where: { "?#".contains($0) }) else {
            throw configuration.error(
                OpenLineageKeys.path, "must be a path such as /api/v1/lineage, without blanks or a query, not \"\(path)\"")
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path == "/" ? "" : path
    }

    // Whoever copies the whole address of the endpoint would send to /api/v1/lineage/api/v1/lineage.
    private static func check(_ configuration: PluginConfiguration, _ url: Secret, _ endpoint: String) throws {
        var base = url.revealed.prefix { $0 != "?" }
        while base.hasSuffix("/") { base.removeLast() }
        guard !endpoint.isEmpty, base.hasSuffix(endpoint) || base.hasSuffix(endpoint + "/batch") else { return }
        throw configuration.error(
            OpenLineageKeys.url, "ends with \(endpoint), which is added to it; leave that out of the URL, or set path to /")
    }
}
#endif
