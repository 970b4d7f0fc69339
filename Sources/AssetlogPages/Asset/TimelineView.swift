import AssetlogAPI
import AssetlogCatalog
import AssetlogCore

/// The events of an asset, the latest first, filtered.
struct TimelineView {
    let frame: AssetFrame
    let page: MarkedPage

    var html: HTML {
        let list: HTML =
            page.events.isEmpty
            ? "<p class=\"empty\">No event here.</p>" : EventLine.list(page.events, frame.links, frame.times, namesAsset: false)
        return """
            <section class="wide" aria-labelledby="timeline"><h2 id="timeline">Events</h2>\(kinds)\(filters)\(list)\(paging)</section>
            """
    }

    private func parameters(kind: EventKind?, after: String? = nil) -> [(name: String, value: String?)] {
        [("kind", kind?.name), ("partition", frame.query.partition), ("check_name", frame.query.checkName), ("after", after)]
    }

    private var kinds: HTML {
        var items: [HTML] = [tab(nil, "All")]
        items += EventKind.allCases.filter { frame.detail.counts[$0] ?? 0 > 0 || frame.query.kind == $0 }.map { kind in
            tab(kind, "\(kind.noun(2)) <span class=\"count\">\(NumberText.grouped(Int64(frame.detail.counts[kind] ?? 0)))</span>")
        }
        return "<ul class=\"tabs small-tabs\" aria-label=\"Kinds of events\">\(HTML.joined(items))</ul>"
    }

    private func tab(_ kind: EventKind?, _ title: HTML) -> HTML {
        let current: HTML? = frame.query.kind == kind ? " aria-current=\"true\"" : nil
        return "<li><a href=\"\(frame.href(.events, parameters(kind: kind)))\"\(current)>\(title)</a></li>"
    }

    /// What else is filtered, with a link that takes it away.
    private var filters: HTML? {
        guard frame.query.partition != nil || frame.query.checkName != nil else { return nil }
        let partition: HTML? = frame.query.partition.map { "partition \(HTML.partition($0))" }
        let check: HTML? = frame.query.checkName.map { "check \(HTML.reported($0, limit: 120))" }
        return """
            <p>Only \(partition)\(partition != nil && check != nil ? ", " : "")\(check). \
            <a href="\(frame.href(.events, [("kind", frame.query.kind?.name)]))">Show all</a></p>
            """
    }

    private var paging: HTML? {
        let first: HTML? =
            frame.query.after == nil ? nil : "<a href=\"\(frame.href(.events, parameters(kind: frame.query.kind)))\">Latest</a> "
        let next: HTML? = EventPosition.text(page.continuation).map {
            "<a rel=\"next\" href=\"\(frame.href(.events, parameters(kind: frame.query.kind, after: $0)))\">Earlier events</a>"
        }
        guard first != nil || next != nil else { return nil }
        return "<nav class=\"paging\" aria-label=\"Pages\">\(first)\(next)</nav>"
    }
}

/// The data versions of an asset, and the events that changed them.
struct VersionsView {
    let frame: AssetFrame
    let page: MarkedPage

    var html: HTML {
        let changes = changes
        let list: HTML =
            changes.isEmpty
            ? "<p class=\"empty\">None of these events reports a data version.</p>"
            : """
            <div class="scroll" tabindex="0" role="group" aria-label="Data versions"><table><thead><tr><th scope="col">Data version</th>\
            <th scope="col">Since</th><th scope="col">Events</th></tr></thead><tbody>\(HTML.joined(changes.map(row)))</tbody></table></div>
            """
        return """
            <section class="wide" aria-labelledby="versions"><h2 id="versions">Data versions</h2>\(list)\(paging)</section>
            """
    }

    private struct Change {
        var version: String
        /// The event that reported it first.
        var event: MarkedEvent
        var count: Int
    }

    private var changes: [Change] {
        var changes: [Change] = []
        for event in page.events where event.voiding == nil {
            guard let version = EventFacts(event.event.event).text("data_version") else { continue }
            if let last = changes.last, last.version.utf8.elementsEqual(version.utf8) {
                changes[changes.count - 1].event = event
                changes[changes.count - 1].count += 1
            } else {
                changes.append(Change(version: version, event: event, count: 1))
            }
        }
        return changes
    }

    private func row(_ change: Change) -> HTML {
        """
        <tr><th scope="row"><code>\(HTML.reported(change.version, limit: 120))</code></th>
        <td><a href="\(frame.links.event(change.event.event.id))">\(frame.times.ago(change.event.event.timestamp))</a></td>
        <td class="numeric">\(change.count)</td></tr>
        """
    }

    private var paging: HTML? {
        EventPosition.text(page.continuation).map {
            """
            <nav class="paging" aria-label="Pages"><a rel="next" href="\(frame.href(.versions, [("after", $0)]))">Earlier versions</a></nav>
            """
        }
    }
}
