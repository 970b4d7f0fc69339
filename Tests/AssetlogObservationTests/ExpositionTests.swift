import AssetlogObservation
import Testing

@Suite("The text formats")
struct ExpositionTests {
    private func lines(
        _ format: ExpositionFormat, _ family: MetricFamily, _ samples: [MetricSample]
    ) -> [String] {
        let registry = MetricsRegistry()
        registry.register(family) { samples }
        return registry.render(format).split(separator: "\n").map(String.init)
    }

    @Test("A counter's name ends in _total, in OpenMetrics not that of its family")
    func counters() {
        let family = MetricFamily("assetlog_x_seconds", .counter, unit: .seconds, help: "Things.")
        let samples = [MetricSample(["kind": "a"], .integer(3)), MetricSample(["kind": "b"], .number(0.5))]
        #expect(
            lines(.prometheusText, family, samples) == [
                "# HELP assetlog_x_seconds_total Things.", "# TYPE assetlog_x_seconds_total counter",
                #"assetlog_x_seconds_total{kind="a"} 3"#, #"assetlog_x_seconds_total{kind="b"} 0.5"#,
            ])
        #expect(
            lines(.openMetrics, family, samples) == [
                "# HELP assetlog_x_seconds Things.", "# TYPE assetlog_x_seconds counter",
                "# UNIT assetlog_x_seconds seconds", #"assetlog_x_seconds_total{kind="a"} 3"#,
                #"assetlog_x_seconds_total{kind="b"} 0.5"#, "# EOF",
            ])
    }

    @Test("Facts are a gauge with the value 1 in the older format")
    func infos() {
        let family = MetricFamily("assetlog_build", .info, help: "The version.")
        let samples = [MetricSample(["version": "1.2"], .integer(1))]
        #expect(
            lines(.prometheusText, family, samples) == [
                "# HELP assetlog_build_info The version.", "# TYPE assetlog_build_info gauge",
                #"assetlog_build_info{version="1.2"} 1"#,
            ])
        #expect(
            lines(.openMetrics, family, samples) == [
                "# HELP assetlog_build The version.", "# TYPE assetlog_build info",
                #"assetlog_build_info{version="1.2"} 1"#, "# EOF",
            ])
    }

    @Test("A histogram has cumulative buckets up to +Inf, a sum and a count", arguments: [ExpositionFormat.prometheusText, .openMetrics])
    func histograms(_ format: ExpositionFormat) {
        let histogram = Histogram(seconds: [0.001, 0.1, 1])
        for nanoseconds in [0, 1_000_000, 1_000_001, 1_000_000_000, 2_500_000_000, -7] {
            histogram.observe(nanoseconds: nanoseconds)
        }
        let registry = MetricsRegistry()
        registry.register(MetricFamily("x_seconds", .histogram, unit: .seconds, help: "H."), ["route": "/"], histogram)
        let samples = registry.render(format).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"x_seconds_bucket{route="/",le="0.001"} 3"#, #"x_seconds_bucket{route="/",le="0.1"} 4"#,
                #"x_seconds_bucket{route="/",le="1.0"} 5"#, #"x_seconds_bucket{route="/",le="+Inf"} 6"#,
                #"x_seconds_sum{route="/"} 3.502000001"#, #"x_seconds_count{route="/"} 6"#,
            ])
    }

    @Test("Labels are escaped in both formats", arguments: [ExpositionFormat.prometheusText, .openMetrics])
    func labels(_ format: ExpositionFormat) {
        let sample = MetricSample(["a": "q\"b\\n\nl", "b": "ü"], .integer(1))
        let text = lines(format, MetricFamily("x", .gauge, help: "H."), [sample])
        #expect(text.contains(#"x{a="q\"b\\n\nl",b="ü"} 1"#))
    }

    @Test(
        "Help is escaped as each format asks for",
        arguments: [
            (ExpositionFormat.prometheusText, #"# HELP x A \\ b\n"c""#), (.openMetrics, #"# HELP x A \\ b\n\"c\""#),
        ])
    func help(_ format: ExpositionFormat, _ expected: String) {
        let family = MetricFamily("x", .gauge, help: "A \\ b\n\"c\"")
        #expect(lines(format, family, [MetricSample(.none, .integer(1))]).first == expected)
    }

    @Test(
        "Numbers that are none have their own words",
        arguments: [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (0.1, "0.1"), (1e300, "1e+300"), (-2, "-2.0"),
        ])
    func numbers(_ number: Double, _ expected: String) {
        for format in [ExpositionFormat.prometheusText, .openMetrics] {
            let text = lines(format, MetricFamily("x", .gauge, help: "H."), [MetricSample(.none, .number(number))])
            #expect(text.contains("x \(expected)"))
        }
    }

    @Test("Families stand in the order of their names, those without numbers nowhere, and no name twice")
    func families() {
        let registry = MetricsRegistry()
        let empty = Counter()
        registry.register(MetricFamily("b", .gauge, help: "B."), ["n": "1"], Gauge(1))
        registry.register(MetricFamily("c", .gauge, help: "C.")) { [] }
        registry.register(MetricFamily("a", .counter, help: "A."), empty)
        registry.register(MetricFamily("b", .gauge, help: "Ignored."), ["n": "2"], Gauge(-2))
        #expect(
            registry.render(.openMetrics) == """
                # HELP a A.
                # TYPE a counter
                a_total 0
                # HELP b B.
                # TYPE b gauge
                b{n="1"} 1
                b{n="2"} -2
                # EOF

                """)
        #expect(MetricsRegistry().render(.prometheusText).isEmpty)
        #expect(MetricsRegistry().render(.openMetrics) == "# EOF\n")
    }
}
