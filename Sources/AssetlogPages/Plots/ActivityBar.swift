import AssetlogCore

/// The number of events of each hour as bars, with the failures among them.
struct ActivityBar {
    /// The units of the drawing; the style says how large they are.
    struct Size {
        var width: Int
        var height: Int

        /// In a row of a table.
        static let small = Size(width: 144, height: 24)
        /// As wide as a page.
        static let wide = Size(width: 720, height: 96)
    }

    let hours: [(start: Timestamp, total: Int, failed: Int)]
    let size: Size
    private let greatest: Double

    init(hours: [(start: Timestamp, total: Int, failed: Int)], size: Size = .small) {
        self.hours = hours
        self.size = size
        greatest = Double(hours.reduce(1) { max($0, $1.total, $1.failed) })
    }

    /// The drawing, and the numbers as a table that is folded.
    var html: HTML { "<figure class=\"activity-figure\">\(bars)\n\(table)</figure>\n" }

    /// The drawing alone.
    var bars: HTML {
        """
        <svg class="activity" role="img" aria-label="\(summary)" viewBox="0 0 \(size.width) \(size.height)" preserveAspectRatio="none">
        <path class="activity-base" d="M0 \(size.height)H\(size.width)" fill="none"/>
        \(HTML.joined(hours.enumerated().compactMap { bar(at: $0, $1) }))</svg>
        """
    }

    /// What the drawing shows in a sentence: `412 events in the last 48 hours, 3 failures`.
    var summary: String {
        let (total, failed) = (Self.sum(hours.map(\.total)), Self.sum(hours.map(\.failed)))
        let events = total == 0 ? "No events" : HTML.count(total, "event")
        let span = hours.count == 1 ? "hour" : HTML.count(hours.count, "hour")
        return "\(events) in the last \(span)\(total == 0 ? "" : failed == 0 ? ", no failures" : ", \(HTML.count(failed, "failure"))")"
    }

    private static func sum(_ counts: [Int]) -> Int {
        counts.reduce(0) { sum, count in
            let (sum, overflow) = sum.addingReportingOverflow(max(0, count))
            return overflow ? .max : sum
        }
    }

    private func bar(at index: Int, _ hour: (start: Timestamp, total: Int, failed: Int)) -> HTML? {
        guard hour.total > 0 || hour.failed > 0 else { return nil }
        let failed = max(0, hour.failed)
        let failures: HTML? = failed > 0 ? rectangle("bar-failed", index, height(failed)) : nil
        return """
            <g><title>\(title(hour))</title>\(rectangle("bar", index, height(max(hour.total, failed))))\(failures)</g>

            """
    }

    private func title(_ hour: (start: Timestamp, total: Int, failed: Int)) -> String {
        let failures = hour.failed > 0 ? ", \(HTML.count(hour.failed, "failure"))" : ""
        return "\(Self.hour(hour.start)): \(HTML.count(hour.total, "event"))\(failures)"
    }

    private static func hour(_ time: Timestamp) -> String { ShownTime.text(time).prefix(16) + " UTC" }

    // Even one event among thousands is seen.
    private func height(_ count: Int) -> Double { max(2, Double(count) / greatest * Double(size.height)) }

    private func rectangle(_ style: String, _ index: Int, _ height: Double) -> HTML {
        let width = Double(size.width) / Double(hours.count)
        return """
            <rect class="\(style)" x="\(PlotNumber.coordinate(Double(index) * width + width * 0.1))" \
            y="\(PlotNumber.coordinate(Double(size.height) - height))" width="\(PlotNumber.coordinate(width * 0.8))" \
            height="\(PlotNumber.coordinate(height))"/>
            """
    }

    /// The hours with an event as a table that is folded, the latest first.
    var table: HTML {
        let rows = hours.reversed().filter { $0.total > 0 || $0.failed > 0 }.map { hour -> HTML in
            """
            <tr><th scope="row">\(Self.hour(hour.start))</th>\(PlotTable.number(Double(hour.total)))\
            \(PlotTable.number(Double(hour.failed)))</tr>

            """
        }
        let table: HTML =
            rows.isEmpty
            ? "<p class=\"plot-empty\">There were no events.</p>"
            : PlotTable(label: "events per hour", header: ["Hour", "Events", "Failures"], rows: rows).html
        return "<details class=\"plot-data\"><summary>\(summary)</summary>\n\(table)</details>"
    }
}
