import AssetlogCatalog
import AssetlogCore

/// The plots of numeric labels.
struct PlotsView {
    let frame: AssetFrame
    let plots: [AssetReader.Plot]
    let period: PlotPeriod

    var html: HTML {
        guard !plots.isEmpty else { return "<p class=\"empty\">No event reports a number here.</p>" }
        return """
            <section class="wide" aria-labelledby="plots"><h2 id="plots">Plots</h2>\(choice)\(grid)\(paging)</section>
            """
    }

    /// The plots side by side.
    var grid: HTML {
        "<div class=\"plots\">\(HTML.joined(plots.enumerated().map { figure($1, id: "plot-\($0)") }))</div>"
    }

    private func figure(_ plot: AssetReader.Plot, id: String) -> HTML {
        let link: (Int64) -> String = { [links = frame.links] in links.event(at: $0) }
        if frame.query.byPartition, case .points(let points) = plot.series {
            return PartitionPlot(values: Self.byPartition(points), label: plot.label, id: id, pointLink: link).html
        }
        return SeriesPlot(series: plot.series, label: plot.label, id: id, pointLink: link).html
    }

    /// The latest value of each partition, in the order of their names.
    private static func byPartition(_ points: [Series.Point]) -> [(partition: String, value: Double, sequence: Int64)] {
        var latest: [String: Series.Point] = [:]
        for point in points {
            if let partition = point.partition { latest[partition] = point }
        }
        return latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value, $0.value.timeKey.sequence) }
    }

    private var choice: HTML {
        let periods = PlotPeriod.allCases.map { tab($0.title, [("days", $0.rawValue), ("by", by)], isCurrent: $0 == period) }
        guard frame.detail.summary.partitions.total > 0 else {
            return "<ul class=\"tabs small-tabs\" aria-label=\"Period\">\(HTML.joined(periods))</ul>"
        }
        let forms = [("time", "Over time", false), ("partition", "Over partitions", true)].map { word, title, value in
            tab(title, [("days", frame.query.period?.rawValue), ("by", word)], isCurrent: frame.query.byPartition == value)
        }
        return """
            <ul class="tabs small-tabs" aria-label="Period">\(HTML.joined(periods))</ul>
            <ul class="tabs small-tabs" aria-label="Axis">\(HTML.joined(forms))</ul>
            """
    }

    private var by: String? { frame.query.byPartition ? "partition" : nil }

    private func tab(_ title: String, _ parameters: [(name: String, value: String?)], isCurrent: Bool) -> HTML {
        "<li><a href=\"\(frame.href(.plots, parameters))\"\(isCurrent ? " aria-current=\"true\"" : nil)>\(title)</a></li>"
    }

    private var paging: HTML? {
        let next = (Int(frame.query.after ?? "") ?? 0) + AssetReader.plotsOfPage
        guard next < frame.detail.labels.count else { return nil }
        let href = frame.href(.plots, [("days", frame.query.period?.rawValue), ("by", by), ("after", "\(next)")])
        return "<nav class=\"paging\" aria-label=\"Pages\"><a rel=\"next\" href=\"\(href)\">More labels</a></nav>"
    }
}
