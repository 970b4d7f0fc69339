import AssetlogCore

/// Writes a complete configuration file from the declared keys. `##` is prose, `#` is a default that may be changed.
enum ConfigurationSample {
    /// The file's text.
    ///
    /// - Parameter isCommented: Whether the keys stand behind `#`; else they are given their defaults.
    static func text(plugins: PluginList, isCommented: Bool = true) -> String {
        var writer = SampleWriter(isCommented: isCommented)
        writer.lines = [
            "## Configuration of assetlog. Every key is optional; the value after a single # is its default.",
            "## Flags take precedence over ASSETLOG_* variables (ASSETLOG_SERVER_LISTEN), those over this file.",
            "## Relative paths start from the directory of this file. Check it: assetlog check-config --config FILE",
        ]
        writer.section(ServerKeys.server.name, ServerKeys.server.summary, ServerKeys.server.keys)
        writeStorages(plugins, &writer)
        writeExporters(plugins, &writer)
        writeReceivers(plugins, &writer)
        for section in ServerKeys.sections where section.name != ServerKeys.server.name {
            writer.section(section.name, section.summary, section.keys)
        }
        return writer.lines.joined(separator: "\n") + "\n"
    }

    private static func writeStorages(_ plugins: PluginList, _ writer: inout SampleWriter) {
        writer.section(ServerKeys.storageType.section, "Where the log is kept.", [ServerKeys.storageType.declaration])
        for plugin in plugins.storages {
            writer.open(plugin.name, plugin.summary, indent: 1)
            writer.keys(plugin.keys, indent: 2)
        }
    }

    private static func writeReceivers(_ plugins: PluginList, _ writer: inout SampleWriter) {
        guard !plugins.receivers.isEmpty else { return }
        writer.lines += ["", "## What takes the requests of other tools, as these send them.", "receivers:"]
        for plugin in plugins.receivers {
            writer.open(plugin.name, plugin.summary, indent: 1)
            writer.keys(ReceiverKeys(plugin).declarations + plugin.keys, indent: 2)
        }
    }

    // An exporter exists as soon as it is named, so its example always stands behind #.
    private static func writeExporters(_ plugins: PluginList, _ writer: inout SampleWriter) {
        writer.lines += [
            "", "## Other destinations for events: a name of your choice, a type, and that plugin's keys.",
        ]
        var example = SampleWriter(isCommented: false)
        for plugin in plugins.exporters {
            example.open("my_\(plugin.name)", plugin.summary, indent: 1)
            example.lines.append("    type: \(plugin.name)")
            example.keys(plugin.keys, indent: 2)
        }
        if let last = plugins.exporters.last {
            example.lines.append("    ## These keys exist for every exporter.")
            example.keys(ExporterKeys(last.delivery).declarations, indent: 2)
        }
        writer.lines += (["exporters:"] + example.lines).map { line in
            line.contains("##") ? line : "# \(line)"
        }
    }
}

/// Lines of YAML with their explanations.
private struct SampleWriter {
    let isCommented: Bool
    var lines: [String] = []

    init(isCommented: Bool) {
        self.isCommented = isCommented
    }

    mutating func section(_ name: String, _ summary: String, _ keys: [KeyDeclaration]) {
        lines.append("")
        open(name, summary, indent: 0)
        self.keys(keys, indent: 1)
    }

    mutating func open(_ name: String, _ summary: String, indent: Int) {
        lines.append("\(space(indent))## \(summary)")
        lines.append("\(space(indent))\(name):")
    }

    /// Writes keys below each other; `tls.key` goes into a section `tls`.
    mutating func keys(_ keys: [KeyDeclaration], indent: Int) {
        var group: String?
        for key in keys {
            let parts = key.name.split(separator: ".", maxSplits: 1).map(String.init)
            let keyGroup = parts.count == 2 ? parts[0] : nil
            if keyGroup != group, let keyGroup { lines.append("\(space(indent))\(keyGroup):") }
            group = keyGroup
            write(key, name: parts.last ?? key.name, indent: keyGroup == nil ? indent : indent + 1)
        }
    }

    private mutating func write(_ key: KeyDeclaration, name: String, indent: Int) {
        lines.append("\(space(indent))## \(key.summary)\(Self.remark(key))")
        let value = Self.value(key)
        // A key without a default or example can't be given one, so it stays behind # even among given ones.
        let mark = isCommented || (key.defaultTexts == nil && key.example == nil && !key.isRequired) ? "# " : ""
        lines.append("\(space(indent))\(mark)\(name):\(value.isEmpty ? "" : " ")\(value)")
    }

    private static func remark(_ key: KeyDeclaration) -> String {
        switch key.kind {
        case .choice(let words): " One of \(words.joined(separator: ", "))."
        case _ where key.isRequired: " Required."
        default: ""
        }
    }

    private static func value(_ key: KeyDeclaration) -> String {
        guard let text = key.shownDefault else { return placeholder(key) }
        switch key.kind {
        case .list, .secretList, .sections: return "[\(text)]"
        case .path where key != ListenerKeys.data.declaration: return inDataDirectory(text)
        default: return YAMLText.scalar(text)
        }
    }

    private static func placeholder(_ key: KeyDeclaration) -> String {
        if let example = key.example { return YAMLText.scalar(example) }
        return switch key.kind {
        case .path where key.isRequired: "./\(key.name)"
        case .text where key.isRequired, .secret where key.isRequired: "\(key.name)"
        default: ""
        }
    }

    // A plugin's default path is taken from the data directory, a written one from the file's directory.
    private static func inDataDirectory(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return relative == "." || relative.isEmpty ? "./assetlog-data" : "./assetlog-data/\(relative)"
    }

    private func space(_ indent: Int) -> String { String(repeating: "  ", count: indent) }
}

/// Text as a plain or quoted value of YAML.
enum YAMLText {
    static func scalar(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-._/:+".unicodeScalars.contains(scalar))
            }
        let isSafe =
            isPlain && !text.hasPrefix("-") && !text.hasPrefix(":") && !text.hasSuffix(":")
            && !["null", "true", "false"].contains(text.lowercased())
        if isSafe || text == "true" || text == "false" { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                quoted += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
