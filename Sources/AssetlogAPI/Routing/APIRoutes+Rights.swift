import AssetlogAccess
import AssetlogCore
import AssetlogMetrics

extension APIRoutes.Route {
    /// Checks that the caller may ask this at all; the routes show it only what it may see.
    ///
    /// - Throws: ``APIError`` with the status 403.
    func authorize(_ context: APIContext) throws(APIError) {
        guard let right else { return }
        guard let grant = context.admission.caller.grant else { return }
        let isAllowed =
            !grant.rights.isDisjoint(with: right)
            && (!isOfDeployment || grant.covers(deployment: context.deployment))
        guard isAllowed else { throw .forbidden(right, deployment: context.deployment) }
        // Its numbers are of all events, whoever reported them.
        guard name != .metrics || (grant.coversEveryAsset && grant.coversEveryDeployment) else {
            throw .limitedToken
        }
    }
}
