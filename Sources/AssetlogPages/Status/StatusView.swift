import AssetlogAPI
import AssetlogCatalog
import AssetlogCore
import AssetlogLog

/// The state of the server.
struct StatusView {
    /// An exporter with the first of its dead letters.
    struct Exporter {
        var view: ExporterView
        var letters: [DeadLetter]
    }

    let catalog: CatalogStatus?
    /// The assets with the most events.
    let largest: [AssetSize]
    /// Nil: the caller does not see all of the log.
    let log: StorageStatistics?
    /// Nil: the caller may not see them.
    let exporters: [Exporter]?
    /// Nil: the caller may not see them.
    let receivers: [ReceiverView]?
    let version: String
    /// The hidden field of forms; nil: there are none.
    let form: HTML?
    let links: PageLinks
    let times: TimeView

    var html: HTML {
        """
        <div class="columns">\(logSection)\(catalogSection)</div>
        \(largestSection)
        \(exporterSection)
        \(receivers.map { ReceiverSection(receivers: $0, times: times).html })
        """
    }

    // MARK: Log and catalog

    private var logSection: HTML {
        var rows: [HTML] = []
        if let log {
            rows.append(row("Events", "\(NumberText.grouped(log.events))"))
            rows.append(row("Last sequence", "\(NumberText.grouped(log.head))"))
        }
        rows.append(row("Version", "\(version)"))
        return "<section aria-labelledby=\"log\"><h2 id=\"log\">Event log</h2><dl class=\"facts-list\">\(HTML.joined(rows))</dl></section>"
    }

    private func row(_ name: String, _ value: HTML) -> HTML { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private var catalogSection: HTML {
        guard let catalog else {
            return """
                <section aria-labelledby="catalog"><h2 id="catalog">Catalog</h2>
                <p class="empty">This server keeps no catalog (catalog.enabled).</p></section>
                """
        }
        var rows: [HTML] = [
            row("State", "\(catalog.phase.rawValue)"),
            row("Behind the log", "\(HTML.count(Int(catalog.lag), "event"))"),
            row("In memory", "\(NumberText.bytes(catalog.memoryBytes))"),
        ]
        // It may name files of the server.
        if log != nil, let error = catalog.lastError { rows.append(row("Last error", HTML.reported(error, limit: 500))) }
        return """
            <section aria-labelledby="catalog"><h2 id="catalog">Catalog</h2><dl class="facts-list">\(HTML.joined(rows))</dl></section>
            """
    }

    private var largestSection: HTML? {
        guard !largest.isEmpty else { return nil }
        let rows = largest.map { size -> HTML in
            """
            <tr><th scope="row"><a class="key" href="\(links.asset(size.assetKey))">\(HTML.key(size.assetKey))</a></th>
            <td class="numeric">\(NumberText.grouped(Int64(size.events)))</td></tr>
            """
        }
        return """
            <section class="wide" aria-labelledby="largest"><h2 id="largest">Assets with the most events</h2>
            <div class="scroll" tabindex="0" role="group" aria-label="Assets with the most events"><table><thead><tr>\
            <th scope="col">Asset</th><th scope="col" class="numeric">Events</th></tr></thead><tbody>\(HTML.joined(rows))</tbody></table></div></section>
            """
    }

    // MARK: Exporters

    private var exporterSection: HTML {
        guard let exporters else {
            return """
                <section class="wide" aria-labelledby="exporters"><h2 id="exporters">Exporters</h2>
                <p class="empty">Only a token with the right admin, for all assets and deployments, may see the exporters.</p></section>
                """
        }
        guard !exporters.isEmpty else {
            return """
                <section class="wide" aria-labelledby="exporters"><h2 id="exporters">Exporters</h2>
                <p class="empty">None is configured.</p></section>
                """
        }
        return """
            <section class="wide" aria-labelledby="exporters"><h2 id="exporters">Exporters</h2>\(HTML.joined(exporters.map(exporter)))</section>
            """
    }

    private func exporter(_ exporter: Exporter) -> HTML {
        let view = exporter.view
        let report = view.exporter.report
        let lag = view.lagSeconds.map { $0 > 0 ? ", \($0) s" : "" } ?? ""
        var rows: [HTML] = [
            row("State", "<span class=\"word-\(view.state)\">\(view.state.replacing("_", with: " "))</span>"),
            row("Behind the log", "\(HTML.count(Int(view.lagEvents), "event"))\(lag)"),
            row("Delivered", "\(NumberText.grouped(Int64(report?.counts.delivered ?? 0))) since the start"),
            row("Circuit", "\(report?.circuit ?? "closed")"),
            row("Dead letters", "\(NumberText.grouped(Int64(view.deadLetters)))"),
        ]
        if let pause = view.pause { rows.append(row("Paused", HTML.reported(pause, limit: 300))) }
        if let error = report?.consumer.lastError ?? view.exporter.failure {
            rows.append(row("Last error", HTML.reported(error, limit: 600)))
        }
        return """
            <article class="card" aria-label="Exporter \(view.exporter.name)"><h3>\(HTML.reported(view.exporter.name)) \
            <span class="soft">\(view.exporter.type)</span></h3>
            <dl class="facts-list">\(HTML.joined(rows))</dl>\(buttons(view))\(letters(exporter))</article>
            """
    }

    private func buttons(_ view: ExporterView) -> HTML? {
        guard form != nil else { return nil }
        let change = view.pause == nil ? button(view, "pause", "Pause") : button(view, "resume", "Resume")
        return "<div class=\"buttons\">\(change)</div>"
    }

    private func button(_ view: ExporterView, _ action: String, _ title: String, confirm: HTML? = nil, isDangerous: Bool = false) -> HTML {
        """
        <form method="post" action="\(links.base)/status/exporters/\(PercentCoding.encode(view.exporter.name))/\(action)">\(form)\(confirm)\
        <button type="submit"\(isDangerous ? " class=\"danger\"" : nil)>\(title)</button></form>
        """
    }

    private func letters(_ exporter: Exporter) -> HTML? {
        guard !exporter.letters.isEmpty else { return nil }
        let rows = exporter.letters.map { letter -> HTML in
            """
            <tr><th scope="row"><a href="\(links.event(at: letter.sequence))">\(letter.sequence)</a></th>
            <td>\(times.ago(letter.failedAt))</td><td class="numeric">\(letter.attempts)</td>
            <td>\(HTML.reported(letter.message, limit: 300))\(answer(letter.answer))</td></tr>
            """
        }
        let confirm: HTML = "<label class=\"check\"><input type=\"checkbox\" name=\"confirm\" value=\"yes\" required> For good</label> "
        return """
            <details><summary>Dead letters</summary>
            <div class="scroll" tabindex="0" role="group" aria-label="Dead letters of \(exporter.view.exporter.name)"><table><thead><tr>\
            <th scope="col">Event</th><th scope="col">Failed</th><th scope="col" class="numeric">Attempts</th><th scope="col">Why</th></tr></thead>
            <tbody>\(HTML.joined(rows))</tbody></table></div>
            <div class="buttons">\(button(exporter.view, "replay", "Deliver all of them again"))\
            \(button(exporter.view, "discard", "Discard all of them", confirm: confirm, isDangerous: true))</div></details>
            """
    }

    private func answer(_ text: String) -> HTML? {
        text.isEmpty ? nil : "<details><summary>Answer</summary><pre class=\"text\" tabindex=\"0\"><bdi>\(text)</bdi></pre></details>"
    }
}
