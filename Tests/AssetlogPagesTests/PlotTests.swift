import AssetlogCatalog
import AssetlogCore
import Testing

@testable import AssetlogPages

@Suite struct PlotTests {
    private static let start: Int64 = 1_700_000_000_000_000
    private static let hour: Int64 = 3_600_000_000
    private static let least = Double.leastNonzeroMagnitude

    private static func points(_ values: [Double], step: Int64 = hour, partition: String? = nil) -> Series {
        .points(
            values.enumerated().map { index, value in
                let time = Timestamp(microseconds: start + Int64(index) * step)
                return Series.Point(timeKey: EventTimeKey(timestamp: time, sequence: Int64(index + 1)), value: value, partition: partition)
            })
    }

    private static func html(_ series: Series, label: String = "rows") -> String {
        SeriesPlot(series: series, label: label, id: "plot-1", pointLink: { "/event/at/\($0)" }).html.markup
    }

    /// Checks the elements, and that every coordinate is a number.
    private static func check(_ html: String, sourceLocation: SourceLocation = #_sourceLocation) {
        Markup.check(html, sourceLocation: sourceLocation)
        for name in ["x", "y", "cx", "cy", "r", "width", "height", "d"] {
            for value in html.split(separator: " \(name)=\"").dropFirst() {
                let text = value.prefix { $0 != "\"" }
                #expect(text.allSatisfy { "MLHZ .-0123456789".contains($0) }, "\(name)=\(text)", sourceLocation: sourceLocation)
                #expect(!text.isEmpty, sourceLocation: sourceLocation)
            }
        }
    }

    @Test(
        "Any values make a drawing",
        arguments: [
            [], [5], [0], [-3, -3, -3], [1, .nan, 2, .infinity, -.infinity], [.nan], [-1e308, 1.7e308, .greatestFiniteMagnitude],
            [least, 0], [least],
            [1e-300, 2e-300], [1e16, 1e16 + 2], [-0.0], [0.1, 0.2, 0.30000000000000004], [1_000_000, 1_000_001],
            [-.greatestFiniteMagnitude], [1e-5, 2e-5],
        ] as [[Double]])
    func values(values: [Double]) {
        let html = Self.html(Self.points(values))
        Self.check(html)
        let finite = values.filter(\.isFinite).count
        #expect(html.count(of: "<circle class=\"plot-point\"") == finite)
        #expect(html.contains("There are no values to plot.") == (finite == 0))
        #expect(html.contains("not drawn (NaN or infinite)") == (finite < values.count))
        #expect(html.count(of: "<tr><th scope=\"row\">") == finite)
        let bars = values.enumerated().map { (partition: "p\($0.offset)", value: $0.element, sequence: Int64($0.offset)) }
        let partitions = PartitionPlot(values: bars, label: "rows", id: "p", pointLink: { "/event/at/\($0)" }).html.markup
        Self.check(partitions)
        #expect(partitions.count(of: "<rect class=\"plot-bar\"") == finite)
    }

