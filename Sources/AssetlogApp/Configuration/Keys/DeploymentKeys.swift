import AssetlogCore

/// The keys under `deployments`.
enum DeploymentKeys {
    static let group = KeyGroup(section: "deployments")

    static let declared = group.key("declared", .list, default: [], "The deployments that reports can name.")
    static let createOnFirstUse = group.key(
        "create_on_first_use", .boolean, default: false, "Accepts names that are not declared.")
    static let organizationDomain = group.optional(
        "organization_domain", .text,
        "The domain whose subdomains are organizations: ORGANIZATION.example.com. Default: no organizations.")
    static let organizations = group.key(
        "organizations", .list, default: [], "The organizations; each has its own deployments.")

    static let all: [any DeclaredKey] = [declared, createOnFirstUse, organizationDomain, organizations]
}
