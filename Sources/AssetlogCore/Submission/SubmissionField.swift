/// The fields of an item, by their names.
enum SubmissionField: Int, CaseIterable {
    case kind, assetKey, eventID, timestamp, partition, partitions, description, dataVersion, tags, metadata
    case checkName, passed, severity, blocking, target, failure, upstream, deployment

    /// Finds the field of a decoded name.
    @inline(__always)
    init?(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4 where ("kind" as StaticString).matches(name): self = .kind
        case 4 where ("tags" as StaticString).matches(name): self = .tags
        case 6 where ("passed" as StaticString).matches(name): self = .passed
        case 6 where ("target" as StaticString).matches(name): self = .target
        case 7 where ("failure" as StaticString).matches(name): self = .failure
        case 8 where ("metadata" as StaticString).matches(name): self = .metadata
        case 8 where ("event_id" as StaticString).matches(name): self = .eventID
        case 8 where ("upstream" as StaticString).matches(name): self = .upstream
        case 8 where ("severity" as StaticString).matches(name): self = .severity
        case 8 where ("blocking" as StaticString).matches(name): self = .blocking
        case 9 where ("asset_key" as StaticString).matches(name): self = .assetKey
        case 9 where ("partition" as StaticString).matches(name): self = .partition
        case 9 where ("timestamp" as StaticString).matches(name): self = .timestamp
        case 10 where ("partitions" as StaticString).matches(name): self = .partitions
        case 10 where ("check_name" as StaticString).matches(name): self = .checkName
        case 10 where ("deployment" as StaticString).matches(name): self = .deployment
        case 11 where ("description" as StaticString).matches(name): self = .description
        case 12 where ("data_version" as StaticString).matches(name): self = .dataVersion
        default: return nil
        }
    }

    var name: StaticString {
        switch self {
        case .kind: "kind"
        case .assetKey: "asset_key"
        case .eventID: "event_id"
        case .timestamp: "timestamp"
        case .partition: "partition"
        case .partitions: "partitions"
        case .description: "description"
        case .dataVersion: "data_version"
        case .tags: "tags"
        case .metadata: "metadata"
        case .checkName: "check_name"
        case .passed: "passed"
        case .severity: "severity"
        case .blocking: "blocking"
        case .target: "target"
        case .failure: "failure"
        case .upstream: "upstream"
        case .deployment: "deployment"
        }
    }

    /// The names that only the server gives.
    static let serverNames = ["sequence", "received_at", "reported_by", "voided"]

    /// The refusal of a name that is no field's.
    static func unknown(_ name: String) -> SubmissionError {
        let pointer = JSONPointer.part(name)
        if serverNames.contains(name) {
            return SubmissionError(
                pointer: pointer,
                "\(name) is set by the server, as are \(WordList.text(serverNames.filter { $0 != name }, "and")); "
                    + "leave it out.")
        }
        let names = allCases.map { "\($0.name)" }
        let hint = Quoted.guess(name, among: names) ?? "An event has \(names.joined(separator: ", "))."
        return SubmissionError(pointer: pointer, "There is no field \(Quoted.text(name)) in an event. \(hint)")
    }
}

/// A set of fields.
struct SubmissionFieldSet: OptionSet {
    var rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(_ field: SubmissionField) {
        rawValue = 1 << UInt32(field.rawValue)
    }

    private init(_ fields: SubmissionField...) {
        rawValue = fields.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    }

    /// The members, in the order of the fields.
    var fields: [SubmissionField] {
        SubmissionField.allCases.filter { contains(SubmissionFieldSet($0)) }
    }

    private static let check = SubmissionFieldSet(.checkName, .passed, .severity, .blocking, .target)
    private static let foreignToAssetEvents = check.union(SubmissionFieldSet(.failure))
    private static let foreignToChecks = SubmissionFieldSet(.dataVersion, .failure, .upstream)
    private static let foreignToStarts = foreignToAssetEvents.union(SubmissionFieldSet(.dataVersion))
    private static let foreignToFailures = check.union(SubmissionFieldSet(.dataVersion))

    /// The fields that events of a kind do not have.
    static func foreign(to kind: EventKind) -> SubmissionFieldSet {
        switch kind {
        case .materialization, .observation: foreignToAssetEvents
        case .check: foreignToChecks
        case .materializationStarted: foreignToStarts
        case .materializationFailed, .materializationSkipped: foreignToFailures
        // They are not submitted.
        case .void, .wipe: []
        }
    }
}

extension SubmissionField {
    /// The refusal of a field that events of a kind do not have.
    func misplaced(in kind: EventKind) -> SubmissionError {
        let (owner, advice) =
            switch self {
            case .failure: ("materialization_failed and materialization_skipped", "leave it out")
            case .upstream: ("all kinds of events but checks", "leave it out")
            case .dataVersion where kind == .check:
                (
                    "materializations and observations",
                    #"name the version that was checked as target: {"data_version": "…"}"#
                )
            case .dataVersion: ("materializations and observations", "leave it out")
            default: ("checks", "leave it out, or send the kind check")
            }
        return SubmissionError(name, "", "belongs to \(owner), not to an event of kind \(kind.name); \(advice).")
    }
}

/// The values of an item's fields, in memory that is used again for each item.
struct SubmissionFields: ~Copyable {
    private let slots: UnsafeMutablePointer<BodyField>
    /// The fields that have a value other than null.
    private(set) var present = SubmissionFieldSet([])

    init() {
        let empty = BodyField(start: 0, end: 0, kind: .null, escaped: false)
        slots = .allocate(capacity: SubmissionField.allCases.count)
        slots.initialize(repeating: empty, count: SubmissionField.allCases.count)
    }

    deinit {
        slots.deallocate()
    }

    /// The value of a field; nil when it is absent or null.
    @inline(__always)
    subscript(field: SubmissionField) -> BodyField? {
        present.contains(SubmissionFieldSet(field)) ? slots[field.rawValue] : nil
    }

    /// Keeps the value of a field; of a duplicate name the last one counts.
    @inline(__always)
    mutating func set(_ field: SubmissionField, _ value: BodyField) {
        slots[field.rawValue] = value
        if value.kind == .null {
            present.remove(SubmissionFieldSet(field))
        } else {
            present.insert(SubmissionFieldSet(field))
        }
    }

    mutating func removeAll() {
        present = []
    }
}
