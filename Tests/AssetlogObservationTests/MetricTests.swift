import AssetlogObservation
import Testing

@Suite("Counters, gauges and histograms")
struct MetricTests {
    private let threads = 8
    private let additions = 20_000

    /// Runs the same work in many tasks at once.
    private func together(_ body: @escaping @Sendable (Int) -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask { for index in 0..<additions { body(thread + index) } }
            }
        }
    }

    @Test("lose no addition that several threads make at once")
    func concurrency() async {
        let (counter, gauge, histogram) = (Counter(), Gauge(), Histogram([1, 3]))
        let grid = CounterGrid(rowLabel: "r", rows: 2, columnLabel: "c", columns: 200...201)
        await together { number in
            counter.add()
            gauge.add(2)
            gauge.subtract()
            histogram.observe(number % 5)
            grid.add(row: number % 2, column: 200 + number % 2)
        }
        let all = threads * additions
        #expect(counter.value == all)
        #expect(gauge.value == all)
        let snapshot = histogram.snapshot
        #expect(snapshot.buckets.map(\.count) == [all / 5 * 2, all / 5 * 4])
        #expect(snapshot.count == all)
        #expect(snapshot.sum == Double(all / 5 * 10))
        #expect(grid.value(row: 0, column: 200) == all / 2)
        #expect(grid.value(row: 1, column: 200) == 0)
        #expect(grid.samples(of: ["a", "b"]).map(\.labels) == [["r": "a", "c": "200"], ["r": "b", "c": "201"]])
    }

    @Test("A counter never shrinks")
    func counter() {
        let counter = Counter()
        counter.add(5)
        counter.add(-3)
        #expect(counter.value == 5)
    }

    @Test("What is out of a grid's range is not counted, and does no harm")
    func range() {
        let grid = CounterGrid(rowLabel: "r", rows: 1, columnLabel: "c", columns: 100...599)
        for (row, column) in [(-1, 200), (1, 200), (0, 99), (0, 600), (.max, .max), (.min, .min)] {
            grid.add(row: row, column: column)
            #expect(grid.value(row: row, column: column) == 0)
        }
        #expect(grid.samples(of: ["a"]).isEmpty)
    }

    @Test(
        "Durations come in several forms and are the same",
        arguments: [
            (Duration.zero, 0.0), (.nanoseconds(1), 1e-9), (.milliseconds(1500), 1.5), (.seconds(-3), 0),
            (.seconds(Int64.max), 9_223_372_036.854775807),
        ])
    func durations(_ duration: Duration, _ seconds: Double) {
        let histogram = Histogram(seconds: [1])
        histogram.observe(duration)
        #expect(histogram.snapshot.sum == seconds)
        #expect(histogram.snapshot.count == 1)
    }

    @Test("Values in the base unit and in nanoseconds fall into the same bucket")
    func units() {
        let durations = Histogram(seconds: [1, 2])
        durations.observe(2)
        durations.observe(nanoseconds: 2_000_000_000)
        durations.observe(.max)
        #expect(durations.snapshot.buckets.map(\.count) == [0, 2])
        let numbers = Histogram([10])
        numbers.observe(nanoseconds: 10_000_000_000)
        #expect(numbers.snapshot.sum == 10)
    }

    @Test(
        "The server's bounds ascend",
        arguments: [
            HistogramBounds.requestSeconds, HistogramBounds.commitSeconds, HistogramBounds.commitEvents.map(Double.init),
        ])
    func bounds(_ bounds: [Double]) {
        #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
    }
}
