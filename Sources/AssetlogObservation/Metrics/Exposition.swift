/// The text formats in which metrics are read.
public enum ExpositionFormat: Hashable, Sendable {
    /// Prometheus text, version 0.0.4.
    case prometheusText
    /// OpenMetrics text, version 1.0.0.
    case openMetrics

    /// The media type with its parameters.
    public var contentType: String {
        switch self {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}

/// Writes families one after another.
struct ExpositionWriter {
    private let format: ExpositionFormat
    private var text = ""

    init(_ format: ExpositionFormat) {
        self.format = format
    }

    /// Appends a family; one without samples is left out.
    mutating func append(_ family: MetricFamily, _ samples: [MetricSample]) {
        guard !samples.isEmpty else { return }
        appendHead(family)
        for sample in samples {
            switch sample.value {
            case .integer(let number): append(family.name + suffix(family), sample.labels, String(number))
            case .number(let number): append(family.name + suffix(family), sample.labels, Self.number(number))
            case .histogram(let snapshot): append(family.name, sample.labels, snapshot)
            }
        }
    }

    /// The text, with its end.
    consuming func finished() -> String {
        format == .openMetrics ? text + "# EOF\n" : text
    }

    private mutating func appendHead(_ family: MetricFamily) {
        // OpenMetrics names the family; the older format names what its samples are called.
        let name = format == .openMetrics ? family.name : family.name + suffix(family)
        text += "# HELP \(name) \(escaped(family.help, quotes: format == .openMetrics))\n"
        text += "# TYPE \(name) \(type(family.kind))\n"
        if format == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit.rawValue)\n" }
    }

    private func suffix(_ family: MetricFamily) -> String {
        switch family.kind {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }

    private func type(_ kind: MetricFamily.Kind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        case .info: format == .openMetrics ? "info" : "gauge"
        }
    }

    private mutating func append(_ name: String, _ labels: MetricLabels, _ snapshot: HistogramSnapshot) {
        for bucket in snapshot.buckets {
            append("\(name)_bucket", labels.adding("le", Self.number(bucket.upperBound)), String(bucket.count))
        }
        append("\(name)_bucket", labels.adding("le", "+Inf"), String(snapshot.count))
        append("\(name)_sum", labels, Self.number(snapshot.sum))
        append("\(name)_count", labels, String(snapshot.count))
    }

    private mutating func append(_ name: String, _ labels: MetricLabels, _ value: String) {
        text += name
        if !labels.labels.isEmpty {
            let pairs = labels.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func number(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return "\(number)"
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension MetricLabels {
    fileprivate func adding(_ name: String, _ value: String) -> MetricLabels {
        MetricLabels(labels + [Label(name: name, value: value)])
    }
}
