import AssetlogCatalog
import AssetlogCore

/// A page of the list of assets.
struct AssetsView {
    let filters: AssetFilters
    let list: AssetList
    let folders: AssetFolders
    let activity: [AssetKey: [Int]]
    let links: PageLinks
    let times: TimeView

    var html: HTML {
        """
        \(form)
        \(breadcrumb)
        <div id="results">
        \(states)
        \(tree)
        \(table)
        \(next)
        </div>
        """
    }

    private func href(
        state: AssetState?? = nil, prefix: AssetKey?? = nil, order: AssetListQuery.Order? = nil, after: String? = nil
    ) -> String {
        links.assets(filters.parameters(state: state, prefix: prefix, order: order, after: after))
    }

    // MARK: Filters

    private var form: HTML {
        let hidden = filters.parameters().filter { ["prefix", "sort", "state"].contains($0.name) }.compactMap { name, value -> HTML? in
            value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" }
        }
        return """
            <form class="filters" method="get" action="\(links.assets())" role="search" data-search>
            <label class="grow"><span class="label">Search</span>\
            <input type="search" name="q" value="\(filters.text)" maxlength="2000" placeholder="Part of a key" autocomplete="off"></label>
            <label><span class="label">Tag</span>\
            <input type="text" name="tag" value="\(filters.tagText)" maxlength="2000" placeholder="team or team:core" autocomplete="off"></label>
            \(HTML.joined(hidden))<button type="submit">Search</button>
            </form>
            """
    }

    private var states: HTML {
        var items: [HTML] = [tab(nil, "All", list.counts.total)]
        for state in AssetState.allCases where list.counts[state] > 0 || filters.state == state {
            items.append(tab(state, state.badge, list.counts[state]))
        }
        return "<ul class=\"tabs\" aria-label=\"States\">\(HTML.joined(items))</ul>"
    }

    private func tab(_ state: AssetState?, _ title: HTML, _ count: Int) -> HTML {
        let current: HTML? = filters.state == state ? " aria-current=\"true\"" : nil
        return """
            <li><a href="\(href(state: .some(state)))"\(current)>\(title) <span class="count">\(NumberText.grouped(Int64(count)))</span></a></li>
            """
    }

    // MARK: Prefixes

    private var breadcrumb: HTML? {
        guard let prefix = filters.prefix else { return nil }
        let parts = prefix.parts
        let items = parts.indices.map { index -> HTML in
            index == parts.count - 1
                ? "<li aria-current=\"location\">\(HTML.reported(parts[index], limit: 80))</li>"
                : """
                <li><a href="\(href(prefix: .some(AssetKey(Array(parts[...index])))))">\(HTML.reported(parts[index], limit: 80))</a></li>
                """
        }
        return """
            <nav class="breadcrumb" aria-label="Prefix"><ol><li><a href="\(href(prefix: .some(nil)))">All assets</a></li>\
            \(HTML.joined(items))</ol></nav>
            """
    }

    private static let shownFolders = 40

    private var tree: HTML? {
        let shown = folders.folders.filter(\.hasChildren)
        guard !shown.isEmpty else { return nil }
        let items = shown.prefix(Self.shownFolders).map { folder -> HTML in
            let key = AssetKey((filters.prefix?.parts ?? []) + [folder.part])
            return """
                <li><a href="\(href(prefix: .some(key)))"><span class="mark \(folder.worst.name)" title="\(folder.worst.title)">\
                \(folder.worst.mark)</span><span class="hidden-text">\(folder.worst.title): </span> \
                \(HTML.reported(folder.part, limit: 60))/ <span class="count">\(NumberText.grouped(Int64(folder.counts.total)))</span></a></li>
                """
        }
        let more: HTML? =
            shown.count > Self.shownFolders || folders.isCut ? "<li>… and more; search for a part of the key</li>" : nil
        return "<nav class=\"folders\" aria-label=\"Key prefixes\"><ul>\(HTML.joined(items))\(more)</ul></nav>"
    }

    // MARK: Rows

