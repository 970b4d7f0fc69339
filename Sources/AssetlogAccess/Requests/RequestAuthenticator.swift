public import AssetlogCore

/// The rules by which requests are let in.
public struct AccessPolicy: Sendable {
    /// The tokens that are valid.
    public var tokens: TokenRegistry
    /// Whether a request needs a token.
    public var isTokenRequired: Bool
    /// The names of the server, for requests without a token.
    public var hosts: HostPolicy
    /// The organizations that hosts may name.
    public var organizations: OrganizationPolicy
    /// The proxies that may say for whom they ask.
    public var trustedProxies: [AddressBlock]
    /// Recognizes the sessions of people who have signed in; nil: there are none.
    package var sessions: SessionSigner?
    let addressRate: RateLimiter<ClientAddress>?
    let tokenRate: RateLimiter<String>?

    /// Makes rules.
    public init(
        tokens: TokenRegistry = .init(), isTokenRequired: Bool = false, hosts: HostPolicy = .init(),
        organizations: OrganizationPolicy = .init(), trustedProxies: [AddressBlock] = [],
        addressRate: RequestRate? = nil, tokenRate: RequestRate? = nil
    ) {
        self.tokens = tokens
        self.isTokenRequired = isTokenRequired
        self.hosts = hosts
        self.organizations = organizations
        self.trustedProxies = trustedProxies
        self.addressRate = addressRate.map { RateLimiter(rate: $0) }
        self.tokenRate = tokenRate.map { RateLimiter(rate: $0) }
    }
}

/// Lets the requests of one event loop in, or not. Confined to it.
///
/// It checks in this order: the rate of the address, the organization of the host, the token or else the session, the rate of the
/// token; and where no token is asked for and none is valid: the origin and the host.
public final class RequestAuthenticator {
    private let policy: AccessPolicy
    private let verifier: TokenVerifier
    // The host that was found to be ours last; connections name the same one all the time.
    private var lastHost: [UInt8]?

    /// Makes an authenticator.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL has no SHA-256.
    public init(_ policy: AccessPolicy) throws {
        self.policy = policy
        verifier = try TokenVerifier(policy.tokens)
    }

    /// Authenticates a request and checks its rates.
    ///
    /// - Parameters:
    ///   - facts: What it shows.
    ///   - now: The time, for tokens that expire.
    ///   - nanoseconds: The time of a clock that only goes forward, for rates.
    public func authenticate(_ facts: borrowing RequestAttributes, at now: Timestamp, nanoseconds: Int64) -> RequestIdentity {
        var admission = RequestIdentity()
        admission.tlsVersion = facts.tlsVersion
        admission.address = address(facts, &admission)
        if let limiter = policy.addressRate, let address = admission.address,
            !count(address.limitKey, limiter, "address", nanoseconds, &admission)
        {
            return admission
        }
        switch policy.organizations.isOn ? policy.organizations.match(facts.host) : .none {
        case .none: break
        case .organization(let name): admission.organization = name
        case .unknown(let name):
            admission.refusal = AccessRefusal(
                reason: .unknownOrganization, message: "There is no organization \"\(name.prefix(128))\" on this server.",
                fields: [])
            return admission
        }
        // Before the look-up: the tokens may become known in between.
        let areTokensKnown = policy.tokens.isComplete
        if let caller = caller(facts, now, &admission), let token = caller.token {
            admission.caller = caller
            if let limiter = policy.tokenRate { _ = count(token.record.grant.name, limiter, "token", nanoseconds, &admission) }
        } else if !areTokensKnown, policy.isTokenRequired || facts.hasCredentials {
            admission.refusal = .tokensUnknown
        } else if policy.isTokenRequired {
            admission.refusal = .noToken
        } else {
            admission.refusal = foreign(facts)
        }
        return admission
    }

    private func caller(
        _ facts: borrowing RequestAttributes, _ now: Timestamp, _ admission: inout RequestIdentity
    ) -> Caller? {
        if let token = token(facts, now) { return Caller(token: token) }
        guard let (session, token) = session(facts, now) else { return nil }
        admission.session = session
        return Caller(token: token, sessionEnd: session.expiresAt)
    }

    private func token(_ facts: borrowing RequestAttributes, _ now: Timestamp) -> TokenRegistry.Entry? {
        if let text = facts.apiToken, let token = verifier.entry(ofToken: text, at: now) { return token }
        if let text = facts.bearerToken, let token = verifier.entry(ofToken: text, at: now) { return token }
        return facts.certificateNames.isEmpty ? nil : verifier.entry(ofCertificate: facts.certificateNames, at: now)
    }

