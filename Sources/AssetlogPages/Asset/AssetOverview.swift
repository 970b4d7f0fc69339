import AssetlogAPI
import AssetlogCatalog
import AssetlogCore

/// The first part of an asset's page.
struct AssetOverview {
    let frame: AssetFrame
    let found: AssetReader.Overview
    let report: FirstReport

    private var detail: AssetDetail { frame.detail }
    private var times: TimeView { frame.times }
    private var links: PageLinks { frame.links }

    var html: HTML {
        """
        <div class="columns">\(facts)\(latest)</div>
        \(checks)
        \(plots)
        \(partitions)
        \(lineage)
        \(timeline)
        \(reporting)
        """
    }

    // MARK: Facts

    private var facts: HTML {
        var rows: [HTML] = []
        if let description = detail.description {
            rows.append("<div><dt>Description</dt><dd>\(HTML.reported(description, limit: 2000))</dd></div>")
        }
        if let version = detail.dataVersion {
            rows.append(
                """
                <div><dt>Data version</dt><dd><code>\(HTML.reported(version.value, limit: 80))</code> \
                <span class="soft">since \(times.ago(version.since))</span></dd></div>
                """)
        }
        rows.append("<div><dt>Last event</dt><dd>\(times.ago(detail.summary.lastSeen))</dd></div>")
        rows.append("<div><dt>First event</dt><dd>\(times.ago(detail.firstSeen))</dd></div>")
        if let tags = tags { rows.append("<div><dt>Tags</dt><dd>\(tags)</dd></div>") }
        return """
            <section aria-labelledby="facts"><h2 id="facts">About</h2><dl class="facts-list">\(HTML.joined(rows))</dl>\
            \(counts)</section>
            """
    }

    private var counts: HTML {
        let items = EventKind.allCases.compactMap { kind -> HTML? in
            guard let count = detail.counts[kind], count > 0 else { return nil }
            return """
                <li><a href="\(frame.href(.events, [("kind", kind.name)]))">\(NumberText.grouped(Int64(count))) \(kind.noun(count))</a></li>
                """
        }
        return "<ul class=\"counts\">\(HTML.joined(items))</ul>"
    }

    private var tags: HTML? {
        var items: [HTML] = []
        detail.summary.tags.withUnsafeBytes { bytes in
            var members = DetailMembers(bytes)
            while let (name, value) = members.next(), items.count < 50 {
                let texts = [UInt8(ascii: "["), UInt8(ascii: "\"")] + name + [UInt8(ascii: "\""), UInt8(ascii: ",")] + value
                guard let pair = CanonicalJSON.strings(inArray: texts + [UInt8(ascii: "]")]), pair.count == 2 else { continue }
                let href = links.assets([("tag", "\(pair[0]):\(pair[1])")])
                let title = pair[1].isEmpty ? pair[0] : "\(pair[0]): \(pair[1])"
                items.append("<li><a class=\"tag\" href=\"\(href)\">\(HTML.reported(title, limit: 80))</a></li>")
            }
        }
        return items.isEmpty ? nil : "<ul class=\"tag-list\">\(HTML.joined(items))</ul>"
    }

    // MARK: Latest materialization

    private var latest: HTML {
        guard let event = found.latest else {
            return """
                <section aria-labelledby="latest"><h2 id="latest">Latest materialization</h2>
                <p class="empty">It was never materialized.</p></section>
                """
        }
        let metadata = MetadataView(
            details: event.event.details, previous: found.previous?.event.details,
            context: MetadataLinks(asset: { [links] in links.asset($0) })
        ).html
        return """
            <section aria-labelledby="latest"><h2 id="latest">Latest materialization</h2>
            <p>\(times.ago(event.event.timestamp))\(event.event.partition.map { ", partition \(HTML.partition($0))" as HTML })\
            \(event.event.reportedBy.map { ", reported by \(HTML.reported($0, limit: 60))" as HTML }) · \
            <a href="\(links.event(event.event.id))">event</a></p>
            \(metadata ?? "<p class=\"empty\">It has no metadata.</p>")</section>
            """
    }

    // MARK: Parts that have a page of their own

    private var checks: HTML? {
        guard detail.summary.checks.total > 0 else { return nil }
        let rest = detail.summary.checks.total - found.checks.list.checks.count
        let more: HTML? = rest > 0 ? "<p><a href=\"\(frame.href(.checks))\">All \(detail.summary.checks.total) checks</a></p>" : nil
        return """
            <section aria-labelledby="checks" class="wide"><h2 id="checks">Checks</h2>
            \(ChecksView(frame: frame, page: found.checks).table)\(more)</section>
            """
    }

    private var plots: HTML? {
        guard !found.plots.isEmpty else { return nil }
        let rest = detail.labels.count - found.plots.count
        let title: HTML = rest > 0 ? "Plots of all \(detail.labels.count) labels" : "Plots of other times"
        let more: HTML = "<p><a href=\"\(frame.href(.plots))\">\(title)</a></p>"
        return """
            <section aria-labelledby="plots" class="wide"><h2 id="plots">Plots</h2>
            \(PlotsView(frame: frame, plots: found.plots, period: .quarter).grid)\(more)</section>
            """
    }

    private var partitions: HTML? {
        guard let page = found.partitions else { return nil }
        return """
            <section aria-labelledby="partitions" class="wide"><h2 id="partitions">Partitions</h2>
            \(PartitionsView(frame: frame, page: page).short)</section>
            """
    }

    private var timeline: HTML {
        """
        <section aria-labelledby="timeline" class="wide"><h2 id="timeline">Latest events</h2>
        \(EventLine.list(found.events.events, links, times, namesAsset: false))
        <p><a href="\(frame.href(.events))">All events</a></p></section>
        """
    }

    // MARK: Lineage

    private var lineage: HTML? {
        guard !detail.upstream.isEmpty || !detail.downstream.isEmpty else { return nil }
        return """
            <section aria-labelledby="lineage" class="wide"><h2 id="lineage">Lineage</h2><div class="columns">
            <div><h3>Made from</h3>\(related(detail.upstream))</div>
            <div><h3>Used by</h3>\(related(detail.downstream))</div></div></section>
            """
    }

    private func related(_ keys: [AssetKey]) -> HTML {
        guard !keys.isEmpty else { return "<p class=\"empty\">No event says so.</p>" }
        let items = keys.prefix(50).map { key -> HTML in
            "<li>\(found.states[key].map { "\($0.badge) " as HTML })<a class=\"key\" href=\"\(links.asset(key))\">\(HTML.key(key))</a></li>"
        }
        let more: HTML? = keys.count > 50 ? "<li>… and \(keys.count - 50) more</li>" : nil
        return "<ul class=\"items\">\(HTML.joined(items))\(more)</ul>"
    }

    // MARK: Reporting

    private var reporting: HTML? {
        guard !report.isReadOnly else { return nil }
        let command = report.command(asset: frame.query.key).map(FirstReport.code)
        return """
            <section aria-labelledby="reporting" class="wide"><details><summary><h2 id="reporting">Report this asset</h2></summary>
            \(FirstReport.code(report.curl(asset: frame.query.key, #""metadata": {"rows": 10}"#)))
            \(command)</details></section>
            """
    }
}
