import AssetlogCore

/// The organizations that a host name may stand for: `ORGANIZATION.example.com`. Off where there is no domain.
public struct OrganizationPolicy: Sendable {
    enum Match: Equatable {
        /// The host names no organization.
        case none
        case organization(String)
        /// It names one that there is not.
        case unknown(String)
    }

    private let suffix: String?
    private let declared: Set<String>
    private let createsOnFirstUse: Bool

    /// Makes a policy.
    public init(domain: String? = nil, declared: [String] = [], createsOnFirstUse: Bool = false) {
        suffix = domain.map { "." + $0 }
        self.declared = Set(declared)
        self.createsOnFirstUse = createsOnFirstUse
    }

    /// Whether hosts name organizations at all.
    var isOn: Bool { suffix != nil }

    func match(_ host: UnsafeRawBufferPointer?) -> Match {
        guard let suffix, let host, host.count <= 256 else { return .none }
        let name = HostPolicy.name(of: host)
        guard name.hasSuffix(suffix), name.utf8.count > suffix.utf8.count else { return .none }
        let label = String(name.dropLast(suffix.count))
        if declared.contains(label) { return .organization(label) }
        let isName = DeploymentName.isValid(label) && !label.contains(".")
        return createsOnFirstUse && isName ? .organization(label) : .unknown(label)
    }

    /// The name under which the events of an organization's deployment are kept: `acme/prod`.
    public static func qualified(_ deployment: String, organization: String?) -> String {
        organization.map { "\($0)/\(deployment)" } ?? deployment
    }
}
