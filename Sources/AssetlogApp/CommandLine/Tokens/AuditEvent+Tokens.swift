import AssetlogCore
import AssetlogJournal

extension AuditEvent {
    /// What a command did to a token.
    init(_ kind: Kind, _ token: TokenRecord) {
        self.init(kind, [JournalField("token", token.grant.name), JournalField("id", token.id)])
    }
}
