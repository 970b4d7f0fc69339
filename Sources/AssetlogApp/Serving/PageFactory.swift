import AssetlogAPI
import AssetlogAccess
import AssetlogObservation

#if UI
import AssetlogPages
#endif

/// Makes the pages for people, in builds that have them.
enum PageFactory {
    /// - Returns: Nil: the build has no trait UI.
    static func make(_ sessions: SessionSigner, tokens: TokenRegistry, audit: AuditLog) -> ((PageServices) -> PageGroup)? {
        #if UI
        return Pages(signer: sessions, tokens: tokens, audit: audit).group
        #else
        return nil
        #endif
    }
}
