import AssetlogCore
import AssetlogJournal

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Writes to the audit log what a command did to a token.
enum TokenAudit {
    /// Adds a line to the file of the audit log, if there is one; the command has done its work whatever becomes of it.
    static func note(
        _ kind: AuditEvent.Kind, _ token: TokenRecord, _ settings: LogSettings, _ context: CommandContext
    ) {
        guard let path = settings.auditFile else { return }
        let fields = [
            JournalField("token", token.grant.name), JournalField("id", token.id), JournalField("uid", Int(getuid())),
        ]
        do {
            try AuditLog.append(AuditEvent(kind, fields), to: path, format: JournalFormat(settings.format))
        } catch {
            context.warn("This is not in the audit log: \(error.description.dropLast())")
        }
    }
}
