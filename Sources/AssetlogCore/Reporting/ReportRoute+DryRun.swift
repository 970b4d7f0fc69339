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

    /// Reads the parameter in the query of a report. If it is there twice, the last one counts.
    public static func dryRun(_ query: UnsafeRawBufferPointer?) -> DryRun {
        guard let query else { return .notAsked }
        var dryRun = DryRun.notAsked
        var start = 0
        while start < query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            // Nearly no report has the parameter; a look at the first letter spares the rest.
            if query[start] == UInt8(ascii: "d"), query[start..<end].starts(with: "dry_run".utf8) {
                let rest = query[start..<end].dropFirst("dry_run".utf8.count)
                if rest.isEmpty || rest.first == UInt8(ascii: "=") { dryRun = DryRun(rest.dropFirst()) }
            }
            start = end + 1
        }
        return dryRun
    }
}

extension ReportRoute.DryRun {
    fileprivate init(_ value: Slice<UnsafeRawBufferPointer>) {
        self = value.elementsEqual("true".utf8) ? .asked : value.elementsEqual("false".utf8) ? .notAsked : .unclear
    }
}
