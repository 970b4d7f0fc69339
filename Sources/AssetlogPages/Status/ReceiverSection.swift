import AssetlogAPI
import AssetlogCore

/// The receivers, and what they could not map.
struct ReceiverSection {
    let receivers: [ReceiverView]
    let times: TimeView

    var html: HTML {
        let content: HTML =
            receivers.isEmpty
            ? "<p class=\"empty\">None takes requests (receivers.NAME.enabled).</p>"
            : "\(table)\(HTML.joined(receivers.compactMap(unmapped)))"
        return """
            <section class="wide" aria-labelledby="receivers"><h2 id="receivers">Receivers</h2>\(content)</section>
            """
    }

    private var table: HTML {
        let titles = ["Messages", "Recorded", "Duplicates", "Failed", "Unmapped"]
        let rows = receivers.map { receiver -> HTML in
            let counts = [receiver.messages, receiver.recorded, receiver.duplicate, receiver.failed, receiver.unmapped]
            let cells = counts.map { count -> HTML in "<td class=\"numeric\">\(NumberText.grouped(Int64(count)))</td>" }
            return """
                <tr><th scope="row">\(HTML.reported(receiver.name)) <span class="soft">\(receiver.paths.joined(separator: ", "))</span></th>\
                \(HTML.joined(cells))</tr>
                """
        }
        return """
            <div class="scroll" tabindex="0" role="group" aria-label="Receivers"><table><thead><tr><th scope="col">Receiver</th>\
            \(HTML.joined(titles.map { title -> HTML in "<th scope=\"col\" class=\"numeric\">\(title)</th>" }))</tr></thead>
            <tbody>\(HTML.joined(rows))</tbody></table></div>
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
            <details><summary>What \(HTML.reported(receiver.name)) could not map</summary>
            <div class="scroll" tabindex="0" role="group" aria-label="What \(receiver.name) could not map"><table><thead><tr>\
            <th scope="col">Received</th><th scope="col">Deployment</th><th scope="col">Token</th><th scope="col">Why</th></tr></thead>
            <tbody>\(HTML.joined(rows))</tbody></table></div></details>
            """
    }

    private func excerpt(_ text: String) -> HTML? {
        text.isEmpty ? nil : "<details><summary>Message</summary><pre class=\"text\" tabindex=\"0\"><bdi>\(text)</bdi></pre></details>"
    }
}
