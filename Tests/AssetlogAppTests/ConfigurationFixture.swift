import AssetlogCore

@testable import AssetlogApp

/// Resolves configurations that are written down in a test; nothing is read from the disk.
enum ConfigurationFixture {
    private enum Mode: String, CaseIterable { case off, full }

    private static let pages = ConfigurationKey("pages", .integer, default: 4000, "A number.")

    /// A storage and an exporter with a key of every kind, next to the memory storage's namesake.
    static let plugins = PluginList(
        storages: [
            StoragePlugin(
                name: "sqlite", summary: "A folder.", stability: .beta,
                keys: [ConfigurationKey.optional("path", .path, "The folder."), pages],
                configure: { configuration in
                    if try configuration[pages] < 100 { throw configuration.error(pages, "must be at least 100") }
                    return StorageSetup(open: { _ in throw StorageError(.unavailable, "it is only a fixture") })
                }),
            StoragePlugin(
                name: "remote", summary: "A server.", stability: .beta,
                keys: [
                    ConfigurationKey.required("url", .secret, "Where it is."),
                    ConfigurationKey("tls.mode", .choice(Mode.self), default: .full, "How it is secured."),
                ],
                configure: { _ in StorageSetup(open: { _ in throw StorageError(.unavailable, "it is only a fixture") })
                }),
        ],
        exporters: [
            ExporterPlugin(
                name: "lines", summary: "A file.", stability: .beta,
                keys: [
                    ConfigurationKey.required("path", .path, "The file."),
                    ConfigurationKey("size", .bytes, default: 64 << 20, "Its size."),
                    ConfigurationKey("age", .duration, default: .seconds(7 * 86_400), "Its age."),
                    ConfigurationKey("kinds", .list, default: [], "What it takes."),
                ],
                configure: { _ in ExporterSetup(open: { _ in throw ExportError("it is only a fixture") }) })
        ])

    static func resolve(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:],
        plugins: PluginList = plugins
    ) throws -> ResolvedConfiguration {
        var input = ConfigurationInput(environment: environment, workingDirectory: "/work")
        input.file = yaml.map { ConfigurationInput.File(name: "assetlog.yaml", directory: "/etc/assetlog", text: $0) }
        input.flags = flags.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value, flag: "--set") }
        return try ConfigurationResolver.resolve(input, plugins: plugins)
    }

    /// The sentences about what is wrong; empty: nothing is.
    static func mistakes(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:],
        plugins: PluginList = plugins
    ) -> [String] {
        do {
            _ = try resolve(yaml, environment: environment, flags: flags, plugins: plugins)
            return []
        } catch let errors as ConfigurationErrors {
            return errors.sentences
        } catch {
            return ["\(error)"]
        }
    }
}
