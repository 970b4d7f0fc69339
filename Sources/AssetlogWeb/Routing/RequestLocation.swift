package import AssetlogAccess
import AssetlogCore

/// A path with what surrounds it taken away.
package struct RequestLocation: Hashable, Sendable {
    /// The path below the prefix and the name of a deployment.
    package var path: RequestPath
    /// The deployment that is asked about; nil: the path names none.
    package var namedDeployment: String?
    /// The prefix as it stands in a URL, without a slash at its end.
    package var base: String

    /// Makes a location.
    package init(_ path: RequestPath, in deployment: String? = nil, base: String) {
        self.path = path
        namedDeployment = deployment
        self.base = base
    }

    /// The deployment that is asked about, as the path names it or by default.
    package var deployment: String { namedDeployment ?? ReportRouter.defaultDeployment }

    /// The deployment under whose name events are kept; with that of the caller's organization, where hosts name some.
    package func deployment(of identity: RequestIdentity) -> String {
        OrganizationPolicy.qualified(deployment, organization: identity.organization)
    }

    /// The whole path as it stands in a URL.
    package var url: String {
        base + (namedDeployment.map { RequestPath(segments: [$0]).encoded } ?? "") + path.encoded
    }
}
