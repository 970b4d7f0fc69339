import AssetlogCore

/// The drawing of a plot without its data: axes, marks and the lines of the grid.
struct PlotFrame {
    static let width = 560.0
    static let height = 220.0
    private static let left = 74.0
    private static let right = 14.0
    private static let top = 12.0
    private static let bottom = 28.0

    /// The marks of the values, from below, and of what the values are over, from the left.
    let ticks: (values: [PlotTick], across: [PlotTick])

    /// The height of the part with the data.
    static let plotHeight = height - top - bottom
    /// The top of the part with the data.
    static let plotTop = top
    /// The width of the part with the data.
    static let plotWidth = width - left - right

    /// The coordinates of a position on an axis.
    static func x(_ position: Double) -> Double { left + position * plotWidth }
    static func y(_ position: Double) -> Double { top + (1 - position) * plotHeight }

    /// The figure: a caption, the drawing with the data in it, and the data as a table.
    static func figure(_ caption: PlotCaption, drawing: HTML, links: PlotLink.Focus?, table: HTML) -> HTML {
        // Without links in the order of the tab key the drawing is itself in it, so that it can be scrolled.
        let focus: HTML? = links == .inOrder ? nil : " tabindex=\"0\" role=\"group\" aria-labelledby=\"\(caption.id)\""
        return """
            <figure class="plot"><figcaption id="\(caption.id)">\(caption.html)</figcaption>
            <div class="plot-scroll"\(focus)>
            <svg class="plot-drawing" role="\(links == nil ? "img" : "group")" aria-labelledby="\(caption.id)" \
            viewBox="0 0 \(Int(width)) \(Int(height))">
            \(drawing)</svg></div>
            <details class="plot-data"><summary>Data table</summary>
            \(table)</details></figure>

            """
    }

    /// The figure of a plot that has nothing to draw.
    static func empty(_ caption: PlotCaption) -> HTML {
        """
        <figure class="plot"><figcaption id="\(caption.id)">\(caption.html)</figcaption>
        <p class="plot-empty">There are no values to plot.</p></figure>

        """
    }

    /// The axes and the grid.
    var html: HTML {
        var lines = ""
        for tick in ticks.values {
            lines += "M\(PlotNumber.coordinate(Self.left)) \(PlotNumber.coordinate(Self.y(tick.position)))"
            lines += "H\(PlotNumber.coordinate(Self.x(1)))"
        }
        return """
            <path class="plot-grid" d="\(lines)" fill="none"/>
            <g class="plot-axis" aria-hidden="true">\(HTML.joined(ticks.values.map(valueLabel)))\(HTML.joined(ticks.across.map(label)))</g>

            """
    }

    private func valueLabel(_ tick: PlotTick) -> HTML {
        let y = PlotNumber.coordinate(Self.y(tick.position) + 4)
        return "<text x=\"\(PlotNumber.coordinate(Self.left - 8))\" y=\"\(y)\" text-anchor=\"end\">\(tick.label)</text>"
    }

    // The label at the end of the axis stays within the drawing.
    private func label(_ tick: PlotTick) -> HTML {
        let anchor = tick.position > 0.95 ? "end" : "middle"
        let x = PlotNumber.coordinate(Self.x(tick.position))
        return "<text x=\"\(x)\" y=\"\(PlotNumber.coordinate(Self.height - 8))\" text-anchor=\"\(anchor)\">\(tick.label)</text>"
    }
}

/// What a plot is about.
struct PlotCaption {
    /// An ID of the page, of letters, digits and dashes.
    let id: String
    let label: String
    /// What more there is to say: how many values, of which time.
    let notes: [String]

    var html: HTML {
        let notes: HTML? = notes.isEmpty ? nil : " <span class=\"plot-note\">\(notes.joined(separator: ", "))</span>"
        return "\(ShownText.isolated(label))\(notes)"
    }

    /// What to say about values that have no position on an axis.
    static func unplotted(_ count: Int) -> [String] { count > 0 ? ["\(NumberText.grouped(Int64(count))) not drawn (NaN or infinite)"] : [] }

    /// What to say about values that are not shown.
    static func cut(_ shown: Int, of count: Int, _ which: String) -> [String] {
        shown < count ? ["only the \(which) \(NumberText.grouped(Int64(shown))) are shown"] : []
    }
}

/// A table with the data of a plot.
struct PlotTable {
    let label: String
    let header: [String]
    let rows: [HTML]

    var html: HTML {
        let header = HTML.joined(header.map { "<th scope=\"col\">\($0)</th>" })
        let table: HTML = "<table><thead><tr>\(header)</tr></thead><tbody>\n\(HTML.joined(rows))</tbody></table>"
        return MetadataTable(label: "Data of \(label)", table: table).html
    }

    static func number(_ value: Double) -> HTML { "<td class=\"numeric\">\(ShownNumber.text(value))</td>" }
}

/// A point or bar of a plot, which leads to its event.
struct PlotLink {
    /// Whether links are in the order of the tab key.
    enum Focus {
        case inOrder
        /// There are too many; the data table has the same links.
        case skipped

        init(count: Int) { self = count <= 60 ? .inOrder : .skipped }
    }

    let href: String
    let title: String
    let focus: Focus

    func html(_ shape: HTML) -> HTML {
        switch focus {
        case .inOrder: "<a class=\"plot-link\" href=\"\(href)\" aria-label=\"\(title)\"><title>\(title)</title>\(shape)</a>\n"
        case .skipped: "<a class=\"plot-link\" href=\"\(href)\" tabindex=\"-1\"><title>\(title)</title>\(shape)</a>\n"
        }
    }
}
