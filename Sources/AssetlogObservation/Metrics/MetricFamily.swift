/// The name and the meaning of metrics that differ in their labels only.
public struct MetricFamily: Hashable, Sendable {
    /// What a number means to who reads it.
    public enum Kind: Hashable, Sendable {
        /// It only grows; its name in the output ends in `_total`.
        case counter
        /// It goes up and down.
        case gauge
        /// Buckets, a count and a sum.
        case histogram
        /// Facts in labels, with the value 1; its name in the output ends in `_info`.
        case info
    }

    /// The unit, which the name ends in.
    public enum Unit: String, Hashable, Sendable {
        /// Seconds.
        case seconds
        /// Bytes.
        case bytes
    }

    /// The name without `_total` and `_info`, with the prefix `assetlog_` or `process_`.
    public var name: String
    /// What it is, in one sentence.
    public var help: String
    /// What its numbers mean.
    public var kind: Kind
    /// The unit; nil: plain numbers.
    public var unit: Unit?

    /// Makes a family.
    public init(_ name: String, _ kind: Kind, unit: Unit? = nil, help: String) {
        self.name = name
        self.help = help
        self.kind = kind
        self.unit = unit
    }
}

/// The labels of one metric, in the order in which they are written.
public struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A label.
    public struct Label: Hashable, Sendable {
        /// Its name: letters, digits and `_`.
        public var name: String
        /// Its value: any text.
        public var value: String
    }

    /// The labels.
    public var labels: [Label]

    /// No labels.
    public static let none = MetricLabels([])

    /// Makes labels.
    public init(_ labels: [Label]) {
        self.labels = labels
    }

    /// Makes labels of a literal, whose order is kept.
    public init(dictionaryLiteral elements: (String, String)...) {
        labels = elements.map { Label(name: $0.0, value: $0.1) }
    }
}

/// One metric at the moment of a scrape.
public struct MetricSample: Hashable, Sendable {
    /// What it measures.
    public enum Value: Hashable, Sendable {
        /// A whole number.
        case integer(Int)
        /// Any number; also NaN and the infinities.
        case number(Double)
        /// The state of a histogram.
        case histogram(HistogramSnapshot)
    }

    /// What tells it from others of its family.
    public var labels: MetricLabels
    /// Its value.
    public var value: Value

    /// Makes a sample.
    public init(_ labels: MetricLabels = .none, _ value: Value) {
        self.labels = labels
        self.value = value
    }
}

/// What keeps a number, or a histogram, until a scrape.
public protocol Metric: Sendable {
    /// The present value.
    var sampleValue: MetricSample.Value { get }
}

extension Counter: Metric {
    /// The present number.
    public var sampleValue: MetricSample.Value { .integer(value) }
}

extension Gauge: Metric {
    /// The present number.
    public var sampleValue: MetricSample.Value { .integer(value) }
}

extension Histogram: Metric {
    /// The present state.
    public var sampleValue: MetricSample.Value { .histogram(snapshot) }
}
