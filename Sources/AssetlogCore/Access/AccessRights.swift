/// What a token allows its bearer to do.
public struct AccessRights: OptionSet, Hashable, Sendable {
    /// One bit for each right.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Report materializations: `report:materialization`.
    public static let reportMaterialization = AccessRights(rawValue: 1)
    /// Report check results: `report:check`.
    public static let reportCheck = AccessRights(rawValue: 2)
    /// Report observations: `report:observation`.
    public static let reportObservation = AccessRights(rawValue: 4)
    /// Read events, versions and metrics: `read`.
    public static let read = AccessRights(rawValue: 8)
    /// Everything that is neither reporting nor reading: `admin`.
    public static let admin = AccessRights(rawValue: 16)
    /// The rights to report, of which a submission needs those of its events.
    public static let reporting: AccessRights = [.reportMaterialization, .reportCheck, .reportObservation]
    /// Every right.
    public static let all: AccessRights = [.reportMaterialization, .reportCheck, .reportObservation, .read, .admin]

    /// The rights with their names, in the order in which they are shown.
    public static let named: [(name: String, right: AccessRights)] = [
        ("report:materialization", .reportMaterialization), ("report:check", .reportCheck),
        ("report:observation", .reportObservation), ("read", .read), ("admin", .admin),
    ]

    /// The names of the rights in the set.
    public var names: [String] {
        Self.named.filter { contains($0.right) }.map(\.name)
    }

    /// Finds the right of a name; nil when there is none.
    public init?(name: some StringProtocol) {
        guard let right = Self.named.first(where: { $0.name == name })?.right else { return nil }
        self = right
    }

    /// The right that recording an event of a kind takes.
    public static func reporting(_ kind: EventKind) -> AccessRights {
        switch kind {
        case .check: .reportCheck
        case .observation: .reportObservation
        case .void, .wipe: .admin
        case .materialization, .materializationStarted, .materializationFailed, .materializationSkipped: .reportMaterialization
        }
    }
}
