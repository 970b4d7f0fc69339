import AssetlogAccess
import AssetlogCore
import Logging

/// Turns merged values into a ``ServerConfiguration``, or into sentences about what is wrong with them. Pure.
struct ConfigurationChecker {
    private let merged: WrittenValues
    private let plugins: PluginList
    private let workingFolder: String
    private let problems: ConfigurationProblems

    init(merged: WrittenValues, plugins: PluginList, workingFolder: String, problems: ConfigurationProblems) {
        self.merged = merged
        self.plugins = plugins
        self.workingFolder = workingFolder
        self.problems = problems
        problems.place = { merged[$0]?.place }
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
        let sections = ServerKeys.sections.map { section in read(section.name, section.keys, dataFolder: workingFolder)
        }
        guard case let read = sections.compactMap({ $0 }), read.count == sections.count else { return nil }
        let (server, log, auth, deployments, report) = (read[0], read[1], read[2], read[3], read[4])

        let loops = problems.integer("event_loops", of: server, atLeast: 0, atMost: ServerConfiguration.mostEventLoops)
        let limits = ServerLimits(server, problems)
        let dataFolder = server.requiredString("data")
        let storage = makeStorage(dataFolder)
        checkOtherStorages(than: storage?.name, dataFolder)
        let configured = exporters.compactMap { makeExporter($0.name, $0.plugin, dataFolder) }
        guard let listen = listenAddress(server), let prefix = pathPrefix(server), let storage
        else { return nil }
        return ServerConfiguration(
            listen: listen, dataFolder: dataFolder, pathPrefix: prefix, isReadOnly: server.boolean("read_only"),
            eventLoops: loops, shutdownDelay: problems.duration("shutdown_delay", of: server),
            shutdownGrace: problems.duration("shutdown_grace", of: server), allowsInsecure: server.boolean("allow_insecure"),
            hosts: hosts(server), trustedProxies: trustedProxies(server), takesProxyHeaders: takesProxyHeaders(server),
            tls: tlsSettings(server), limits: limits,
            log: LogSettings(
                level: Logger.Level(rawValue: log.requiredString("level")) ?? .info,
                format: LogSettings.Format(rawValue: log.requiredString("format")) ?? .text,
                accessFile: log.string("access"), auditFile: log.string("audit")),
            auth: AuthSettings(
                isRequired: auth.optionalBoolean("required") ?? !listen.isLoopback,
                tokensFile: auth.string("tokens_file"), tokens: inlineTokens(auth)),
            deployments: deploymentSettings(deployments), hasReportExtensions: report.boolean("extensions"), storage: storage,
            exporters: configured)
    }

    // MARK: Reading

    private func read(
        _ section: String, _ keys: [ConfigurationKey], dataFolder: String
    ) -> PluginConfiguration? {
        problems.collect {
            try PluginConfiguration(
                section: section, keys: keys, values: values(section, keys), folder: workingFolder,
                dataFolder: dataFolder)
        }
    }

