/// How often observed values were at most so large: what quantiles are estimated from.
///
/// An observation is a short search and two atomic additions. The sum is an integer (nanoseconds, or whole units), so
/// that it stays exact for years.
public final class Histogram: Sendable {
    private let bounds: [Int]
    // What one base unit is, in the integers that are added up.
    private let unit: Int
    private let counts: AtomicCells
    private let sum = Counter()

    /// Makes a histogram of durations.
    ///
    /// - Parameter bounds: The upper bounds of the buckets in seconds, ascending; `+Inf` comes by itself.
    public convenience init(seconds bounds: [Double]) {
        self.init(bounds.map { Int(($0 * 1e9).rounded()) }, unit: 1_000_000_000)
    }

    /// Makes a histogram of numbers: of events, of bytes.
    ///
    /// - Parameter bounds: The upper bounds of the buckets, ascending; `+Inf` comes by itself.
    public convenience init(_ bounds: [Int]) {
        self.init(bounds, unit: 1)
    }

    private init(_ bounds: [Int], unit: Int) {
        self.bounds = bounds.sorted()
        self.unit = unit
        counts = AtomicCells(count: bounds.count + 1)
    }

    /// Observes a duration; a negative one, which a clock that was set back gives, counts as 0.
    public func observe(nanoseconds: Int) {
        add(unit == 1 ? nanoseconds / 1_000_000_000 : nanoseconds)
    }

    /// Observes a duration.
    public func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let whole = Int(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        observe(nanoseconds: whole.overflow ? .max : whole.partialValue &+ Int(attoseconds / 1_000_000_000))
    }

    /// Observes a number in the base unit.
    public func observe(_ number: Int) {
        let scaled = number.multipliedReportingOverflow(by: unit)
        add(scaled.overflow ? .max : scaled.partialValue)
    }

    private func add(_ value: Int) {
        let value = max(0, value)
        var bucket = 0
        while bucket < bounds.count, bounds[bucket] < value { bucket += 1 }
        counts.add(1, to: bucket)
        sum.add(value)
    }

    /// What was observed so far.
    public var snapshot: HistogramSnapshot {
        let scale = Double(unit)
        var total = 0
        var buckets: [HistogramSnapshot.Bucket] = []
        for index in bounds.indices {
            total += counts[index]
            buckets.append(.init(upperBound: Double(bounds[index]) / scale, count: total))
        }
        total += counts[bounds.count]
        return HistogramSnapshot(buckets: buckets, count: total, sum: Double(sum.value) / scale)
    }
}

/// The state of a histogram at one moment.
public struct HistogramSnapshot: Hashable, Sendable {
    /// A bucket: how many observations were at most its bound.
    public struct Bucket: Hashable, Sendable {
        /// The bound.
        public var upperBound: Double
        /// The observations up to it, those of the smaller buckets among them.
        public var count: Int

        /// Makes a bucket.
        public init(upperBound: Double, count: Int) {
            self.upperBound = upperBound
            self.count = count
        }
    }

    /// The buckets, ascending, without `+Inf`.
    public var buckets: [Bucket]
    /// All observations.
    public var count: Int
    /// What was observed, added up, in the base unit.
    public var sum: Double

    /// Makes a snapshot.
    public init(buckets: [Bucket], count: Int, sum: Double) {
        self.buckets = buckets
        self.count = count
        self.sum = sum
    }
}

/// The bounds of this server's histograms. Changing them changes the series that operators keep.
public enum HistogramBounds {
    /// Durations of requests, in seconds.
    public static let requestSeconds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// Durations of commits, in seconds: from a memory's to a struggling disk's.
    public static let commitSeconds = [0.0001, 0.00025] + requestSeconds
    /// Events of one commit.
    public static let commitEvents = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536]
}
