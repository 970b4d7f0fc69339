import AssetlogAccess
import AssetlogObservation

extension RequestIdentity {
    /// Who sent the request and from where, for the audit log.
    var auditFields: [LogField] { [LogField("client", address?.description), LogField("reporter", caller.name)] }
}
