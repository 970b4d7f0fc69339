import AssetlogAPI
import AssetlogCore

/// The receivers, and what they could not map.
struct ReceiverSection {
    let receivers: [ReceiverView]
    let times: TimeView

    var html: HTML {
        let content: HTML =
            receivers.isEmpty
            ? "<p class=\"empty\">None takes requests (receivers.NAME.enabled).</p>" : HTML.joined(receivers.map(receiver))
        return """
            <section class="wide" aria-labelledby="receivers"><h2 id="receivers">Receivers</h2>\(content)</section>
            """
    }

    private func receiver(_ receiver: ReceiverView) -> HTML {
        let counts = [
            ("Messages", receiver.messages), ("Recorded events", receiver.recorded), ("Duplicates", receiver.duplicate),
            ("Failed messages", receiver.failed), ("Could not be mapped", receiver.unmapped),
        ]
        let rows = counts.map { name, count -> HTML in "<div><dt>\(name)</dt><dd>\(NumberText.grouped(Int64(count)))</dd></div>" }
        return """
            <article class="card" aria-label="Receiver \(receiver.name)"><h3>\(HTML.reported(receiver.name)) \
            <span class="soft">\(receiver.paths.joined(separator: ", "))</span></h3>
            <dl class="facts-list">\(HTML.joined(rows))</dl>\(unmapped(receiver))</article>
            """
    }

    private func unmapped(_ receiver: ReceiverView) -> HTML? {
        guard !receiver.latestUnmapped.isEmpty else { return nil }
        let rows = receiver.latestUnmapped.map { part -> HTML in
            """
            <tr><th scope="row">\(times.ago(part.receivedAt))</th><td>\(HTML.reported(part.deployment))</td>
            <td>\(part.reportedBy.map { HTML.reported($0) })</td>
            <td>\(HTML.reported(part.reason, limit: 500))\(excerpt(part.excerpt))</td></tr>
            """
        }
        return """
            <details><summary>What could not be mapped</summary>
            <div class="scroll" tabindex="0" role="group" aria-label="What \(receiver.name) could not map"><table><thead><tr>\
            <th scope="col">Received</th><th scope="col">Deployment</th><th scope="col">Token</th><th scope="col">Why</th></tr></thead>
            <tbody>\(HTML.joined(rows))</tbody></table></div></details>
            """
    }

    private func excerpt(_ text: String) -> HTML? {
        text.isEmpty ? nil : "<details><summary>Message</summary><pre class=\"text\" tabindex=\"0\"><bdi>\(text)</bdi></pre></details>"
    }
}
