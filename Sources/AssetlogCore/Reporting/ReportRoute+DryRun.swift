extension ReportRoute {
    /// Whether a report is a dry run, by its parameter `dry_run`.
    public enum DryRun: Sendable {
        /// It is not, as nearly always.
        case notAsked
        /// `dry_run=true`
        case asked
        /// The parameter has a value that is neither `true` nor `false`: who writes `dry_run=1` must not find it recorded.
        case unclear
    }

    /// Reads the parameter in the query of a report. Given twice with different values, it is unclear.
    public static func dryRun(_ query: UnsafeRawBufferPointer?) -> DryRun {
        guard let query else { return .notAsked }
        var found: DryRun?
        var start = 0
        while start < query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            if let value = value(in: query[start..<end]) {
                let next = DryRun(value)
                found = found.map { $0 == next ? $0 : .unclear } ?? next
            }
            start = end + 1
        }
        return found ?? .notAsked
    }

    /// The value of a parameter, if its name is `dry_run` or that in percent-encoding.
    private static func value(in parameter: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer>? {
        // Nearly no report has the parameter; a look at the first letter spares the rest.
        guard parameter.first == UInt8(ascii: "d") || parameter.first == UInt8(ascii: "%") else { return nil }
        let nameEnd = parameter.firstIndex(of: UInt8(ascii: "=")) ?? parameter.endIndex
        let name = parameter[..<nameEnd]
        let value = parameter[min(nameEnd + 1, parameter.endIndex)...]
        if name.elementsEqual("dry_run".utf8) { return value }
        guard name.count <= 3 * "dry_run".utf8.count, name.contains(UInt8(ascii: "%")) else { return nil }
        return PercentCoding.decode(String(decoding: name, as: UTF8.self), plusIsSpace: true) == "dry_run" ? value : nil
    }
}

extension ReportRoute.DryRun {
    fileprivate init(_ value: Slice<UnsafeRawBufferPointer>) {
        self = value.elementsEqual("true".utf8) ? .asked : value.elementsEqual("false".utf8) ? .notAsked : .unclear
    }
}
