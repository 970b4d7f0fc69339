import AssetlogCore

/// Writes the effective configuration as YAML, with where each value came from behind it.
enum ConfigurationPrinter {
    /// The text; secrets are redacted. Keys without a value and defaults of plugins not in use are left out.
    static func text(_ resolved: ResolvedConfiguration) -> String {
        var lines: [String] = []
        var open: [Substring] = []
        for value in resolved.values {
            guard let texts = value.texts, isShown(value, resolved.server) else { continue }
            let parts = value.path.split(separator: ".")
            let sections = parts.dropLast()
            let common = zip(open, sections).prefix { $0 == $1 }.count
            for (depth, section) in sections.enumerated() where depth >= common {
                lines.append("\(space(depth))\(section):")
            }
            open = Array(sections)
            let written = written(texts, value.kind)
            lines.append("\(space(sections.count))\(parts.last ?? ""): \(written)  # \(value.location)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func isShown(_ value: EffectiveValue, _ server: ServerConfiguration) -> Bool {
        guard value.path.hasPrefix("storage."), value.path != ServerKeys.storageType.path, value.level == .builtIn else {
            return true
        }
        return value.path.hasPrefix("storage.\(server.storage.name).")
    }

    private static func written(_ texts: [String], _ kind: KeyDeclaration.Kind) -> String {
        switch kind {
        case .secret: "\"<redacted>\""
        case .secretList: "[\(texts.map { _ in "\"<redacted>\"" }.joined(separator: ", "))]"
        case .list: "[\(texts.map(YAMLText.scalar).joined(separator: ", "))]"
        case .sections: texts.count == 1 && texts[0].hasPrefix("[") ? texts[0] : "[\(texts.joined(separator: ", "))]"
        default: YAMLText.scalar(texts.first ?? "")
        }
    }

    private static func space(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
