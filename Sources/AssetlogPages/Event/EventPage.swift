import AssetlogAPI
import AssetlogCore

/// All of an event.
struct EventPage {
    let event: MarkedEvent
    let previous: MarkedEvent?
    let json: [UInt8]
    /// The hidden field of the form that voids the event; nil: there is no such form.
    let form: HTML?
    let links: PageLinks
    let times: TimeView

    private var logged: LoggedEvent { event.event }
    private var facts: EventFacts { EventFacts(event.event.event) }

    var heading: HTML { "<span class=\"kind \(logged.kind.name)\">\(logged.kind.title)</span> \(HTML.key(logged.assetKey))" }

    var breadcrumb: HTML {
        """
        <nav class="breadcrumb" aria-label="Asset"><ol><li><a href="\(links.assets())">All assets</a></li>\
        <li><a href="\(links.asset(logged.assetKey))">\(HTML.key(logged.assetKey))</a></li></ol></nav>
        """
    }

    var html: HTML {
        """
        \(voided)
        <div class="columns">\(about)\(content)</div>
        \(raw)
        """
    }

    // MARK: Parts

    private var voided: HTML? {
        event.voiding.map { voiding in
            """
            <p class="notice bad"><strong>This event is void</strong> and counts no more: \(HTML.reported(voiding.reason, limit: 1024)) \
            (\(voiding.by.map { "by \(HTML.reported($0, limit: 60)), " as HTML })\(times.ago(voiding.timestamp)))</p>
            """
        }
    }

    private var about: HTML {
        var rows: [HTML] = [
            row("Asset", "<a href=\"\(links.asset(logged.assetKey))\">\(HTML.key(logged.assetKey))</a>"),
            row("Happened", times.exactly(logged.timestamp)), row("Received", times.exactly(logged.receivedAt)),
        ]
        if let partition = logged.partition {
            let href = links.asset(logged.assetKey, [("view", "events"), ("partition", partition)])
            rows.insert(row("Partition", "<a href=\"\(href)\">\(HTML.partition(partition))</a>"), at: 1)
        }
        rows.append(row("Reported by", logged.reportedBy.map { "token \(HTML.reported($0, limit: 120))" } ?? "no token"))
        rows.append(row("Event ID", "<code>\(logged.id.description)</code>"))
        rows.append(row("Sequence", "\(logged.sequence)"))
        if let previous {
            let time = times.ago(previous.event.timestamp)
            rows.append(row("Before it", "<a href=\"\(links.event(previous.event.id))\">\(previous.event.kind.title)</a> \(time)"))
        }
        return """
            <section aria-labelledby="about"><h2 id="about">About</h2><dl class="facts-list">\(HTML.joined(rows))</dl></section>
            """
    }

    private func row(_ name: String, _ value: HTML) -> HTML { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private var content: HTML {
        var rows: [HTML] = []
        if logged.kind == .check {
            rows.append(row("Result", facts.checkResult.badge))
            if let name = facts.text("check_name") {
                let href = links.asset(logged.assetKey, [("view", "events"), ("kind", "check"), ("check_name", name)])
                rows.append(row("Check", "<a href=\"\(href)\">\(HTML.reported(name, limit: 300))</a>"))
            }
            if let severity = facts.text("severity") { rows.append(row("Severity", HTML.reported(severity))) }
        }
        if let reason = facts.failureReason { rows.append(row("Reason", HTML.reported(reason))) }
        if let message = facts.failureMessage {
            rows.append(row("Message", "<pre class=\"text\" tabindex=\"0\"><bdi>\(message.prefix(scalars: 20_000))</bdi></pre>"))
        }
        if let reason = facts.text("reason") { rows.append(row("Reason", HTML.reported(reason, limit: 1024))) }
        if let description = facts.text("description") { rows.append(row("Description", HTML.reported(description, limit: 2000))) }
        if let version = facts.text("data_version") { rows.append(row("Data version", "<code>\(HTML.reported(version))</code>")) }
        let metadata = MetadataView(
            details: logged.details, previous: previous?.event.details, context: MetadataLinks(asset: { [links] in links.asset($0) })
        ).html
        let list: HTML? = rows.isEmpty ? nil : "<dl class=\"facts-list\">\(HTML.joined(rows))</dl>"
        let nothing: HTML? = rows.isEmpty && metadata == nil ? "<p class=\"empty\">The event says no more.</p>" : nil
        let title: HTML? = metadata == nil ? nil : "<h3>Metadata</h3>"
        return """
            <section aria-labelledby="content"><h2 id="content">Content</h2>\(list)\(title)\(metadata)\(nothing)</section>
            """
    }

    private static let shownBytes = 64 << 10

    private var raw: HTML {
        let text = String(decoding: json.prefix(Self.shownBytes), as: UTF8.self)
        let cut: HTML? = json.count > Self.shownBytes ? "<p>The first \(Self.shownBytes / 1024) KiB of it.</p>" : nil
        return """
            <section class="wide" aria-labelledby="raw"><details><summary><h2 id="raw">JSON</h2></summary>
            <p><a href="\(links.api("events/\(logged.id)"))">This event in the API</a></p>\(cut)
            <pre class="code wrap" tabindex="0"><code>\(text)</code></pre></details></section>
            """
    }

    /// The form that voids the event; nil: there is none.
    var voidForm: HTML? {
        guard let form, logged.kind.isReportable else { return nil }
        return """
            <section class="wide" aria-labelledby="void"><details><summary><h2 id="void">Void this event</h2></summary>
            <p>A void event stays readable, and counts no more: not for the state of the asset, its partitions, checks or plots. \
            This can’t be undone.</p>
            \(CorrectionForm.html(action: "\(links.event(logged.id))/void", fields: form, confirm: "Void this event for good", button: "Void"))\
            </details></section>
            """
    }
}
