import AssetlogCore

/// One event as an item of the page's list.
struct EventView {
    var event: LoggedEvent
    var base: String
    var now: Timestamp

    /// The item.
    var item: HTML {
        let isDefault = event.deployment == ReportRouter.defaultDeployment
        let deployment = isDefault ? "" : "/" + PercentCoding.encode(event.deployment)
        let place: HTML? =
            isDefault ? nil : "<span class=\"fact\">deployment <bdi>\(Self.short(event.deployment))</bdi></span>"
        return """
            <li><span class="kind \(event.kind.name)">\(event.kind.name)</span>
            <a class="key" href="\(base + deployment)/api/v1/events/\(event.id.description)">\(key)</a>
            <span class="facts">\(check)\(partition)\
            \(place)</span>
            <time datetime="\(event.timestamp.description)" title="\(event.timestamp.description)">\(when)</time></li>
            """
    }

    private var key: HTML {
        let parts = event.assetKey.parts.map { part -> HTML in "<bdi>\(Self.short(part))</bdi>" }
        let shown = HTML.joined(parts.prefix(8).enumerated().map { $0 == 0 ? $1 : "<wbr>/\($1)" })
        return parts.count > 8 ? "\(shown)/…" : shown
    }

    private var partition: HTML? {
        event.partition.map { partition in
            partition.isEmpty
                ? "<span class=\"fact\">the empty partition</span>"
                : "<span class=\"fact\">partition <bdi>\(Self.short(partition))</bdi></span>"
        }
    }

    private var check: HTML? {
        guard event.kind == .check else { return nil }
        let name = text(of: "check_name").map { name -> HTML in
            "<span class=\"fact\"><bdi>\(Self.short(name))</bdi></span>"
        }
        let isPassed = DetailMembers.value(of: "passed", in: event.details)?.elementsEqual("true".utf8) ?? false
        let isWarning = text(of: "severity") == "WARN"
        let result: HTML =
            if isPassed {
                "<span class=\"result passed\">passed</span>"
            } else if isWarning {
                "<span class=\"result warned\">failed (warning)</span>"
            } else {
                "<span class=\"result failed\">failed</span>"
            }
        return "\(result)\(name)"
    }

    private func text(of name: String) -> String? {
        guard let json = DetailMembers.value(of: name, in: event.details) else { return nil }
        return CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + json + [UInt8(ascii: "]")])?.first
    }

    /// How long ago it was, in the unit that a person would choose.
    private var when: String {
        let seconds = (now.microseconds - event.timestamp.microseconds) / 1_000_000
        return switch seconds {
        case ..<(-5): "in the future"
        case ..<5: "just now"
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<86_400: "\(seconds / 3600) h ago"
        case ..<172_800: "yesterday"
        case ..<2_592_000: "\(seconds / 86_400) days ago"
        default: String(event.timestamp.description.prefix(10))
        }
    }

    // Parts may have two thousand bytes each; a caller that wants them whole follows the link.
    private static func short(_ text: String) -> String {
        text.unicodeScalars.count > 80 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(79))) + "…" : text
    }
}
