import AssetlogCore

/// The page for browsers: what this is, what is in the log, and what to try.
struct PageView {
    /// What the log holds.
    struct Log {
        /// How many events there are; nil: the one who asks does not see all of them.
        var count: Int64?
        /// The last ones, newest first.
        var events: [LoggedEvent]
        /// Whether there may be others, which are too far back in the log to be looked for.
        var isCut = false
    }

    /// Scheme, host and prefix of this server.
    var address: String
    /// The prefix, without a slash at its end.
    var base: String
    var version: String
    var isReadOnly: Bool
    var now: Timestamp
    /// Nil when the log can't be read.
    var log: Log?

    /// The document; its style carries the nonce that the policy of the answer names.
    func document(nonce: String) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Assetlog</title>
        <link rel="icon" href="\(Self.icon)">
        <style nonce="\(nonce)">\(pageStyle)</style>
        </head>
        <body>
        <header>
        <h1>Assetlog</h1>
        <p>This server records what happens to data assets: materializations, observations and check results, \
        reported over HTTP as in Dagster and kept in a durable log.</p>
        </header>
        <main>
        \(logSection)
        \(trySection)
        </main>
        <footer><nav aria-label="API"><a href="\(base)/api/v1/events">events as JSON</a>
        <a href="\(base)/api/v1/events?order=desc&amp;limit=10">last ten as JSON</a>
        <a href="\(base)/server_info">versions</a>
        <a href="\(base)/readyz?verbose">readiness</a></nav>
        <span>Assetlog \(version)</span></footer>
        </body>
        </html>

        """
    }

    private var logSection: HTML {
        guard let log else {
            return """
                <section><p class="notice" role="alert">The event log can’t be read now. \
                The server’s own log says why; reload this page in a moment.</p></section>
                """
        }
        let count = log.count.map { "\(Self.grouped($0)) \($0 == 1 ? "event" : "events")" } ?? "Events"
        let events = HTML.joined(log.events.map { EventView(event: $0.self, base: base, now: now).item })
        let list: HTML =
            log.events.isEmpty
            ? log.isCut
                ? "<p class=\"empty\">None of the last events of the log is one that you may see.</p>"
                : "<p class=\"empty\">Nothing has been reported yet. The command below records the first event.</p>"
            : "<ol class=\"events\">\(events)</ol>"
        return """
            <section aria-labelledby="log">
            <h2 id="log">\(count)\
            \(log.events.count > 1 ? " <small>the last \(log.events.count), newest first</small>" : nil)</h2>
            \(list)
            </section>
            """
    }

    private var trySection: HTML {
        if isReadOnly {
            return """
                <section aria-labelledby="try"><h2 id="try">Read the log</h2>
                <p>This server is read-only: it shows its log, but accepts no reports.</p>
                <pre tabindex="0"><code>curl '\(address)/api/v1/events?order=desc&amp;limit=10'</code></pre></section>
                """
        }
        return """
            <section aria-labelledby="try"><h2 id="try">Try it</h2>
            <p>Report that a table was written, then reload this page:</p>
            <pre tabindex="0"><code>curl -X POST \(address)/report_asset_materialization/warehouse/orders \\
              -H 'Content-Type: application/json' \\
              -d '{"partition": "2026-11-23", "metadata": {"rows": 10}}'</code></pre>
            <p>Read the log:</p>
            <pre tabindex="0"><code>curl '\(address)/api/v1/events?order=desc&amp;limit=10'</code></pre></section>
            """
    }

    /// A number with its digits in groups: `1,234,567`.
    static func grouped(_ number: Int64) -> String {
        var grouped = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0, place % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (number < 0 ? "-" : "") + String(grouped.reversed())
    }

    // Three lines of a log, the last one in green.
    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        + "%3Crect width='16' height='16' rx='3' fill='%23334155'/%3E"
        + "%3Cpath d='M4 5h8M4 8h6' stroke='%23fff' stroke-width='1.5'/%3E"
        + "%3Cpath d='M4 11h8' stroke='%234ade80' stroke-width='1.5'/%3E%3C/svg%3E"
}
