import AssetlogCore

/// The values of a numeric label over partitions, as bars in the order in which they are given, each a link to its event.
struct PartitionPlot {
    /// The most partitions that are drawn, and that the table has; the last ones.
    static let limit = 500
    private static let labels = 5

    private let label: String
    private let id: String
    private let pointLink: (Int64) -> String
    private let bars: ArraySlice<(partition: String, value: Double, sequence: Int64)>
    private let notes: [String]

    /// - Parameters:
    ///   - id: An ID of the page, of letters, digits and dashes; each plot of a page needs its own.
    ///   - pointLink: The address of the event of a sequence.
    init(
        values: [(partition: String, value: Double, sequence: Int64)], label: String, id: String,
        pointLink: @escaping (Int64) -> String
    ) {
        let finite = values.filter(\.value.isFinite)
        self.label = label
        self.id = id
        self.pointLink = pointLink
        bars = finite.suffix(Self.limit)
        notes =
            [HTML.count(values.count, "partition")] + PlotCaption.unplotted(values.count - finite.count)
            + PlotCaption.cut(bars.count, of: finite.count, "last")
    }

    var html: HTML {
        let caption = PlotCaption(id: id, label: label, notes: notes)
        guard !bars.isEmpty else { return PlotFrame.empty(caption) }
        let scale = PlotScale(bars.lazy.map(\.value), includesZero: true)
        let frame = PlotFrame(ticks: (scale.ticks, ticks))
        let drawn = bars.enumerated().map { bar(at: $0, $1, scale) }
        return PlotFrame.figure(caption, drawing: "\(frame.html)\(HTML.joined(drawn))", links: focus, table: table)
    }

    private var focus: PlotLink.Focus { .init(count: bars.count) }

    // The names of a few partitions, in the middle of their bars.
    private var ticks: [PlotTick] {
        let distance = max(1, (bars.count + Self.labels - 1) / Self.labels)
        return bars.enumerated().filter { $0.offset % distance == 0 }.map { index, bar in
            PlotTick(position: (Double(index) + 0.5) / Double(bars.count), label: ShownText.plain(bar.partition, to: 12))
        }
    }

    private func bar(at index: Int, _ bar: (partition: String, value: Double, sequence: Int64), _ scale: PlotScale) -> HTML {
        let width = PlotFrame.plotWidth / Double(bars.count)
        let x = PlotFrame.x(Double(index) / Double(bars.count))
        let (zero, end) = (PlotFrame.y(scale.position(of: 0)), PlotFrame.y(scale.position(of: bar.value)))
        // Bars have a gap between them, and even the least one is seen.
        let height = max(1, abs(zero - end))
        let shape = Self.rectangle("plot-bar", x: x + width * 0.1, y: min(zero, end), width: width * 0.8, height: height)
        let target: HTML = """
            <rect class="plot-target" fill-opacity="0" x="\(PlotNumber.coordinate(x))" y="\(PlotNumber.coordinate(PlotFrame.plotTop))" \
            width="\(PlotNumber.coordinate(width))" height="\(PlotNumber.coordinate(PlotFrame.plotHeight))"/>
            """
        let title = "\(ShownNumber.text(bar.value)), partition \(ShownText.plain(bar.partition, to: 60))"
        return PlotLink(href: pointLink(bar.sequence), title: title, focus: focus).html("\(target)\(shape)")
    }

    private static func rectangle(_ style: String, x: Double, y: Double, width: Double, height: Double) -> HTML {
        """
        <rect class="\(style)" x="\(PlotNumber.coordinate(x))" y="\(PlotNumber.coordinate(y))" \
        width="\(PlotNumber.coordinate(max(0.5, width)))" height="\(PlotNumber.coordinate(height))"/>
        """
    }

    private var table: HTML {
        let rows = bars.map { bar -> HTML in
            """
            <tr><th scope="row"><a href="\(pointLink(bar.sequence))">\(HTML.partition(bar.partition))</a></th>\
            \(PlotTable.number(bar.value))</tr>

            """
        }
        return PlotTable(label: label, header: ["Partition", "Value"], rows: rows).html
    }
}
