import AssetlogCore
import AssetlogObservation

extension AuditEvent {
    /// What a command did to a token.
    init(_ kind: Kind, _ token: TokenRecord) {
        self.init(kind, [LogField("token", token.grant.name), LogField("id", token.id)])
    }
}
