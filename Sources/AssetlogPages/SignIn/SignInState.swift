import AssetlogAccess
import AssetlogWeb
import HummingbirdCore

/// Whose token a page is read with, for what stands on top of it.
struct SignInState: Sendable {
    /// The name of the token; nil: none is in use.
    let name: String?
    /// Whether it is known by a session, which can be ended.
    let isSession: Bool
    /// The hidden field of the form that ends the session; nil: there is none to end.
    let field: HTML?

    /// Reads who has sent a request.
    init(_ request: Request, _ identity: RequestIdentity, base: String, _ protection: FormProtection) {
        name = identity.caller.name
        isSession = identity.isSession
        // A session has its cookie, so none is to be set here.
        field = identity.isSession ? protection.field(for: request, identity, base: base).html : nil
    }

    /// Reads who has sent a request.
    init(_ request: Request, _ context: RouteContext, _ protection: FormProtection) {
        self.init(request, context.identity, base: context.location.base, protection)
    }

    /// The name of the token, with a button that ends the session; nil: no token is in use.
    func html(base: String) -> HTML? {
        guard let name else { return nil }
        let signOut = field.map { field -> HTML in
            """
            <form class="sign-out" method="post" action="\(base)/sign-out">\(field)\
            <button type="submit">Sign out</button></form>
            """
        }
        return "<span class=\"who\">Token \(HTML.reported(name, limit: 40))</span>\(signOut)"
    }
}
