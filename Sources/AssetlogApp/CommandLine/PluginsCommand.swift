import ArgumentParser
import AssetlogCore

/// `assetlog plugins`
struct PluginsCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins", abstract: "List the storages, exporters and receivers of this build, with their keys.")

    func run(in context: CommandContext) throws {
        try context.plugins.validate()
        context.write(Self.text(context.plugins, features: BuildFeatures.all))
    }

    /// The list, as it is printed.
    static func text(_ plugins: PluginList, features: [BuildFeatures.Feature]) -> String {
        var lines = ["Storages (storage.type):"]
        for plugin in plugins.storages {
            lines += entry(plugin.name, plugin.summary, plugin.stability, "storage.\(plugin.name)", plugin.keys)
        }
        lines += ["", "Exporters (exporters.NAME.type):"]
        for plugin in plugins.exporters {
            lines += entry(plugin.name, plugin.summary, plugin.stability, "exporters.NAME", plugin.keys)
        }
        if plugins.exporters.isEmpty {
            lines.append("  none")
        } else {
            lines.append("  every exporter, with the defaults of most:")
            lines += keys("exporters.NAME", ExporterKeys(DeliveryDefaults()).declarations)
        }
        lines += ["", "Receivers (receivers.NAME):"]
        for plugin in plugins.receivers {
            lines += entry(
                plugin.name, plugin.summary, plugin.stability, ReceiverKeys.section(plugin),
                ReceiverKeys(plugin).declarations + plugin.keys)
        }
        if plugins.receivers.isEmpty { lines.append("  none") }
        let missing = features.filter { !$0.isCompiledIn }
        if !missing.isEmpty {
            lines += ["", "Not in this build; add the package trait and build again:"]
            lines += missing.map { "  \($0.name): \($0.summary)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entry(
        _ name: String, _ summary: String, _ stability: PluginStability, _ section: String, _ keys: [KeyDeclaration]
    ) -> [String] {
        ["  \(name) (\(stability.rawValue)): \(summary)"] + self.keys(section, keys)
    }

    private static func keys(_ section: String, _ keys: [KeyDeclaration]) -> [String] {
        keys.map { key in
            let remark = key.shownDefault.map { " [\($0)]" } ?? (key.isRequired ? " (required)" : "")
            return "      \(section).\(key.name)\(remark): \(key.summary)"
        }
    }
}
