#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ReportRoute {
    /// Whether the query of a report asks for a rehearsal: `dry_run=true`. Of a doubled parameter the last counts.
    public static func isRehearsal(_ query: UnsafeRawBufferPointer?) -> Bool {
        // Nearly no report has the parameter, so nothing is taken apart before its name was seen.
        let name: StaticString = "dry_run"
        guard let query, let base = query.baseAddress,
            memmem(base, query.count, name.utf8Start, name.utf8CodeUnitCount) != nil
        else { return false }
        var isAsked = false
        for pair in query.split(separator: UInt8(ascii: "&")) {
            if pair.elementsEqual("dry_run=true".utf8) {
                isAsked = true
            } else if pair.starts(with: "dry_run=".utf8) {
                isAsked = false
            }
        }
        return isAsked
    }
}
