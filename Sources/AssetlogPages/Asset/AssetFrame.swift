import AssetlogCatalog
import AssetlogCore

/// What every part of an asset's page has.
struct AssetFrame {
    let query: AssetPageQuery
    let detail: AssetDetail
    let links: PageLinks
    let times: TimeView

    private var summary: AssetSummary { detail.summary }

    /// The page with one of its parts.
    func html(_ content: HTML) -> HTML {
        "\(sentence)\(tabs)\(content)"
    }

    /// An address of the page of this asset.
    func href(_ view: AssetPageQuery.View, _ parameters: [(name: String, value: String?)] = []) -> String {
        links.asset(query.key, [("view", view == .overview ? nil : view.rawValue)] + parameters)
    }

    /// The prefixes of the key.
    var breadcrumb: HTML {
        let parts = query.key.parts
        let items = parts.indices.dropLast().map { index -> HTML in
            let prefix = AssetKey(Array(parts[...index]))
            return "<li><a href=\"\(links.assets([("prefix", prefix.canonical)]))\">\(HTML.reported(parts[index], limit: 80))</a></li>"
        }
        return """
            <nav class="breadcrumb" aria-label="Prefix"><ol><li><a href="\(links.assets())">All assets</a></li>\
            \(HTML.joined(items))</ol></nav>
            """
    }

    // MARK: State

    private var sentence: HTML {
        """
        <p class="lead">\(summary.state.badge) \(explanation) <span class="soft">since \(times.ago(summary.since))</span></p>
        """
    }

    private var explanation: HTML {
        switch summary.state {
        case .failed:
            guard let message = detail.failure?.failureMessage, !message.isEmpty else { return "The latest materialization failed" }
            return "The latest materialization failed: <span class=\"message\">\(HTML.line(message, limit: 300))</span>"
        case .checkFailed: return "\(HTML.count(summary.checks.failed, "check")) \(summary.checks.failed == 1 ? "fails" : "fail")"
        case .running: return "A materialization is running"
        case .warned: return "\(HTML.count(summary.checks.warned, "check")) \(summary.checks.warned == 1 ? "warns" : "warn")"
        case .missing: return "It was never materialized"
        case .ok: return "The latest materialization succeeded"
        }
    }

    // MARK: Tabs

    private var tabs: HTML {
        let titles: [(AssetPageQuery.View, String, Int?)] = [
            (.overview, "Overview", nil), (.events, "Events", detail.counts.values.reduce(0, +)),
            (.plots, "Plots", detail.labels.count), (.partitions, "Partitions", summary.partitions.total),
            (.checks, "Checks", summary.checks.total), (.versions, "Versions", nil),
        ]
        let items = titles.compactMap { view, title, count -> HTML? in
            let isShown = count != 0 && (view != .versions || detail.dataVersion != nil) || view == query.view
            guard isShown else { return nil }
            let current: HTML? = view == query.view ? " aria-current=\"page\"" : nil
            let number: HTML? = count.map { " <span class=\"count\">\(NumberText.grouped(Int64($0)))</span>" }
            return "<li><a href=\"\(href(view))\"\(current)>\(title)\(number)</a></li>"
        }
        return "<nav class=\"tabs-nav\" aria-label=\"Parts of this page\"><ul class=\"tabs\">\(HTML.joined(items))</ul></nav>"
    }
}
