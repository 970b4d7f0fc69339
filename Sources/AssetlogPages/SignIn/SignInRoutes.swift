import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `/sign-in` and `/sign-out`: a person shows a token once, and the browser a session from then on.
struct SignInRoutes: RouteGroup {
    /// How many attempts of one address may fail in a minute.
    static let attemptsPerMinute = 10
    private static let bodyBytes = 8 << 10
    private static let title = "Sign in"

    private let signer: SessionSigner
    private let tokens: TokenRegistry
    private let isTokenRequired: Bool
    private let memory: MemoryBudget.Share
    private let audit: AuditLog?
    private let shell: PageShell
    private let protection: FormProtection
    private let attempts = AttemptLimiter(perMinute: attemptsPerMinute)
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - signer: Makes the sessions; the listener's access policy has the same.
    ///   - tokens: The tokens that are valid.
    ///   - isTokenRequired: Whether there is anything to sign in for.
    ///   - memory: Where the bodies of requests are counted.
    ///   - audit: Records who has signed in and out; nil: nothing does.
    ///   - shell: What all pages have.
    init(
        signer: SessionSigner, tokens: TokenRegistry, isTokenRequired: Bool, memory: MemoryBudget.Share, audit: AuditLog?,
        shell: PageShell
    ) {
        (self.signer, self.tokens, self.isTokenRequired) = (signer, tokens, isTokenRequired)
        (self.memory, self.audit, self.shell) = (memory, audit, shell)
        protection = FormProtection(signer)
        start = clock.now
    }

    var routes: [Route] {
        [
            Route(.get, "/sign-in", .open, about: .allDeployments, isPage: true, handler: show),
            // Who has a session may change to another token; the form is bound to the session then.
            Route(.post, "/sign-in", .open, about: .allDeployments, isPage: true, acceptsSession: true, handler: signIn),
            Route(.post, "/sign-out", .open, about: .allDeployments, isPage: true, acceptsSession: true, handler: signOut),
        ]
    }

    // MARK: Signing in

    private func show(_ request: Request, _ context: RouteContext) throws -> Response {
        guard isTokenRequired else { return .seeOther(home(context)) }
        try checkOpen(context)
        return form(request, context, next: next(FormFields(request.uri.query ?? ""), context))
    }

    private func signIn(_ request: Request, _ context: RouteContext) async throws -> Response {
        guard isTokenRequired else { return .seeOther(home(context)) }
        try checkOpen(context)
        let fields = try await FormFields.body(of: request, maximumBytes: Self.bodyBytes, memory: memory)
        let next = next(fields, context)
        do throws(RequestError) {
            try protection.verify(fields, request, context)
        } catch {
            return form(request, context, next: next, problem: error.detail, status: error.status)
        }
        let address = context.identity.address
        if let seconds = attempts.begin(from: address, at: nanoseconds) { return tooMany(request, context, next, seconds) }
        guard let token = try token(fields["token"] ?? "") else { return wrongToken(request, context, next) }
        attempts.succeeded(from: address)
        return try begin(token, next, context)
    }

    // What people copy often ends in a line end.
    private func token(_ text: String) throws -> TokenRegistry.Entry? {
        let text = text.split(whereSeparator: \.isWhitespace)
        guard text.count == 1, let text = text.first else { return nil }
        let token = try tokens.token(Secret(String(text)), at: .now())
        // Before all tokens are known, a token that is not among them may be a good one.
        guard token != nil || tokens.isComplete else { throw RequestError(.tokensUnknown) }
        return token
    }

    private func begin(_ token: TokenRegistry.Entry, _ next: ReturnPath?, _ context: RouteContext) throws -> Response {
        let now = Timestamp.now()
        let session = try signer.session(for: token, at: now)
        let seconds = max(0, (session.expiresAt.microseconds - now.microseconds) / 1_000_000)
        record(.sessionStarted, token.record, context)
        return .seeOther(next?.text ?? home(context), cookies: [cookie(session.cookie.revealed, seconds: seconds, context)])
    }

    // Without a token there is no identity yet; but what is refused for another reason is refused here too.
    private func checkOpen(_ context: RouteContext) throws(RequestError) {
        if let refusal = context.identity.refusal, refusal.reason != .noToken { throw RequestError(refusal) }
    }

    // MARK: Signing out

    private func signOut(_ request: Request, _ context: RouteContext) async throws -> Response {
        try checkOpen(context)
        let signIn = context.location.base + "/sign-in"
        // Nothing is taken away either: browsers send no cookie with another site's form, but take one from the answer.
        guard context.identity.isSession, let token = context.identity.caller.token else { return .seeOther(signIn) }
        let fields = try await FormFields.body(of: request, maximumBytes: Self.bodyBytes, memory: memory)
        try protection.verify(fields, request, context)
        record(.sessionEnded, token.record, context)
        return .seeOther(signIn, cookies: [cookie("", seconds: 0, context)])
    }

    // MARK: Answers

    private func form(
        _ request: Request, _ context: RouteContext, next: ReturnPath?, problem: String? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        let base = context.location.base
        let field = protection.field(for: request, context)
        let view = SignInView(next: next, field: field.html, problem: problem)
        // Not as a page of the context: who has not signed in learns of no deployment.
        var response = shell.response(request, base: base, PageContent(Self.title, body: view.html(base: base)), status: status)
        // Its hidden field is for this one time.
        response.headers[.cacheControl] = "no-store"
        response.headers[.eTag] = nil
        if let cookie = field.cookie { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    private func wrongToken(_ request: Request, _ context: RouteContext, _ next: ReturnPath?) -> Response {
        var response = form(request, context, next: next, problem: "The token is not valid.", status: .unauthorized)
        response.headers[.wwwAuthenticate] = BearerChallenge.missing
        return response
    }

    private func tooMany(_ request: Request, _ context: RouteContext, _ next: ReturnPath?, _ seconds: Int) -> Response {
        let problem = "There were too many attempts from this address. Try again in \(seconds) s."
        var response = form(request, context, next: next, problem: problem, status: .tooManyRequests)
        response.headers[.retryAfter] = String(seconds)
        return response
    }

    // MARK: Pieces

    private func next(_ fields: FormFields, _ context: RouteContext) -> ReturnPath? {
        fields["next"].flatMap { ReturnPath($0, base: context.location.base) }
    }

    private func home(_ context: RouteContext) -> String { context.location.base + "/" }

    private func cookie(_ value: String, seconds: Int64, _ context: RouteContext) -> String {
        BrowserCookie(
            SessionCookie.name, value, base: context.location.base, isSecure: context.identity.isSecure, seconds: seconds
        ).field
    }

    private func record(_ kind: AuditEvent.Kind, _ token: TokenRecord, _ context: RouteContext) {
        let fields = [
            LogField("client", context.identity.address?.description), LogField("reporter", token.grant.name), LogField("id", token.id),
        ]
        audit?.record(AuditEvent(kind, fields))
    }

    private var nanoseconds: Int64 { Int64(clamping: Int((clock.now - start) / .nanoseconds(1))) }
}
