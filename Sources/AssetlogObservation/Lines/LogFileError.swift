#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Why an access or audit log can't be written.
public struct LogFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong, where, and what to do, in a sentence for the operator.
    public var description: String

    init(opening path: String, errno code: Int32) {
        description =
            "The log file \(path) can't be opened for writing: \(Self.reason(code)). Make its directory writable for this"
            + " user, or change log.access or log.audit."
    }

    init(writing path: String, errno code: Int32) {
        description = "The log file \(path) can't be written: \(Self.reason(code))."
    }

    static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
