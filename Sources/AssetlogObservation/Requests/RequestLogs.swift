/// Takes the records of requests: the access log, if there is one, gets all of them, the audit log the refused ones.
public final class RequestLogs: RequestSink {
    private let access: AccessLog?
    private let audit: AuditLog

    /// Makes the logs.
    public init(access: AccessLog?, audit: AuditLog) {
        self.access = access
        self.audit = audit
    }

    /// Whether a record of this status is written somewhere.
    public func wants(status: Int) -> Bool {
        access != nil || Self.isRefusal(status)
    }

    /// Writes a record where it belongs.
    public func answered(_ record: AccessRecord) {
        access?.write(record)
        if Self.isRefusal(record.status) { audit.refused(record) }
    }

    private static func isRefusal(_ status: Int) -> Bool {
        status == 401 || status == 403 || status == 429
    }
}
