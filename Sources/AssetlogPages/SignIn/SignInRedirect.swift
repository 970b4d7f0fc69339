import AssetlogAccess
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// Leads a person's browser that lacks a valid token to the form for signing in, and back afterwards.
enum SignInRedirect {
    /// The answer to a request that was refused for lack of a token; nil where it is another error, or no browser's look at a page.
    static func response(
        to error: RequestError, _ request: Request, base: String, _ identity: RequestIdentity
    ) -> Response? {
        guard error.status == .unauthorized, identity.refusal?.reason == .noToken, request.acceptsHTML,
            request.method == .get || request.method == .head
        else { return nil }
        let target = request.head.path.flatMap { ReturnPath($0, base: base) }
        // Home is where signing in leads anyway.
        guard let target, target.text != base + "/" else { return .seeOther(base + "/sign-in") }
        return .seeOther(target.signIn(base: base))
    }
}

extension Response {
    /// Leads a browser to a path with GET, after whatever it has asked.
    static func seeOther(_ path: String, cookies: [String] = []) -> Response {
        var response = Response(status: .seeOther, headers: [.location: path])
        for cookie in cookies { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }
}
