extension ReportRoute {
    /// Whether the query of a report asks for a rehearsal: `dry_run=true`. Of a doubled parameter the last counts.
    public static func isRehearsal(_ query: UnsafeRawBufferPointer?) -> Bool {
        guard let query else { return false }
        var isAsked = false
        var start = 0
        while start < query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            // Nearly no report has the parameter; a look at the first letter spares the rest.
            if query[start] == UInt8(ascii: "d"), query[start..<end].starts(with: "dry_run=".utf8) {
                isAsked = query[start..<end].elementsEqual("dry_run=true".utf8)
            }
            start = end + 1
        }
        return isAsked
    }
}
