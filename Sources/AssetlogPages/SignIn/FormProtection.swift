import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// Tells the forms of this server from those that another site makes a person's browser send (CSRF).
///
/// Each form has a hidden field that only this server can make, bound to a cookie of the browser: that of the session, or else
/// one for this purpose alone. What browsers say about where a form comes from is checked too.
struct FormProtection: Sendable {
    /// The name of the hidden field.
    static let fieldName = "csrf"
    /// The name of the cookie of a browser without a session.
    static let cookieName = "assetlog_csrf"

    let signer: SessionSigner

    init(_ signer: SessionSigner) {
        self.signer = signer
    }

    /// What a form needs.
    struct Field: Sendable {
        /// The hidden field.
        let html: HTML
        /// The value of a `Set-Cookie` field that the answer must have; nil: the browser has its cookie.
        let cookie: String?
    }

    // MARK: Making

    /// Makes the hidden field for a form of a page.
    func field(for request: Request, _ context: RouteContext) -> Field {
        field(for: request, context.identity, base: context.location.base)
    }

    /// Makes the hidden field for a form of a page below a path prefix.
    func field(for request: Request, _ identity: RequestIdentity, base: String) -> Field {
        if let known = Self.cookies(request, identity).first { return Field(html: hidden(for: known), cookie: nil) }
        // Without random bytes there is no field, and the form is refused.
        guard let id = try? SessionSigner.browserID() else { return Field(html: "", cookie: nil) }
        let cookie = BrowserCookie(Self.cookieName, id, base: base, isSecure: identity.isSecure)
        return Field(html: hidden(for: Self.browser(id)), cookie: cookie.field)
    }

    private func hidden(for cookie: String) -> HTML {
        guard let token = try? signer.formToken(for: cookie) else { return "" }
        return "<input type=\"hidden\" name=\"\(Self.fieldName)\" value=\"\(token)\">"
    }

    // MARK: Checking

    /// Checks that a form comes from a page of this server, in the same browser.
    ///
    /// - Throws: ``RequestError`` with the status 403.
    func verify(_ form: FormFields, _ request: Request, _ context: RouteContext) throws(RequestError) {
        try verify(form, request, context.identity)
    }

    /// Checks that a form comes from a page of this server, in the same browser.
    ///
    /// - Throws: ``RequestError`` with the status 403.
    func verify(_ form: FormFields, _ request: Request, _ identity: RequestIdentity) throws(RequestError) {
        guard Self.isSameOrigin(request) else { throw Self.foreign }
        let cookies = Self.cookies(request, identity)
        guard !cookies.isEmpty else { throw Self.noCookie }
        guard let token = form[Self.fieldName], cookies.contains(where: { signer.isFormToken(token, for: $0) }) else {
            throw Self.outdated
        }
    }

    // What the tokens of forms are bound to. A session has its own, so that they end with it.
    private static func cookies(_ request: Request, _ identity: RequestIdentity) -> [String] {
        if let session = identity.session { return ["session:\(session.cookie.revealed)"] }
        let field = request.headers[values: .cookie].joined(separator: "; ")
        return CookieHeader.values(named: cookieName, in: field).filter { !$0.isEmpty && $0.utf8.count <= 64 }.map(browser)
    }

    private static func browser(_ id: String) -> String { "browser:\(id)" }

    // The first field is the browser's own view. The second is compared with what a proxy may have changed, so it counts only
    // where the first is not there.
    private static func isSameOrigin(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        return HostPolicy.isSameOrigin(origin, host: request.head.authority ?? "")
    }

    // MARK: Refusals

    private static let foreign = RequestError(
        status: .forbidden,
        detail: "This form was sent by a page of another origin. Open this server's own page; behind a proxy, let it pass on the Host"
            + " that the browser asks for.")

    private static let noCookie = RequestError(
        status: .forbidden, detail: "The browser has sent no cookie. Allow cookies for this server, and send the form again.")

    private static let outdated = RequestError(
        status: .forbidden, detail: "This form is out of date. Load the page again, and send it from there.")
}

extension HTTPField.Name {
    /// The name is valid, so the fallback is never taken.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
