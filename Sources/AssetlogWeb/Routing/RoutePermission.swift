import AssetlogAccess
package import AssetlogCore

/// What a caller must be allowed before a route's handler runs; the handler shows it only what it may see.
package enum RoutePermission: Sendable {
    /// Nothing: not even a token is asked for.
    case open
    /// A valid token where tokens are required; the handler checks the rights itself, with the status that its clients expect.
    case checkedByHandler
    /// Any of these rights, and for a route about a deployment a token that covers it.
    case anyOf(AccessRights)
    /// Any of these rights, of a token that is limited to no assets and no deployments: the answer is about all of them.
    case unlimited(AccessRights)

    /// Whether a request whose token is missing or wrong is refused.
    var needsIdentity: Bool {
        if case .open = self { false } else { true }
    }

    /// The rights of which one is needed; nil: none is, or the handler checks.
    package var rights: AccessRights? {
        switch self {
        case .open, .checkedByHandler: nil
        case .anyOf(let rights), .unlimited(let rights): rights
        }
    }

    /// Checks that a caller may ask this at all.
    ///
    /// - Throws: ``RequestError`` with the status 403.
    func authorize(_ grant: AccessGrant?, in scope: Route.Scope, of deployment: String) throws(RequestError) {
        guard let rights, let grant else { return }
        guard !grant.rights.isDisjoint(with: rights), scope != .deployment || grant.covers(deployment: deployment) else {
            throw .forbidden(rights, deployment: deployment)
        }
        guard case .unlimited = self else { return }
        guard grant.isUnlimited else { throw .limitedToken }
    }
}