    // A session says that a person may act, not that the person wants to: without required tokens it would only take away the
    // checks of the origin and the host.
    private func session(
        _ facts: borrowing RequestAttributes, _ now: Timestamp
    ) -> (session: Session, token: TokenRegistry.Entry)? {
        guard let signer = policy.sessions, policy.isTokenRequired, let cookies = facts.cookie else { return nil }
        for value in CookieHeader.values(named: SessionCookie.name, in: String(decoding: cookies, as: UTF8.self)) {
            guard let cookie = signer.verify(value, at: now), let token = verifier.entry(ofID: cookie.tokenID, at: now),
                signer.isBound(cookie, to: token.record)
            else { continue }
            return (Session(expiresAt: cookie.expiresAt, cookie: Secret(value)), token)
        }
        return nil
    }

    // MARK: Web pages of others

    private func foreign(_ facts: borrowing RequestAttributes) -> AccessRefusal? {
        if let host = facts.host, !isOurs(host) {
            return AccessRefusal(
                reason: .foreignHost,
                message: "The Host of this request is not a name of this server. Add it to server.hosts, or send a token.",
                fields: [])
        }
        let isForeignSite = facts.fetchSite.map { !$0.elementsEqual("same-origin".utf8) && !$0.elementsEqual("none".utf8) }
        let isForeignOrigin = facts.origin.map { origin in
            facts.host.map { !policy.hosts.isSameOrigin(origin, as: $0) } ?? true
        }
        guard isForeignSite == true || isForeignOrigin == true else { return nil }
        return AccessRefusal(
            reason: .foreignOrigin,
            message: "This request was sent by a web page of another origin, which is not allowed without a token.",
            fields: [])
    }

    private func isOurs(_ host: UnsafeRawBufferPointer) -> Bool {
        if let lastHost, host.elementsEqual(lastHost) { return true }
        guard policy.hosts.isOurs(host) else { return false }
        lastHost = Array(host)
        return true
    }

    // MARK: Rates

    private func count<Key>(
        _ key: Key, _ limiter: RateLimiter<Key>, _ name: String, _ nanoseconds: Int64, _ admission: inout RequestIdentity
    ) -> Bool {
        let outcome = limiter.count(key, at: nanoseconds)
        let window = max(1, (limiter.rate.burst + limiter.rate.perSecond - 1) / limiter.rate.perSecond)
        add("RateLimit-Policy", "\"\(name)\";q=\(limiter.rate.burst);w=\(window)", &admission)
        add("RateLimit", "\"\(name)\";r=\(outcome.remaining);t=\(outcome.secondsToFull)", &admission)
        guard !outcome.isAllowed else { return true }
        var refusal = AccessRefusal(
            reason: .tooMany,
            message: "This \(name) sends more than \(limiter.rate.perSecond) requests per second. Try again in"
                + " \(outcome.secondsToNext) s.",
            fields: [("Retry-After", String(outcome.secondsToNext))])
        refusal.violatedPolicies = [name]
        admission.refusal = refusal
        return false
    }

    // One field with both policies, as a list of structured fields.
    private func add(_ field: String, _ value: String, _ admission: inout RequestIdentity) {
        if let index = admission.rateFields.firstIndex(where: { $0.name == field }) {
            admission.rateFields[index].value += ", \(value)"
        } else {
            admission.rateFields.append((field, value))
        }
    }

    // MARK: Proxies

    // X-Forwarded-For counts before Forwarded, because nearly every proxy writes the first, and many pass the second on as
    // a client sent it.
    private func address(_ facts: borrowing RequestAttributes, _ admission: inout RequestIdentity) -> ClientAddress? {
        guard let peer = facts.peer, isTrusted(peer) else { return facts.peer }
        var client = (address: peer, isSecure: Bool?.none)
        if let list = facts.forwardedFor {
            client = lastClient(ForwardedHops(list), from: peer) { (ClientAddress(node: $0), nil) }
        } else if let list = facts.forwarded {
            client = lastClient(ForwardedHops(list), from: peer) { element in
                let element = ForwardedElement(element)
                return (element.address, element.isSecure)
            }
        }
        admission.isForwardedSecurely = facts.forwardedProto.map { ASCIIText.equals($0, "https") } ?? client.isSecure
        return client.address
    }

    // From the right, each address was written by the hop behind it; the first that is no trusted proxy is the client, and
    // who wrote something else stands for all that is behind it.
    private func lastClient(
        _ hops: ForwardedHops, from peer: ClientAddress,
        _ read: (UnsafeRawBufferPointer) -> (address: ClientAddress?, isSecure: Bool?)
    ) -> (address: ClientAddress, isSecure: Bool?) {
        var client = (address: peer, isSecure: Bool?.none)
        for element in hops {
            let hop = read(element)
            client.isSecure = hop.isSecure ?? client.isSecure
            guard let address = hop.address else { return client }
            client.address = address
            if !isTrusted(address) { return client }
        }
        return client
    }

    private func isTrusted(_ address: ClientAddress) -> Bool {
        policy.trustedProxies.contains { $0.contains(address) }
    }
}

@available(*, unavailable)
extension RequestAuthenticator: Sendable {}
