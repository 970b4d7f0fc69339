#if Dagster
import Testing

@testable import AssetlogDagsterExporter

struct PaceTests {
    /// The greatest limit once it has settled, for a destination whose latency depends on the requests under way.
    private func limit(_ pace: Pace = Pace(), requests: Int = 100, _ latency: (Int) -> Duration) -> Int {
        var pace = pace
        var greatest = 0
        for answer in 0..<5000 {
            let underWay = min(pace.limit, requests)
            pace.answered(after: latency(underWay), underWay: underWay)
            if answer > 4000 { greatest = max(greatest, pace.limit) }
        }
        return greatest
    }

    @Test("a destination that works on one request after the other is given a few at once, so that it never waits")
    func oneByOne() {
        #expect((2...4).contains(limit { .milliseconds(10) * $0 }))
    }

    @Test("one that works on many at once is given as many as there may be")
    func parallel() {
        #expect(limit { _ in .milliseconds(20) } == Pace.most)
    }

    @Test("one that works on eight at once is given hardly more")
    func eight() {
        #expect((8...11).contains(limit { .milliseconds(10) * max(8, $0) / 8 }))
    }

    @Test("the limit does not grow while it is not used")
    func unused() {
        #expect(limit(requests: 3) { _ in .milliseconds(10) } <= 4)
    }

    @Test("too much halves it, down to one, and it grows again")
    func overload() {
        var pace = Pace()
        // Not after so many that it is measured again.
        for _ in 0..<480 { pace.answered(after: .milliseconds(20), underWay: pace.limit) }
        let most = pace.limit
        pace.overloaded()
        #expect(most > 4 && pace.limit == most / 2)
        for _ in 0..<10 { pace.overloaded() }
        #expect(pace.limit == 1)
        for _ in 0..<100 { pace.answered(after: .milliseconds(20), underWay: pace.limit) }
        #expect(pace.limit > 1)
    }

    @Test("a destination that became slower for good is not held back by what it once was")
    func slower() {
        var pace = Pace()
        for _ in 0..<2000 { pace.answered(after: .milliseconds(1), underWay: pace.limit) }
        #expect(limit(pace) { _ in .milliseconds(50) } == Pace.most)
    }
}
#endif