    @Test(
        "The marks of an axis are round numbers",
        arguments: [
            ([0, 10], ["0", "2", "4", "6", "8", "10"]), ([0, 100], ["0", "20", "40", "60", "80", "100"]),
            ([1, 4], ["1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"]), ([-1, 1], ["-1.0", "-0.5", "0", "0.5", "1.0"]),
            ([1000, 5000], ["1,000", "2,000", "3,000", "4,000", "5,000"]),
            ([0.001, 0.002], ["0.0010", "0.0012", "0.0014", "0.0016", "0.0018", "0.0020"]),
            ([7, 7], ["6.4", "6.6", "6.8", "7.0", "7.2", "7.4", "7.6"]), ([0], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            ([0, 5e12], ["0", "1e12", "2e12", "3e12", "4e12", "5e12"]),
            ([0, 1.7e308], ["0", "0.5e308", "1.0e308", "1.5e308"]), ([0, least], ["0", "1e-324", "2e-324", "3e-324", "4e-324", "5e-324"]),
            ([2e-7, 4e-7], ["2.0e-7", "2.5e-7", "3.0e-7", "3.5e-7", "4.0e-7"]),
        ] as [([Double], [String])])
    func valueTicks(values: [Double], labels: [String]) {
        let scale = PlotScale(values)
        #expect(scale.ticks.map(\.label) == labels)
        #expect(scale.ticks.allSatisfy { (0...1).contains($0.position) })
    }

    @Test("The axis of bars contains zero", arguments: [[5.0, 6], [-5, -6], [-5, 6], [0, 0]])
    func zero(values: [Double]) {
        let labels = PlotScale(values, includesZero: true).ticks.map(\.label)
        #expect(labels.contains("0"))
    }

    @Test(
        "The marks of times are at round times",
        arguments: [
            (0, "21:30"), (30, "22:13:20"), (3600, "22:15"), (86_400, "2023-11-15"), (7 * 86_400, "2023-11-15"), (100 * 86_400, "2023-12"),
            (800 * 86_400, "2024-01"), (9000 * 86_400, "2025"),
        ] as [(Int64, String)])
    func timeTicks(seconds: Int64, first: String) {
        let scale = PlotTimeScale(Timestamp(microseconds: Self.start), Timestamp(microseconds: Self.start + seconds * 1_000_000))
        let ticks = scale.ticks
        #expect((2...8).contains(ticks.count), "\(ticks)")
        #expect(ticks.allSatisfy { (0...1).contains($0.position) })
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.position < $1.position })
        #expect(ticks.first?.label == first, "\(ticks)")
    }

    @Test("Times beyond the calendar make no fault", arguments: [(Int64.min, Int64.max), (.min, .min), (.max, .max), (0, .max), (-1, 0)])
    func extremeTimes(first: Int64, last: Int64) {
        let scale = PlotTimeScale(Timestamp(microseconds: first), Timestamp(microseconds: last))
        #expect(scale.ticks.count <= 12)
        #expect((0...1).contains(scale.position(of: Timestamp(microseconds: first))))
    }

    @Test("Few points are in the order of the tab key and have a larger target, many are not", arguments: [60, 61, 500, 700])
    func manyPoints(count: Int) {
        let html = Self.html(Self.points((0..<count).map { Double($0 * $0) }))
        Self.check(html)
        #expect(html.count(of: "<circle class=\"plot-point\"") == min(count, 500))
        #expect(html.count(of: "<circle class=\"plot-target\"") == (count <= 60 ? count : 0))
        #expect(html.count(of: "tabindex=\"-1\"") == (count <= 60 ? 0 : min(count, 500)))
        #expect(html.contains("only the latest 500 are shown") == (count > 500))
        #expect(html.contains("/event/at/\(count)\""))
        #expect(html.contains("/event/at/1\"") == (count <= 500))
    }

    @Test("A point says its value, time and partition")
    func point() {
        let html = Self.html(Self.points([1234.5], partition: "a\u{202e}<b>"), label: "<i>\u{202e}")
        #expect(html.contains("<title>1,234.5 at 2023-11-14 22:13:20 UTC, partition a&lt;b&gt;</title>"))
        #expect(html.contains("aria-label=\"1,234.5 at 2023-11-14 22:13:20 UTC, partition a&lt;b&gt;\""))
        #expect(html.contains("<figcaption id=\"plot-1\"><bdi>&lt;i&gt;\u{202e}</bdi>"))
        #expect(html.contains("<th scope=\"col\">Partition</th>"))
        Self.check(html)
    }

    @Test(
        "Spans of time become a band and a line",
        arguments: [
            [(1.0, 3.0, 4.0)], [(1, 3, 4), (-2, 5, 3)], [(-1e308, .greatestFiniteMagnitude, .infinity), (0, 0, 0)], [(.nan, 1, 1)], [],
        ] as [[(Double, Double, Double)]])
    func buckets(values: [(Double, Double, Double)]) {
        let buckets = values.enumerated().map { index, value in
            Series.Bucket(
                from: Timestamp(microseconds: Self.start + Int64(index) * Self.hour),
                to: Timestamp(microseconds: Self.start + Int64(index + 1) * Self.hour),
                count: 2, min: value.0, max: value.1, sum: value.2, last: value.1)
        }
        let html = Self.html(.buckets(buckets))
        Self.check(html)
        #expect(html.contains("class=\"plot-band\"") == values.contains { $0.0.isFinite })
        #expect(!html.contains("<svg class=\"plot-drawing\" role=\"group\""))
    }

    @Test("Partitions are bars in their order, at most 500", arguments: [1, 60, 700])
    func partitions(count: Int) {
        let values = (0..<count).map { (partition: "p\($0)<", value: Double($0 - 5), sequence: Int64($0)) }
        let html = PartitionPlot(values: values, label: "rows", id: "p", pointLink: { "/event/at/\($0)" }).html.markup
        Self.check(html)
        #expect(html.count(of: "<rect class=\"plot-bar\"") == min(count, 500))
        #expect(html.contains("only the last 500 are shown") == (count > 500))
        #expect(html.contains("partition p\(count - 1)&lt;"))
        #expect(html.count(of: "text-anchor=\"middle\"") <= 6)
    }

    @Test(
        "The activity of hours in a sentence",
        arguments: [
            ([], "No events in the last 0 hours"), ([(0, 0)], "No events in the last hour"),
            ([(1, 1)], "1 event in the last hour, 1 failure"),
            ([(1000, 0), (234, 3)], "1,234 events in the last 2 hours, 3 failures"),
            ([(5, 0), (0, 0)], "5 events in the last 2 hours, no failures"),
            ([(.max, 1), (.max, -1)], "9,223,372,036,854,775,807 events in the last 2 hours, 1 failure"),
            ([(-4, -4)], "No events in the last hour"),
        ] as [([(Int, Int)], String)])
    func activity(counts: [(Int, Int)], summary: String) {
        let hours = counts.enumerated().map {
            (start: Timestamp(microseconds: Self.start + Int64($0.offset) * Self.hour), total: $0.element.0, failed: $0.element.1)
        }
        let bar = ActivityBar(hours: hours, size: .wide)
        #expect(bar.summary == summary)
        #expect(bar.bars.markup.contains("role=\"img\" aria-label=\"\(summary)\""))
        Self.check(bar.html.markup)
        #expect(bar.bars.markup.count(of: "class=\"bar\"") == counts.count { $0.0 > 0 || $0.1 > 0 })
        #expect(bar.bars.markup.count(of: "class=\"bar-failed\"") == counts.count { $0.1 > 0 })
    }

    @Test(
        "Numbers with a fixed number of decimals",
        arguments: [
            (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (1234.567, 2, "1,234.57"), (-1, 0, "-1"), (1e300, 3, "1e+300"), (0.001, 4, "0.0010"),
            (999.96, 1, "1,000.0"),
        ])
    func fixed(value: Double, decimals: Int, expected: String) {
        #expect(PlotNumber.fixed(value, decimals: decimals) == expected)
    }

    @Test("Coordinates", arguments: [(1.25, "1.3"), (-0.04, "0"), (-1.26, "-1.3"), (7, "7"), (.nan, "0"), (.infinity, "0"), (1e300, "0")])
    func coordinates(value: Double, expected: String) {
        #expect(PlotNumber.coordinate(value) == expected)
    }
}
