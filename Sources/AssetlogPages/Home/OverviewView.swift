import AssetlogCatalog
import AssetlogCore

/// The overview of the catalog.
struct OverviewView {
    let overview: Overview
    let links: PageLinks
    let times: TimeView

    var html: HTML {
        """
        \(states)
        <div class="columns">\(checks)\(failures)</div>
        \(hours)
        """
    }

    private var states: HTML {
        let items = AssetState.allCases.map { state -> HTML in
            let count = overview.states[state]
            return """
                <li class="tile \(count == 0 ? "none" : state.name)"><a href="\(links.assets([("state", state.name)]))">\
                <span class="number">\(NumberText.grouped(Int64(count)))</span> \(state.badge)</a></li>
                """
        }
        return """
            <section aria-labelledby="states"><h2 id="states">\(HTML.count(overview.states.total, "asset"))</h2>
            <ul class="tiles">\(HTML.joined(items))</ul></section>
            """
    }

    private var checks: HTML {
        let rows = overview.failingChecks.map { check -> HTML in
            """
            <li><a class="key" href="\(links.asset(check.assetKey))">\(HTML.key(check.assetKey))</a>
            <span class="facts"><span class="fact">\(HTML.reported(check.checkName, limit: 80))</span> \
            \(check.partition.map { "<span class=\"fact\">partition \(HTML.partition($0))</span> " as HTML })\
            <span class="fact">failing since \(times.ago(check.since))</span></span>
            <a class="more" href="\(links.event(check.event.id))">event</a></li>
            """
        }
        let count = overview.failingChecks.count
        let more: HTML? =
            count == CatalogLimits.overviewRows
            ? "<p><a href=\"\(links.assets([("state", "check_failed")]))\">All assets with a failed check</a></p>" : nil
        return """
            <section aria-labelledby="checks"><h2 id="checks">Failing checks</h2>
            \(rows.isEmpty ? "<p class=\"empty good\">No check fails.</p>" : "<ul class=\"items\">\(HTML.joined(rows))</ul>")\(more)</section>
            """
    }

    private var failures: HTML {
        let rows = overview.latestFailures.map { failure -> HTML in
            let event = failure.event
            return """
                <li><a class="key" href="\(links.asset(failure.assetKey))">\(HTML.key(failure.assetKey))</a>
                <span class="facts">\(event.partition.map { "<span class=\"fact\">partition \(HTML.partition($0))</span> " as HTML })\
                <span class="fact">\(times.ago(event.event.timestamp))</span></span>
                \(message(event))
                <a class="more" href="\(links.event(event.event.id))">event</a></li>
                """
        }
        let more: HTML? =
            rows.count == CatalogLimits.overviewRows
            ? "<p><a href=\"\(links.assets([("state", "failed")]))\">All failed assets</a></p>" : nil
        return """
            <section aria-labelledby="failures"><h2 id="failures">Latest failures</h2>
            \(rows.isEmpty ? "<p class=\"empty good\">No asset has failed.</p>" : "<ul class=\"items\">\(HTML.joined(rows))</ul>")\
            \(more)</section>
            """
    }

    private func message(_ event: LatestEvent) -> HTML? {
        guard let message = event.failureMessage, !message.isEmpty else { return nil }
        return "<span class=\"message\">\(HTML.line(message))</span>"
    }

    private var hours: HTML {
        let hours = overview.hours.suffix(48).map { hour in
            (start: hour.start, total: hour.counts.values.reduce(0, +), failed: hour.counts[.materializationFailed] ?? 0)
        }
        return """
            <section aria-labelledby="hours" class="wide"><h2 id="hours">Events per hour</h2>
            \(ActivityBar(hours: hours, size: .wide).html)</section>
            """
    }
}
