import Logging

/// The messages on standard error, the access log and the audit log.
struct LogSettings: Hashable, Sendable {
    enum Format: String, CaseIterable, Sendable { case text, json }

    var level: Logger.Level
    var format: Format
    /// The file of the requests; nil: none is written.
    var accessFile: String?
    /// The file of the changes and refusals; nil: they are messages.
    var auditFile: String?
}

extension LogSettings {
    /// Reads the keys under `log`. What is wrong is noted.
    init(_ log: SectionValues) {
        self.init(
            level: log[LogKeys.level], format: log[LogKeys.format], accessFile: log[LogKeys.access],
            auditFile: log[LogKeys.audit])
    }
}
