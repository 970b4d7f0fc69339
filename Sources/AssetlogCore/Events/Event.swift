/// What an event says about its asset.
public enum EventKind: UInt8, CaseIterable, Sendable {
    /// The asset, or a partition of it, was written.
    case materialization = 1
    /// The asset was looked at.
    case observation = 2
    /// A check of the asset was evaluated.
    case check = 3
    /// Writing the asset has begun.
    case materializationStarted = 4
    /// The asset should have been written, and was not.
    case materializationFailed = 5
    /// The asset was not written, and that is in order.
    case materializationSkipped = 6
    /// Another event of the asset is void: it stays readable and counts no more. See ``VoidDetails``.
    case void = 7
    /// The asset, or some of its partitions, begins again: what was reported before counts no more. See ``WipeDetails``.
    case wipe = 8

    /// The kinds that a client may report; the server makes the others when an administrator asks for them.
    public static let reportable = allCases.filter(\.isReportable)

    /// Whether a client may report events of this kind.
    package var isReportable: Bool { rawValue < Self.void.rawValue }

    /// The name on the wire: `materialization`, `observation`, `check`, `materialization_started` and so on.
    public var name: String {
        switch self {
        case .materialization: "materialization"
        case .observation: "observation"
        case .check: "check"
        case .materializationStarted: "materialization_started"
        case .materializationFailed: "materialization_failed"
        case .materializationSkipped: "materialization_skipped"
        case .void: "void"
        case .wipe: "wipe"
        }
    }

    /// Finds the kind of a name on the wire.
    public init?(name: some StringProtocol) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// Finds the kind of a name on the wire, given in UTF-8.
    init?(utf8 name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4 where ("void" as StaticString).matches(name): self = .void
        case 4 where ("wipe" as StaticString).matches(name): self = .wipe
        case 5 where ("check" as StaticString).matches(name): self = .check
        case 11 where ("observation" as StaticString).matches(name): self = .observation
        case 15 where ("materialization" as StaticString).matches(name): self = .materialization
        case 22 where ("materialization_failed" as StaticString).matches(name): self = .materializationFailed
        case 23 where ("materialization_started" as StaticString).matches(name): self = .materializationStarted
        case 23 where ("materialization_skipped" as StaticString).matches(name): self = .materializationSkipped
        default: return nil
        }
    }
}

/// An event as it is given to the log: a fact about one asset, without its sequence in the log.
///
/// The columns that a storage filters by are fields; everything else is `details`, canonical JSON that a storage
/// keeps as it is and never needs to read.
public struct Event: Hashable, Sendable {
    /// The identity, unique in its deployment.
    public var id: EventID
    /// The name of the deployment that the event belongs to.
    public var deployment: String
    /// What the event says.
    public var kind: EventKind
    /// The asset.
    public var assetKey: AssetKey
    /// The partition of the asset; nil when the event is about the whole asset. The empty text is a partition.
    public var partition: String?
    /// When it happened.
    public var timestamp: Timestamp
    /// When the server received it.
    public var receivedAt: Timestamp
    /// The name of the token that reported it; nil where no token is asked for.
    public var reportedBy: String?
    /// A canonical JSON object with those of `description`, `data_version`, `tags`, `metadata`, `check_name`, `passed`,
    /// `severity`, `blocking`, `target`, `failure` and `upstream` that are not null, in this order. NaN and infinities
    /// stand in it as the bare words of Python. Voids and wipes have other members: ``VoidDetails``, ``WipeDetails``.
    public var details: [UInt8]

    /// Makes an event of its columns.
    public init(
        id: EventID, deployment: String = "default", kind: EventKind, assetKey: AssetKey, partition: String? = nil,
        timestamp: Timestamp, receivedAt: Timestamp, reportedBy: String? = nil, details: [UInt8] = Array("{}".utf8)
    ) {
        self.id = id
        self.deployment = deployment
        self.kind = kind
        self.assetKey = assetKey
        self.partition = partition
        self.timestamp = timestamp
        self.receivedAt = receivedAt
        self.reportedBy = reportedBy
        self.details = details
    }
}

extension Event {
    /// The bytes of its columns of text and JSON, as a page of the log counts them; see ``EventQuery/maximumBytes``.
    public var byteCount: Int {
        deployment.utf8.count + assetKey.canonical.utf8.count + (partition?.utf8.count ?? 0)
            + (reportedBy?.utf8.count ?? 0) + details.count
    }
}

/// An event with its sequence in the log.
@dynamicMemberLookup
public struct LoggedEvent: Hashable, Sendable {
    /// The number in the log: at least 1, strictly increasing, with possible holes.
    public var sequence: Int64
    /// The event.
    public var event: Event

    /// Makes a logged event.
    public init(sequence: Int64, event: Event) {
        self.sequence = sequence
        self.event = event
    }

    /// Reads a column of the event.
    public subscript<Value>(dynamicMember path: KeyPath<Event, Value>) -> Value {
        event[keyPath: path]
    }
}

extension Event {
    /// The most bytes of UTF-8 of an asset key (all parts together), a partition, a check name or a data version.
    package static let maximumTextLength = 2048
}
