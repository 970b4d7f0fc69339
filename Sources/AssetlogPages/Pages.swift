package import AssetlogAPI
package import AssetlogAccess
import AssetlogCore
package import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// The pages for people.
package struct Pages: Sendable {
    private let signer: SessionSigner
    private let tokens: TokenRegistry
    private let audit: AuditLog?

    /// Makes the pages.
    ///
    /// - Parameters:
    ///   - signer: Signs sessions and forms; the listener's access policy has the same.
    ///   - tokens: The tokens that are valid.
    ///   - audit: Records who has signed in and out; nil: nothing does.
    package init(signer: SessionSigner, tokens: TokenRegistry, audit: AuditLog?) {
        self.signer = signer
        self.tokens = tokens
        self.audit = audit
    }

    /// Makes the routes of the pages.
    package func group(_ services: PageServices) -> PageGroup {
        let protection = FormProtection(signer)
        let memory = services.configuration.memory.requests
        let files = StaticFiles()
        let shell = PageShell(configuration: services.configuration, files: files) { request, context in
            SignInState(request, context, protection).html(base: context.location.base)
        }
        let signIn = SignInRoutes(
            signer: signer, tokens: tokens, isTokenRequired: services.configuration.isTokenRequired, memory: memory, audit: audit,
            shell: shell)
        let groups: [any RouteGroup] = [
            HomeRoutes(services: services, shell: shell), AssetsRoutes(services: services, shell: shell),
            AssetRoutes(services: services, shell: shell, protection: protection, memory: memory),
            EventRoutes(services: services, shell: shell, protection: protection, memory: memory),
            StatusRoutes(services: services, shell: shell, protection: protection, memory: memory), signIn, files,
        ]
        let errors = ErrorPage(shell: shell, protection: protection, base: services.layout.base)
        return PageGroup(groups: groups, errorPage: errors.response)
    }
}

/// Shows a person what went wrong.
struct ErrorPage: Sendable {
    let shell: PageShell
    let protection: FormProtection
    let base: String

    func response(
        to error: RequestError, _ request: Request, _ location: RequestLocation?, _ identity: RequestIdentity
    ) -> Response? {
        if let redirect = SignInRedirect.response(to: error, request, base: base, identity) { return redirect }
        guard request.acceptsHTML else { return nil }
        let body: HTML = """
            <p class="lead" role="alert">\(HTML.reported(error.detail, limit: 2000))</p>
            <p><a href="\(base)/">Go to the overview</a></p>
            """
        // Who signed in with a token that may not read is to find the way out.
        let who = SignInState(request, identity, base: base, protection).html(base: base)
        var response = shell.response(
            request, base: base, PageContent(Self.title(error.status), body: body), status: error.status, who: who)
        for field in error.headers { response.headers[field.name] = field.value }
        return response
    }

    private static func title(_ status: HTTPResponse.Status) -> String {
        switch status.code {
        case 400: "This address is not valid"
        case 401: "A token is required"
        case 403: "Not allowed"
        case 404: "Not found"
        case 409: "That is not possible"
        case 429: "Too many requests"
        case 501: "Not available"
        case 503: "Not available now"
        default: "Something went wrong"
        }
    }
}
