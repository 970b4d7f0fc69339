import AssetlogCatalog
import AssetlogCore

/// The values of a numeric label over time, each a link to its event, or what the values of equal spans come to.
struct SeriesPlot {
    /// The most points or spans that are drawn, and that the table has; the latest ones.
    static let limit = 500

    let series: Series
    let label: String
    /// An ID of the page, of letters, digits and dashes; each plot of a page needs its own.
    let id: String
    /// The address of the event of a sequence.
    let pointLink: (Int64) -> String

    init(series: Series, label: String, id: String, pointLink: @escaping (Int64) -> String) {
        self.series = series
        self.label = label
        self.id = id
        self.pointLink = pointLink
    }

    var html: HTML {
        switch series {
        case .points(let points): PointPlot(plot: self, all: points).html
        case .buckets(let buckets): BucketPlot(plot: self, all: buckets).html
        }
    }

    fileprivate func caption(_ notes: [String], from first: Timestamp?, to last: Timestamp?) -> PlotCaption {
        var notes = notes
        if let first, let last {
            notes.append(first == last ? "\(Self.minute(first)) UTC" : "\(Self.minute(first)) to \(Self.minute(last)) UTC")
        }
        return PlotCaption(id: id, label: label, notes: notes)
    }

    // Seconds are of no use to tell which time a plot is about.
    private static func minute(_ time: Timestamp) -> String { String(ShownTime.text(time).prefix(16)) }
}

/// A point for each value, and a line through them.
private struct PointPlot {
    private let plot: SeriesPlot
    private let points: ArraySlice<Series.Point>
    private let notes: [String]

    init(plot: SeriesPlot, all: [Series.Point]) {
        let finite = all.filter(\.value.isFinite)
        self.plot = plot
        points = finite.suffix(SeriesPlot.limit)
        notes =
            [HTML.count(all.count, "value")] + PlotCaption.unplotted(all.count - finite.count)
            + PlotCaption.cut(points.count, of: finite.count, "latest")
    }

    var html: HTML {
        let caption = plot.caption(notes, from: points.first?.timeKey.timestamp, to: points.last?.timeKey.timestamp)
        guard let first = points.first, let last = points.last else { return PlotFrame.empty(caption) }
        let values = PlotScale(points.lazy.map(\.value))
        let times = PlotTimeScale(first.timeKey.timestamp, last.timeKey.timestamp)
        let coordinates = points.map { point in
            (x: PlotFrame.x(times.position(of: point.timeKey.timestamp)), y: PlotFrame.y(values.position(of: point.value)))
        }
        let frame = PlotFrame(ticks: (values.ticks, times.ticks))
        let drawing: HTML = "\(frame.html)\(PlotPath.line(coordinates))\(circles(coordinates))"
        return PlotFrame.figure(caption, drawing: drawing, links: focus, table: table)
    }

    private var focus: PlotLink.Focus { .init(count: points.count) }

    private func circles(_ coordinates: [(x: Double, y: Double)]) -> HTML {
        .joined(
            zip(points, coordinates).map { point, position in
                circle(point, x: PlotNumber.coordinate(position.x), y: PlotNumber.coordinate(position.y))
            })
    }

    private func circle(_ point: Series.Point, x: String, y: String) -> HTML {
        let partition = point.partition.map { ", partition \(ShownText.plain($0, to: 60))" } ?? ""
        let title = "\(ShownNumber.text(point.value)) at \(ShownTime.text(point.timeKey.timestamp))\(partition)"
        let link = PlotLink(href: plot.pointLink(point.timeKey.sequence), title: title, focus: focus)
        // Few points have a larger target around them.
        let target: HTML? = focus == .inOrder ? "<circle class=\"plot-target\" cx=\"\(x)\" cy=\"\(y)\" r=\"8\" fill-opacity=\"0\"/>" : nil
        return link.html("\(target)<circle class=\"plot-point\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(points.count > 120 ? 2 : 3)\"/>")
    }

    private var table: HTML {
        let hasPartitions = points.contains { $0.partition != nil }
        let rows = points.map { point -> HTML in
            let partition: HTML? = hasPartitions ? "<td>\(point.partition.map(HTML.partition))</td>" : nil
            let time = ShownTime.element(point.timeKey.timestamp)
            return """
                <tr><th scope="row"><a href="\(plot.pointLink(point.timeKey.sequence))">\(time)</a></th>\
                \(PlotTable.number(point.value))\(partition)</tr>

                """
        }
        return PlotTable(label: plot.label, header: ["Time", "Value"] + (hasPartitions ? ["Partition"] : []), rows: rows).html
    }
}

