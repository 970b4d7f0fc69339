import AssetlogCatalog
import AssetlogCore

/// The partitions of an asset: days as a calendar, others as a grid.
struct PartitionsView {
    let frame: AssetFrame
    let page: AssetReader.PartitionPage

    private var rows: [PartitionRow] { page.list.partitions }
    private var counts: StateCounts { page.summary.counts }

    /// What the first part of the asset's page shows.
    var short: HTML {
        let shown = isCalendar ? calendar(months: 6) : grid(rows.prefix(60))
        let more: HTML? =
            counts.total > 60 || isCalendar ? "<p><a href=\"\(frame.href(.partitions))\">All partitions</a></p>" : nil
        return "\(bar)\(shown)\(more)"
    }

    var html: HTML {
        """
        <section class="wide" aria-labelledby="partitions"><h2 id="partitions">Partitions</h2>
        \(bar)\(tabs)\(rows.isEmpty ? "<p class=\"empty\">No partition is in this state.</p>" : cells)\(paging)\(ranges)</section>
        """
    }

    private var cells: HTML { isCalendar ? calendar(months: 14, newestFirst: true) : grid(rows[...]) }

    // MARK: Counts

    private var bar: HTML {
        let words = counts.present.map { state, count -> HTML in
            "<span class=\"nowrap\">\(NumberText.grouped(Int64(count))) \(state.badge)</span>"
        }
        return """
            <p>\(HTML.count(counts.total, "partition")): \(HTML.joined(words.enumerated().map { $0 == 0 ? $1 : " \($1)" }))</p>\
            \(counts.bar(label: "Partitions"))
            """
    }

    private var tabs: HTML {
        var items: [HTML] = [tab(nil, "All")]
        items += counts.present.map { tab($0.state, $0.state.badge) }
        return "<ul class=\"tabs small-tabs\" aria-label=\"States\">\(HTML.joined(items))</ul>"
    }

    private func tab(_ state: AssetState?, _ title: HTML) -> HTML {
        let current: HTML? = frame.query.state == state ? " aria-current=\"true\"" : nil
        return "<li><a href=\"\(frame.href(.partitions, [("state", state?.name)]))\"\(current)>\(title)</a></li>"
    }

    // MARK: Grid

    private func grid(_ rows: ArraySlice<PartitionRow>) -> HTML {
        let items = rows.map { row -> HTML in
            """
            <li><a class="chip \(row.state.name)" href="\(href(row.partition))"><span aria-hidden="true">\(row.state.mark)</span> \
            \(HTML.partition(row.partition))<span class="hidden-text">, \(row.state.title)</span></a></li>
            """
        }
        return "<ul class=\"chips\">\(HTML.joined(items))</ul>"
    }

    private func href(_ partition: String) -> String { frame.href(.events, [("partition", partition)]) }

    // MARK: Calendar

    private var isCalendar: Bool { !rows.isEmpty && rows.allSatisfy { CalendarDay($0.partition) != nil } }

    private func calendar(months limit: Int, newestFirst: Bool = false) -> HTML {
        var states: [CalendarDay: AssetState] = [:]
        for row in rows {
            if let day = CalendarDay(row.partition) { states[day] = row.state }
        }
        guard let last = states.keys.max(), let first = states.keys.min() else { return "" }
        var (months, month): ([HTML], CalendarDay) = ([], last.firstOfMonth)
        while months.count < limit, month >= first.firstOfMonth {
            months.append(self.month(month, states, first, last))
            month = month.monthBefore
        }
        return "<div class=\"months\">\(HTML.joined(newestFirst ? months : months.reversed()))</div>"
    }

    private func month(_ month: CalendarDay, _ states: [CalendarDay: AssetState], _ first: CalendarDay, _ last: CalendarDay) -> HTML {
        let days = month.daysOfMonth.map { day -> HTML in
            let start: HTML? = day.day == 1 ? " class=\"start-\(day.weekday)\"" : nil
            guard let state = states[day] else {
                let isGap = day > first && day < last && frame.query.state == nil
                let gap: HTML? = isGap ? "<span class=\"hidden-text\">, \(day.name): missing</span>" : nil
                let title: HTML? = isGap ? " title=\"\(day.name): missing\"" : nil
                return "<li\(start)><span class=\"day\(isGap ? " gap" : "")\"\(title)>\(day.day)\(gap)</span></li>"
            }
            return """
                <li\(start)><a class="day \(state.name)" href="\(href(day.name))" aria-label="\(day.name): \(state.title)" \
                title="\(day.name): \(state.title)">\(day.day)</a></li>
                """
        }
        return """
            <div class="month" role="group" aria-label="\(month.monthTitle)"><p class="month-title">\(month.monthTitle)</p>\
            <ol class="days">\(HTML.joined(days))</ol></div>
            """
    }

    // MARK: Ranges

    private var ranges: HTML? {
        guard frame.query.after == nil, frame.query.state == nil, !page.summary.missing.isEmpty || page.summary.ranges.count > 1 else {
            return nil
        }
        let missing = page.summary.missing.prefix(100).map { gap -> HTML in
            "<li>\(span(gap.from, gap.to))</li>"
        }
        let ranges = page.summary.ranges.prefix(200).map { range -> HTML in
            "<tr><td>\(range.state.badge)</td><td>\(span(range.from, range.to))</td><td class=\"numeric\">\(range.count)</td></tr>"
        }
        let gaps: HTML? = missing.isEmpty ? nil : "<h3>Dates without a partition</h3><ul class=\"counts\">\(HTML.joined(missing))</ul>"
        return """
            \(gaps)<details><summary>Ranges</summary><div class="scroll" tabindex="0" role="group" aria-label="Ranges"><table><thead><tr><th scope="col">State</th>\
            <th scope="col">Partitions</th><th scope="col">Count</th></tr></thead><tbody>\(HTML.joined(ranges))</tbody></table></div></details>
            """
    }

    private func span(_ from: String, _ to: String) -> HTML {
        from == to ? HTML.partition(from) : "\(HTML.partition(from)) to \(HTML.partition(to))"
    }

    private var paging: HTML? {
        let first: HTML? =
            frame.query.after == nil
            ? nil : "<a href=\"\(frame.href(.partitions, [("state", frame.query.state?.name)]))\">Last partitions</a> "
        let next: HTML? = page.list.next.map { next in
            let href = frame.href(.partitions, [("state", frame.query.state?.name), ("after", next)])
            return "<a rel=\"next\" href=\"\(href)\">Earlier partitions</a>"
        }
        guard first != nil || next != nil else { return nil }
        return "<nav class=\"paging\" aria-label=\"Pages\">\(first)\(next)</nav>"
    }
}
