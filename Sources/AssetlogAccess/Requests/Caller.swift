public import AssetlogCore

/// Who sent a request that was let in.
public struct Caller: Sendable {
    /// What its token grants; nil where no token was asked for and none was sent, which leaves nothing out of reach.
    public var grant: AccessGrant?
    /// The token that it has; what stays open for long asks ``TokenRegistry/isCurrent(_:at:)`` about it again.
    package var token: TokenRegistry.Entry?
    /// When its session ends; nil: it has shown the token itself.
    package var sessionEnd: Timestamp?

    /// Makes a caller.
    public init(grant: AccessGrant?) {
        self.grant = grant
    }

    /// Makes a caller with the token that was found.
    package init(token: TokenRegistry.Entry, sessionEnd: Timestamp? = nil) {
        grant = token.record.grant
        self.token = token
        self.sessionEnd = sessionEnd
    }

    /// A caller whom nothing is denied.
    public static let unrestricted = Caller(grant: nil)

    /// The name that events carry as `reported_by`.
    public var name: String? { grant?.name }

    /// The assets that it may see; nil: every one.
    package var visibleAssets: [PartPattern]? { grant.flatMap { $0.coversEveryAsset ? nil : $0.assets } }

    /// Whether an action is allowed in a deployment, on whatever asset.
    public func allows(_ right: AccessRights, deployment: String) -> Bool {
        grant?.allows(right, deployment: deployment) ?? true
    }

    /// Whether a report of a kind about an asset of a deployment is allowed, the key given in its canonical JSON text.
    @inline(__always)
    public func allowsReport(
        _ kind: EventKind, deployment: String, canonicalKey key: UnsafeRawBufferPointer
    ) -> Bool {
        guard let grant else { return true }
        return grant.allows(.reporting(kind), deployment: deployment) && grant.covers(canonicalKey: key)
    }
}

/// Why a request is not let in, whatever it asks for.
public struct AccessRefusal: Error, Sendable {
    /// The kinds of refusal, each with its status.
    public struct Reason: Hashable, Sendable {
        private enum Value: Hashable { case noToken, tokensUnknown, foreignOrigin, foreignHost, unknownOrganization, tooMany }
        private let value: Value
        /// 401: no valid token was sent.
        public static let noToken = Reason(value: .noToken)
        /// 503: which tokens are valid is not known yet.
        public static let tokensUnknown = Reason(value: .tokensUnknown)
        /// 403: a web page of another origin sent it.
        public static let foreignOrigin = Reason(value: .foreignOrigin)
        /// 403: it was sent to a host name that is not the server's.
        public static let foreignHost = Reason(value: .foreignHost)
        /// 404: its host names an organization that there is not.
        public static let unknownOrganization = Reason(value: .unknownOrganization)
        /// 429: it exceeds a rate.
        public static let tooMany = Reason(value: .tooMany)

        /// The HTTP status.
        public var status: Int {
            switch value {
            case .noToken: 401
            case .tokensUnknown: 503
            case .foreignOrigin, .foreignHost: 403
            case .unknownOrganization: 404
            case .tooMany: 429
            }
        }

        /// The name in logs and metrics: `no_token`.
        public var name: String {
            switch value {
            case .noToken: "no_token"
            case .tokensUnknown: "tokens_unknown"
            case .foreignOrigin: "foreign_origin"
            case .foreignHost: "foreign_host"
            case .unknownOrganization: "unknown_organization"
            case .tooMany: "rate"
            }
        }
    }

    /// The kind of refusal.
    public var reason: Reason
    /// What was wrong and what to do, for the one who asked.
    public var message: String
    /// Further header fields of the answer.
    public var fields: [(name: String, value: String)]
    /// The names of the rates that were exceeded; see RFC 9457 and the RateLimit fields.
    public var violatedPolicies: [String] = []

    /// The refusal of a request without a valid token where one is required.
    package static let noToken = AccessRefusal(
        reason: .noToken,
        message: "A valid token is required. Send it as Authorization: Bearer TOKEN or Dagster-Cloud-Api-Token: TOKEN;"
            + " `assetlog token create` creates one.",
        fields: [("WWW-Authenticate", BearerChallenge.missing)])

    /// The refusal of a request that may have a valid token, before it is known which tokens are valid.
    package static let tokensUnknown = AccessRefusal(
        reason: .tokensUnknown,
        message: "Tokens can't be checked yet because their storage can't be reached. Try again later.",
        fields: [("Retry-After", "2")])
}

/// What the authenticator found out about a request, before looking at what it asks for.
public struct RequestIdentity: Sendable {
    /// Who sent it. Where it is refused: the caller that it seems to be.
    public var caller: Caller
    /// Why it is refused; nil: it may continue.
    public var refusal: AccessRefusal?
    /// The organization that its host names.
    public var organization: String?
    /// The rates that count for it, in the form of header fields; empty where there are none.
    public var rateFields: [(name: String, value: String)] = []
    /// Where it came from; of a trusted proxy: what that says.
    public var address: ClientAddress?
    /// Whether a trusted proxy has ended TLS for it.
    public var isForwardedSecurely: Bool?
    /// The version of TLS that its connection speaks; nil: plain HTTP.
    public var tlsVersion: String?

    /// The session by which its caller is known; nil: it has none, or has shown a token itself.
    package var session: Session?

    /// Whether its caller is known by a session only, which a browser also sends with what other sites make it ask.
    package var isSession: Bool { session != nil }

    /// Whether its client speaks HTTPS, as far as is known.
    package var isSecure: Bool { isForwardedSecurely ?? (tlsVersion != nil) }

    /// The same request as if it had shown no session.
    package var withoutSession: RequestIdentity {
        guard isSession else { return self }
        var identity = self
        (identity.caller, identity.session) = (.unrestricted, nil)
        // Sessions count where tokens are required, and there only.
        identity.refusal = .noToken
        return identity
    }

    /// Whether its token reaches a deployment of its organization; without a token nothing is out of reach.
    public func covers(deployment: String) -> Bool {
        guard let grant = caller.grant else { return true }
        return grant.covers(deployment: OrganizationPolicy.qualified(deployment, organization: organization))
    }

    /// Makes the identity of an accepted request; for tests and for servers without a gate.
    public init(caller: Caller = .unrestricted) {
        self.caller = caller
    }
}