/// A band from the least to the greatest value of each span of time, and a line through their means.
private struct BucketPlot {
    private let plot: SeriesPlot
    private let buckets: ArraySlice<Series.Bucket>
    private let notes: [String]

    init(plot: SeriesPlot, all: [Series.Bucket]) {
        let finite = all.filter { $0.min.isFinite && $0.max.isFinite }
        self.plot = plot
        buckets = finite.suffix(SeriesPlot.limit)
        let values = all.reduce(0) { $0 + max(0, $1.count) }
        notes =
            ["\(HTML.count(values, "value")) in \(HTML.count(all.count, "span")) of time"]
            + PlotCaption.unplotted(all.count - finite.count) + PlotCaption.cut(buckets.count, of: finite.count, "latest")
    }

    var html: HTML {
        let caption = plot.caption(notes, from: buckets.first?.from, to: buckets.last?.to)
        guard let first = buckets.first, let last = buckets.last else { return PlotFrame.empty(caption) }
        let values = PlotScale(buckets.lazy.flatMap { [$0.min, $0.max] })
        let times = PlotTimeScale(first.from, last.to)
        let coordinates = buckets.map { bucket in
            let middle = (times.position(of: bucket.from) + times.position(of: bucket.to)) / 2
            return (
                x: PlotFrame.x(middle), mean: PlotFrame.y(values.position(of: Self.mean(bucket))),
                low: PlotFrame.y(values.position(of: bucket.min)), high: PlotFrame.y(values.position(of: bucket.max))
            )
        }
        let frame = PlotFrame(ticks: (values.ticks, times.ticks))
        let band = PlotPath.band(coordinates.map { ($0.x, $0.low, $0.high) })
        let drawing: HTML = "\(frame.html)\(band)\(PlotPath.line(coordinates.map { ($0.x, $0.mean) }))"
        return PlotFrame.figure(caption, drawing: drawing, links: nil, table: table)
    }

    // The sum of great values may be infinite.
    private static func mean(_ bucket: Series.Bucket) -> Double {
        let mean = bucket.count > 0 ? bucket.mean : .nan
        return mean.isFinite ? mean : bucket.min / 2 + bucket.max / 2
    }

    private var table: HTML {
        let rows = buckets.map { bucket -> HTML in
            let numbers = HTML.joined([Double(bucket.count), bucket.min, bucket.max, Self.mean(bucket), bucket.last].map(PlotTable.number))
            return "<tr><th scope=\"row\">\(ShownTime.element(bucket.from))</th><td>\(ShownTime.element(bucket.to))</td>\(numbers)</tr>\n"
        }
        return PlotTable(label: plot.label, header: ["From", "To", "Values", "Least", "Greatest", "Mean", "Last"], rows: rows).html
    }
}

/// The lines of plots.
enum PlotPath {
    typealias Point = (x: Double, y: Double)

    /// A line through points; one point alone is a short dash.
    static func line(_ points: [Point]) -> HTML {
        guard points.count > 1 else {
            return points.first.map { "<path class=\"plot-line\" d=\"\(path([($0.x - 3, $0.y), ($0.x + 3, $0.y)]))\" fill=\"none\"/>\n" }
                ?? ""
        }
        return "<path class=\"plot-line\" d=\"\(path(points))\" fill=\"none\"/>\n"
    }

    /// An area between the low and the high of points.
    static func band(_ points: [(x: Double, low: Double, high: Double)]) -> HTML {
        guard points.count > 1 else {
            let corners = points.flatMap { [($0.x - 3, $0.high), ($0.x + 3, $0.high), ($0.x + 3, $0.low), ($0.x - 3, $0.low)] }
            return corners.isEmpty ? "" : "<path class=\"plot-band\" d=\"\(path(corners))Z\"/>\n"
        }
        return "<path class=\"plot-band\" d=\"\(path(points.map { ($0.x, $0.high) } + points.reversed().map { ($0.x, $0.low) }))Z\"/>\n"
    }

    private static func path(_ points: [Point]) -> String {
        var path = ""
        for point in points {
            path += path.isEmpty ? "M" : "L"
            path += PlotNumber.coordinate(point.x)
            path += " "
            path += PlotNumber.coordinate(point.y)
        }
        return path
    }
}
