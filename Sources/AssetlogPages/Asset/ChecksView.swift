import AssetlogAPI
import AssetlogCatalog
import AssetlogCore

/// The checks of an asset, each with its latest results.
struct ChecksView {
    let frame: AssetFrame
    let page: AssetReader.CheckPage

    var html: HTML {
        """
        <section class="wide" aria-labelledby="checks"><h2 id="checks">Checks</h2>\(choice)\
        \(page.list.checks.isEmpty ? "<p class=\"empty\">No check was run here.</p>" : table)\(paging)</section>
        """
    }

    /// The checks as rows.
    var table: HTML {
        """
        <div class="scroll" tabindex="0" role="group" aria-label="Checks"><table>
        <thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Since</th><th scope="col">Latest</th>\
        <th scope="col">Passed</th><th scope="col">Failed</th><th scope="col">Last \(AssetReader.stripResults) results</th></tr></thead>
        <tbody>\(HTML.joined(page.list.checks.map(row)))</tbody></table></div>
        """
    }

    private func row(_ check: CheckRow) -> HTML {
        let blocking: HTML? = check.isBlocking == true ? " <span class=\"tag\">blocking</span>" : nil
        let partition: HTML? = check.partition.map { "<br><span class=\"small\">partition \(HTML.partition($0))</span>" }
        let href = frame.href(.events, [("kind", "check"), ("check_name", check.checkName)])
        return """
            <tr><th scope="row"><a href="\(href)">\(HTML.reported(check.checkName, limit: 120))</a>\(blocking)\(partition)</th>
            <td>\(check.result.badge)</td><td>\(frame.times.ago(check.since))</td>
            <td><a href="\(frame.links.event(check.event.id))">\(frame.times.ago(check.event.timestamp))</a></td>
            <td class="numeric">\(NumberText.grouped(Int64(check.passes)))</td>\
            <td class="numeric">\(NumberText.grouped(Int64(check.failures)))</td>
            <td>\(strip(page.results[check.checkName] ?? []))</td></tr>
            """
    }

    /// One line for each result, the latest at the right; what did not pass is taller as well as of another colour.
    private func strip(_ events: [MarkedEvent]) -> HTML? {
        guard !events.isEmpty else { return nil }
        let results = events.reversed().map { EventFacts($0.event.event).checkResult }
        var paths: [CheckResult: String] = [:]
        for (index, result) in results.enumerated() {
            let height = result == .passed ? 6 : result == .warned ? 10 : 14
            paths[result, default: ""] += "M\(4 * index + 2) 15v-\(height)"
        }
        let words = CheckResult.allCases.compactMap { result in
            let count = results.filter { $0 == result }.count
            return count > 0 ? "\(count) \(result == .warned ? "with a warning" : result.title.lowercased())" : nil
        }
        let parts = paths.sorted { $0.key.rawValue < $1.key.rawValue }.map { result, path -> HTML in
            "<path class=\"stroke-\(result.name)\" d=\"\(path)\"/>"
        }
        return """
            <svg class="strip" viewBox="0 0 \(4 * AssetReader.stripResults) 16" role="img" \
            aria-label="The last \(results.count) results: \(words.joined(separator: ", "))">\(HTML.joined(parts))</svg>
            """
    }

    private var choice: HTML? {
        guard frame.detail.summary.partitions.total > 0 else { return nil }
        let items = [("name", "By name", false), ("partition", "By partition", true)].map { word, title, value -> HTML in
            let current: HTML? = frame.query.byPartition == value ? " aria-current=\"true\"" : nil
            return "<li><a href=\"\(frame.href(.checks, [("by", word)]))\"\(current)>\(title)</a></li>"
        }
        return "<ul class=\"tabs small-tabs\">\(HTML.joined(items))</ul>"
    }

    private var paging: HTML? {
        guard let next = page.list.next else { return nil }
        let by = frame.query.byPartition ? "partition" : nil
        return """
            <nav class="paging" aria-label="Pages"><a rel="next" \
            href="\(frame.href(.checks, [("by", by), ("check_name", frame.query.checkName), ("after", next)]))">Next page</a></nav>
            """
    }
}