    // Relative paths become absolute here, because each layer takes them from a folder of its own.
    private func values(_ section: String, _ keys: [ConfigurationKey]) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for key in keys {
            guard let written = merged["\(section).\(key.name)"] else { continue }
            values[key.name] = key.kind == .path ? written.texts.map { absolute($0, written.folder) } : written.texts
        }
        return values
    }

    private func absolute(_ path: String, _ folder: String) -> String {
        path.isEmpty || path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    // MARK: The server's own keys

    private func listenAddress(_ server: PluginConfiguration) -> ListenAddress? {
        let text = server.requiredString("listen")
        if let address = ListenAddress(text) { return address }
        problems.note(
            server.error(
                "listen",
                "must be an address and a port from 0 to 65535, such as 127.0.0.1:3000, [::1]:3000 or, for every address, *:3000,"
                    + " not \"\(text)\""))
        return nil
    }

    private func pathPrefix(_ server: PluginConfiguration) -> String? {
        let text = server.requiredString("path_prefix")
        let segments = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~".contains($0)) }
        }
        if text.isEmpty || (text.hasPrefix("/") && isPlain) { return text }
        problems.note(
            server.error(
                "path_prefix",
                "must start with / and not end with it, of letters, digits and - . _ ~, such as /dagster, not \"\(text)\""
            ))
        return nil
    }

    private func hosts(_ server: PluginConfiguration) -> [String] {
        server.list("hosts").compactMap { text in
            if let name = ListenAddress.hostName(text) { return name }
            problems.note(
                server.error(
                    "hosts",
                    "holds \"\(text)\", which is no host; write assets.example.com or 10.0.0.1, without http:// and *, and"
                        + " other scripts as in xn--bcher-kva.example"))
            return nil
        }
    }

    private func trustedProxies(_ server: PluginConfiguration) -> [AddressBlock] {
        server.list("trusted_proxies").compactMap { text in
            if let block = AddressBlock(text) { return block }
            problems.note(
                server.error(
                    "trusted_proxies",
                    "contains \"\(text)\", which is not an address or network; write 10.0.0.7, 10.0.0.0/8 or fd00::/8"))
            return nil
        }
    }

    private func takesProxyHeaders(_ server: PluginConfiguration) -> Bool {
        let takesThem = server.boolean("proxy_protocol")
        if takesThem, server.list("trusted_proxies").isEmpty {
            problems.note(
                server.error("proxy_protocol", "needs server.trusted_proxies; list the addresses of the proxies that send the header"))
        }
        return takesThem
    }

    private func tlsSettings(_ server: PluginConfiguration) -> TLSSettings? {
        switch (server.string("tls.certificate"), server.string("tls.key")) {
        case (nil, nil): refuseTLSSettingsAlone(server)
        case (let certificate?, let key?):
            if !BuildFeatures.hasTLS {
                problems.note(
                    server.error("tls.certificate", "needs a build with the package trait TLS"))
            }
            return TLSSettings(
                certificate: certificate, key: key, moreCertificates: server.string("tls.more_certificates"),
                clientCertificates: clientCertificates(server), clientAuthorities: server.string("tls.client_ca"),
                minimumVersion: server.requiredString("tls.minimum_version"), ciphers: server.string("tls.ciphers"),
                cipherSuites: server.string("tls.ciphersuites"), groups: server.string("tls.groups"),
                ocspResponse: server.string("tls.ocsp_response"))
        case (_?, nil): problems.note(server.error("tls.key", "is missing; a certificate needs its private key"))
        case (nil, _?):
            problems.note(server.error("tls.certificate", "is missing; a private key needs its certificate"))
        }
        return nil
    }

    // Whoever asks for client certificates and gets plain HTTP would be wrong about who may come in.
    private func refuseTLSSettingsAlone(_ server: PluginConfiguration) {
        let given = ["tls.more_certificates", "tls.client_ca", "tls.ciphers", "tls.ciphersuites", "tls.groups", "tls.ocsp_response"]
            .first { server.string($0) != nil }
        let key = given ?? (server.requiredString("tls.client_certificates") == "none" ? nil : "tls.client_certificates")
        if let key {
            problems.note(server.error(key, "has no effect without server.tls.certificate and server.tls.key; set them too"))
        }
    }

    private func clientCertificates(_ server: PluginConfiguration) -> TLSSettings.ClientCertificates {
        let mode = TLSSettings.ClientCertificates(rawValue: server.requiredString("tls.client_certificates")) ?? .none
        if mode != .none, server.string("tls.client_ca") == nil {
            problems.note(server.error("tls.client_ca", "is missing; client certificates are checked with it"))
        }
        if mode == .none, server.string("tls.client_ca") != nil {
            problems.note(
                server.error("tls.client_ca", "has no effect while tls.client_certificates is none; set that to optional or required"))
        }
        return mode
    }

    private func inlineTokens(_ auth: PluginConfiguration) -> [TokenRecord]? {
        guard let text = auth.secret("tokens") else { return nil }
        let list = TokenListReader.check(text.revealed, file: "auth.tokens")
        for error in list.problems { problems.note(error) }
        return list.records
    }

    private func deploymentSettings(_ section: PluginConfiguration) -> DeploymentSettings {
        let written = section.string("organization_domain")
        let domain = written.flatMap(ListenAddress.hostName)
        let organizations = names("organizations", of: section, noun: "an organization")
        if let written, domain == nil || written.hasPrefix(".") || written.contains(":") {
            problems.note(
                section.error("organization_domain", "must be a domain such as example.com, not \"\(written)\""))
        }
        if written == nil, !organizations.isEmpty {
            problems.note(
                section.error("organizations", "has no effect without organization_domain; set that to your domain"))
        }
        return DeploymentSettings(
            declared: names("declared", of: section, noun: "a deployment"),
            createsOnFirstUse: section.boolean("create_on_first_use"), organizationDomain: domain,
            organizations: organizations.map { $0.lowercased() })
    }

    private func names(_ key: String, of section: PluginConfiguration, noun: String) -> [String] {
        let names = section.list(key)
        for name in names {
            if let problem = DeploymentName.problem(name, noun: noun) { problems.note(section.error(key, problem)) }
        }
        if Set(names).count != names.count { problems.note(section.error(key, "names \(noun) twice")) }
        return names
    }

    // MARK: Plugins

    private func makeStorage(_ dataFolder: String) -> ConfiguredStorage? {
        let written = merged["storage.type"]?.texts.first ?? ServerKeys.storageType.defaultValue ?? ""
        guard let plugin = problems.collect({ try plugins.storage(named: written) }) else { return nil }
        let section = "storage.\(plugin.name)"
        guard let configuration = read(section, plugin.keys, dataFolder: dataFolder),
            let setup = problems.collect({ try plugin.configure(configuration) })
        else { return nil }
        return ConfiguredStorage(name: plugin.name, stability: plugin.stability, setup: setup)
    }

    // A section of a storage that is not in use may miss what is required, but what it says must fit.
    private func checkOtherStorages(than used: String?, _ dataFolder: String) {
        for plugin in plugins.storages where plugin.name != used {
            let section = "storage.\(plugin.name)"
            for key in plugin.keys {
                guard let written = merged["\(section).\(key.name)"] else { continue }
                problems.collect { try ConfigurationValue(written.texts, for: key, in: section, folder: dataFolder) }
            }
        }
    }

    private func makeExporter(
        _ name: String, _ plugin: ExporterPlugin?, _ dataFolder: String
    ) -> ConfiguredExporter? {
        guard let plugin, let configuration = read("exporters.\(name)", plugin.keys, dataFolder: dataFolder),
            let setup = problems.collect({ try plugin.configure(configuration) })
        else { return nil }
        return ConfiguredExporter(name: name, type: plugin.name, setup: setup)
    }
}
