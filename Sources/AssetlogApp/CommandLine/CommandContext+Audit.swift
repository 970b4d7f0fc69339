import AssetlogCore
import AssetlogObservation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension CommandContext {
    /// Writes what a command has done to the audit log, if it has a file, with the user of the operating system.
    ///
    /// It was done, so a file that can't be written is only a warning.
    func audit(_ event: AuditEvent, in settings: LogSettings) {
        guard let path = settings.auditFile else { return }
        var event = event
        event.fields.append(LogField("by", Self.user))
        do {
            try AuditLog.append(event, to: path, format: LogFormat(settings.format))
        } catch {
            var sentence = "\(error)"
            if sentence.hasSuffix(".") { sentence.removeLast() }
            warn("It was done, but could not be written to the audit log. \(sentence)")
        }
    }

    private static var user: String {
        let id = geteuid()
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return "uid \(id)" }
        return String(cString: name)
    }
}
