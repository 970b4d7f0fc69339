/// The organizations that a host may name.
struct OrganizationSettings: Hashable, Sendable {
    /// The domain below which a host names an organization, in lower case; nil: there are none.
    var domain: String?
    /// The names of the organizations, in lower case.
    var names: [String]
}

extension OrganizationSettings {
    /// Reads the keys under `deployments` that are about organizations. What is wrong is noted.
    init(_ deployments: SectionValues) {
        let written = deployments[DeploymentKeys.organizationDomain]
        let domain = written.flatMap(ListenAddress.hostName)
        let names = deployments.names(DeploymentKeys.organizations, label: "an organization")
        if let written, domain == nil || written.hasPrefix(".") || written.contains(":") {
            deployments.refuse(
                DeploymentKeys.organizationDomain, "must be a domain such as example.com, not \"\(written)\"")
        }
        if written == nil, !names.isEmpty {
            deployments.refuse(
                DeploymentKeys.organizations, "has no effect without organization_domain; set that to your domain")
        }
        self.init(domain: domain, names: names.map { $0.lowercased() })
    }
}