    private var table: HTML {
        guard !list.assets.isEmpty else {
            let clear: HTML? =
                filters.isFiltering || filters.prefix != nil ? " <a href=\"\(links.assets())\">Show all assets</a>" : nil
            return "<p class=\"empty\">No asset matches.\(clear)</p>"
        }
        return """
            <div class="scroll" tabindex="0" role="group" aria-label="Assets"><table class="assets">
            <thead><tr>\(head("Asset", .key, "ascending"))\(head("State", .state, "ascending"))<th scope="col">Since</th>\
            \(materializedHead)<th scope="col">Partitions</th><th scope="col">Checks</th>\
            <th scope="col">Last 48 h</th></tr></thead>
            <tbody>\(HTML.joined(list.assets.map(row)))</tbody></table></div>
            """
    }

    // The column that sorts both ways: what is newest, and what was not updated for longest.
    private var materializedHead: HTML {
        filters.order == .materialization
            ? """
            <th scope="col" aria-sort="descending"><a href="\(href(order: .oldest))">Materialized \
            <span aria-hidden="true">↓</span></a></th>
            """ : head("Materialized", filters.order == .oldest ? .oldest : .materialization, "ascending", link: .materialization)
    }

    private func head(_ title: String, _ order: AssetListQuery.Order, _ direction: String, link: AssetListQuery.Order? = nil) -> HTML {
        let sorted: HTML? = filters.order == order ? " aria-sort=\"\(direction)\"" : nil
        let arrow: HTML? = filters.order == order ? " <span aria-hidden=\"true\">↑</span>" : nil
        return "<th scope=\"col\"\(sorted)><a href=\"\(href(order: link ?? order))\">\(title)\(arrow)</a></th>"
    }

    private func row(_ asset: AssetSummary) -> HTML {
        """
        <tr><th scope="row"><a class="key" href="\(links.asset(asset.assetKey))">\(HTML.key(asset.assetKey))</a></th>
        <td data-label="State">\(asset.state.badge)</td><td data-label="Since">\(times.ago(asset.since))</td>
        <td data-label="Materialized">\(asset.materialization.map { times.ago($0.event.timestamp) } ?? "never")</td>
        <td data-label="Partitions">\(partitions(asset.partitions))</td><td data-label="Checks">\(checks(asset.checks))</td>
        <td data-label="Last 48 h">\(activity[asset.assetKey].map { Sparkline(counts: $0).html })</td></tr>
        """
    }

    private func partitions(_ counts: StateCounts) -> HTML? {
        guard counts.total > 0 else { return nil }
        return """
            <span class="nowrap">\(counts.bar(label: "Partitions")) <span class="small">\(NumberText.grouped(Int64(counts.total)))</span></span>
            """
    }

    private func checks(_ counts: CheckCounts) -> HTML? {
        guard counts.total > 0 else { return nil }
        var parts: [HTML] = []
        if counts.failed > 0 { parts.append("<span class=\"text-check_failed\">\(counts.failed) failed</span>") }
        if counts.warned > 0 { parts.append("<span class=\"text-warned\">\(counts.warned) warning</span>") }
        if counts.passed > 0 { parts.append("<span class=\"text-ok\">\(counts.passed) passed</span>") }
        return HTML.joined(parts.enumerated().map { $0 == 0 ? $1 : ", \($1)" })
    }

    private var next: HTML? {
        let back: HTML? = filters.after == nil ? nil : "<a href=\"\(href())\">First page</a> "
        let next: HTML? = list.next.map { "<a rel=\"next\" href=\"\(href(after: $0))\">Next page</a>" }
        guard back != nil || next != nil else { return nil }
        return "<nav class=\"paging\" aria-label=\"Pages\">\(back)\(next)</nav>"
    }
}

/// The events of two days as small bars.
struct Sparkline {
    let counts: [Int]

    var html: HTML {
        let (most, total) = (counts.max() ?? 0, counts.reduce(0, +))
        guard most > 0 else { return "<span class=\"small\">none</span>" }
        var path = ""
        for (hour, count) in counts.enumerated() where count > 0 {
            // The least activity is still to be seen.
            let height = max(1, (16 * count + most - 1) / most)
            path += "M\(2 * hour + 1) 16v-\(height)"
        }
        return """
            <svg class="spark" viewBox="0 0 \(2 * counts.count) 16" role="img" aria-label="\(HTML.count(total, "event"))">\
            <path d="\(path)"/></svg>
            """
    }
}
