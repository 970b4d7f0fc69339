import AssetlogAPI
import AssetlogCatalog
import AssetlogCore

/// Turns merged values into a ``ServerConfiguration``, or into sentences about what is wrong with them. Pure.
struct ConfigurationChecker {
    private let merged: WrittenValues
    private let plugins: PluginList
    private let workingDirectory: String
    private let problems: ConfigurationProblems

    init(merged: WrittenValues, plugins: PluginList, workingDirectory: String, problems: ConfigurationProblems) {
        self.merged = merged
        self.plugins = plugins
        self.workingDirectory = workingDirectory
        self.problems = problems
        problems.location = { merged[$0]?.location }
    }

    /// Checks everything.
    ///
    /// - Throws: ``ConfigurationErrors`` with every mistake.
    func check(exporters: [(name: String, plugin: ExporterPlugin?)]) throws -> ServerConfiguration {
        let configuration = makeConfiguration(exporters)
        try problems.throwIfAny()
        guard let configuration else { throw ConfigurationErrors(sentences: ["the configuration has a mistake"]) }
        return configuration
    }

    private func makeConfiguration(
        _ exporters: [(name: String, plugin: ExporterPlugin?)]
    ) -> ServerConfiguration? {
        let (server, log, auth) = (values(of: ServerKeys.server), values(of: ServerKeys.log), values(of: ServerKeys.auth))
        let (deployments, report) = (values(of: ServerKeys.deployments), values(of: ServerKeys.report))
        guard let server, let log, let auth, let deployments, let report, let catalog = values(of: ServerKeys.catalog),
            let ui = values(of: ServerKeys.ui), let retention = values(of: ServerKeys.retention)
        else { return nil }

        let loops = server[ListenerKeys.eventLoops]
        let limits = ServerLimits(server)
        let dataDirectory = server[ListenerKeys.data]
        let storage = makeStorage(dataDirectory)
        checkOtherStorages(than: storage?.name, dataDirectory)
        let kept = CatalogSettings(catalog, dataDirectory: dataDirectory)
        let configured = exporters.compactMap { makeExporter($0.name, $0.plugin, dataDirectory) }
        let receivers = plugins.receivers.compactMap { makeReceiver($0, dataDirectory) }
        checkPaths(of: receivers)
        guard let listen = server.listenAddress(), let prefix = server.pathPrefix(), let storage else { return nil }
        return ServerConfiguration(
            listen: listen, dataDirectory: dataDirectory, eventLoops: loops, shutdownDelay: server[ListenerKeys.shutdownDelay],
            shutdownGrace: server[ListenerKeys.shutdownGrace], allowsInsecure: server[ListenerKeys.allowInsecure],
            hosts: server.hosts(), trustedProxies: server.trustedProxies(), takesProxyHeaders: server.takesProxyHeaders(),
            publicURL: server.publicURL(), tls: TLSSettings(server), limits: limits, log: LogSettings(log),
            auth: AuthSettings(auth, isLoopback: listen.isLoopback),
            organizations: OrganizationSettings(deployments), paths: PathScheme(prefix: prefix, server, deployments, report),
            storage: storage, exporters: configured, receivers: receivers,
            catalog: kept, ui: UISettings(ui, catalog: kept), retention: RetentionSettings(retention, catalog: kept, storage: storage))
    }

    // MARK: Reading

    private func values(of section: ServerSection) -> SectionValues? {
        read(section.name, section.keys, dataDirectory: workingDirectory).map { SectionValues($0, problems: problems) }
    }

    private func read(_ section: String, _ keys: [KeyDeclaration], dataDirectory: String) -> PluginConfiguration? {
        problems.collect {
            try PluginConfiguration(
                section: section, keys: keys, values: values(section, keys), directory: workingDirectory,
                dataDirectory: dataDirectory)
        }
    }

    // Relative paths become absolute here, because each layer takes them from a directory of its own.
    private func values(_ section: String, _ keys: [KeyDeclaration]) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for key in keys {
            guard let written = merged["\(section).\(key.name)"] else { continue }
            values[key.name] = key.kind == .path ? written.texts.map { absolute($0, written.directory) } : written.texts
        }
        return values
    }

    private func absolute(_ path: String, _ directory: String) -> String {
        path.isEmpty || path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }

    // MARK: Plugins

    private func makeStorage(_ dataDirectory: String) -> ConfiguredStorage? {
        let written = merged[ServerKeys.storageType.path]?.texts.first ?? ServerKeys.storageType.fallback
        guard let plugin = problems.collect({ try plugins.storage(named: written) }) else { return nil }
        let section = "storage.\(plugin.name)"
        guard let configuration = read(section, plugin.keys, dataDirectory: dataDirectory),
            let setup = problems.collect({ try plugin.configure(configuration) })
        else { return nil }
        return ConfiguredStorage(name: plugin.name, stability: plugin.stability, setup: setup)
    }

    private func checkOtherStorages(than used: String?, _ dataDirectory: String) {
        for plugin in plugins.storages where plugin.name != used {
            checkUnused(plugin.keys, in: "storage.\(plugin.name)", dataDirectory)
        }
    }

    // A section that is not in use may miss what is required, but what it says must fit.
    private func checkUnused(_ keys: [KeyDeclaration], in section: String, _ dataDirectory: String) {
        for key in keys {
            guard let written = merged["\(section).\(key.name)"] else { continue }
            problems.collect { try ConfigurationValue(written.texts, for: key, in: section, directory: dataDirectory) }
        }
    }

    private func makeExporter(
        _ name: String, _ plugin: ExporterPlugin?, _ dataDirectory: String
    ) -> ConfiguredExporter? {
        guard let plugin else { return nil }
        let keys = ExporterKeys(plugin.delivery)
        guard let configuration = read("exporters.\(name)", plugin.keys + keys.declarations, dataDirectory: dataDirectory)
        else { return nil }
        let delivery = problems.collect { try keys.settings(configuration) }
        guard let setup = problems.collect({ try plugin.configure(configuration) }), let delivery else { return nil }
        return ConfiguredExporter(name: name, type: plugin.name, setup: setup, delivery: delivery)
    }

    private func makeReceiver(_ plugin: ReceiverPlugin, _ dataDirectory: String) -> ConfiguredReceiver? {
        let (keys, section) = (ReceiverKeys(plugin), ReceiverKeys.section(plugin))
        guard let shared = read(section, keys.declarations, dataDirectory: dataDirectory),
            let isEnabled = problems.collect({ try keys.isEnabled(shared) })
        else { return nil }
        guard isEnabled else {
            checkUnused(plugin.keys, in: section, dataDirectory)
            return nil
        }
        guard let configuration = read(section, plugin.keys, dataDirectory: dataDirectory),
            let setup = problems.collect({ try plugin.configure(configuration) })
        else { return nil }
        return ConfiguredReceiver(name: plugin.name, setup: setup)
    }

    private func checkPaths(of receivers: [ConfiguredReceiver]) {
        var owners: [String: String] = [:]
        for receiver in receivers {
            for route in receiver.setup.routes {
                let (path, section) = (route.path, "receivers.\(receiver.name)")
                if let problem = route.serverPathProblem {
                    problems.note(ConfigurationError(section, "takes requests at \(path), which \(problem)"))
                }
                if let owner = owners.updateValue(receiver.name, forKey: path) {
                    problems.note(
                        ConfigurationError(
                            section, "takes requests at \(path), as receivers.\(owner) does; disable one of them (enabled: false)"))
                }
            }
        }
    }
}
