/// The parameters of a report, by the names they have in the body and in the query.
enum Parameter: Int, CaseIterable {
    case assetKey, metadata, partition, description, dataVersion, checkName, passed, severity
    // Those that Dagster does not have, last.
    case timestamp, tags, blocking, target, upstream

    /// The number of Dagster's parameters.
    static let originalCount = 8

    /// Finds Dagster's parameter of a decoded name.
    @inline(__always)
    init?(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 6 where ("passed" as StaticString).matches(name): self = .passed
        case 8 where ("metadata" as StaticString).matches(name): self = .metadata
        case 8 where ("severity" as StaticString).matches(name): self = .severity
        case 9 where ("partition" as StaticString).matches(name): self = .partition
        case 9 where ("asset_key" as StaticString).matches(name): self = .assetKey
        case 10 where ("check_name" as StaticString).matches(name): self = .checkName
        case 11 where ("description" as StaticString).matches(name): self = .description
        case 12 where ("data_version" as StaticString).matches(name): self = .dataVersion
        default: return nil
        }
    }

    /// Finds the parameter of a decoded name among those that Dagster does not have.
    init?(extension name: UnsafeRawBufferPointer) {
        guard let known = Self.allCases[Self.originalCount...].first(where: { $0.name.utf8.elementsEqual(name) })
        else { return nil }
        self = known
    }

    /// Whether an endpoint looks at the parameter; with `extensions`, also at what Dagster ignores.
    func isTaken(by endpoint: ReportEndpoint, extensions: Bool) -> Bool {
        switch self {
        case .assetKey, .metadata, .partition: true
        case .description: endpoint != .check || extensions
        case .dataVersion: endpoint != .check
        case .checkName, .passed, .severity: endpoint == .check
        case .timestamp, .tags: extensions
        case .blocking, .target: endpoint == .check && extensions
        case .upstream: endpoint != .check && extensions
        }
    }

    var name: String {
        switch self {
        case .assetKey: "asset_key"
        case .metadata: "metadata"
        case .partition: "partition"
        case .description: "description"
        case .dataVersion: "data_version"
        case .checkName: "check_name"
        case .passed: "passed"
        case .severity: "severity"
        case .timestamp: "timestamp"
        case .tags: "tags"
        case .blocking: "blocking"
        case .target: "target"
        case .upstream: "upstream"
        }
    }
}

/// One slot per parameter, in memory that is used again for each report.
struct ParameterTable<Slot: BitwiseCopyable>: ~Copyable {
    private let slots: UnsafeMutablePointer<Slot?>
    // Slots after these are never set.
    private let used: Int

    init(extensions: Bool) {
        // The timestamp is the first of those after it, and may be set without extensions.
        used = extensions ? Parameter.allCases.count : Parameter.originalCount + 1
        slots = .allocate(capacity: Parameter.allCases.count)
        slots.initialize(repeating: nil, count: Parameter.allCases.count)
    }

    deinit {
        slots.deallocate()
    }

    @inline(__always)
    subscript(parameter: Parameter) -> Slot? {
        get { slots[parameter.rawValue] }
        nonmutating set { slots[parameter.rawValue] = newValue }
    }

    func removeAll() {
        slots.update(repeating: nil, count: used)
    }
}

/// The value of a parameter in the query, undecoded.
struct QueryField: BitwiseCopyable {
    var start: Int
    var end: Int
}

/// Decoded UTF-8 that stands in the body or in the resolution's scratch.
struct TextSlice: BitwiseCopyable {
    enum Buffer: BitwiseCopyable { case body, scratch }
    var buffer: Buffer
    var start: Int
    var end: Int
}

/// A JSON value that stands in the body or in the resolution's scratch.
struct JSONSlice: BitwiseCopyable {
    var text: TextSlice
    var kind: JSONKind
}
