import AssetlogMetrics
import Testing

struct ExpositionTests {
    @Test("A counter's name ends in _total, in OpenMetrics not that of its family")
    func counters() {
        let registry = MetricsRegistry()
        let counter = Counter()
        counter.add(3)
        registry.register(.init("assetlog_x", .counter, help: "Things."), ["kind": "a"], counter)
        #expect(
            registry.render(.prometheusText) == """
                # HELP assetlog_x_total Things.
                # TYPE assetlog_x_total counter
                assetlog_x_total{kind="a"} 3

                """)
        #expect(
            registry.render(.openMetrics) == """
                # HELP assetlog_x Things.
                # TYPE assetlog_x counter
                assetlog_x_total{kind="a"} 3
                # EOF

                """)
    }
}
