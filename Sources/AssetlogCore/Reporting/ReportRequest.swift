/// One of the three endpoints that take reports.
public enum ReportEndpoint: UInt8, CaseIterable, Sendable {
    /// `/report_asset_materialization/`
    case materialization
    /// `/report_asset_check/`
    case check
    /// `/report_asset_observation/`
    case observation

    /// The kind of event that the endpoint records.
    public var kind: EventKind {
        switch self {
        case .materialization: .materialization
        case .check: .check
        case .observation: .observation
        }
    }

    /// The first segment of the path: `report_asset_check`.
    public var pathSegment: String { "report_asset_\(kind.name)" }
}

/// A report as it came over the wire: bytes that are borrowed for one call, nothing decoded.
public struct ReportRequest {
    /// The endpoint.
    public var endpoint: ReportEndpoint
    /// The path after the endpoint's name and its slash, still percent-encoded; empty when there was none.
    public var keyPath: UnsafeRawBufferPointer
    /// The query after `?`, still percent-encoded; nil when there was no `?`.
    public var query: UnsafeRawBufferPointer?
    /// The value of the first Content-Type header, as sent; nil when there was none.
    public var contentType: UnsafeRawBufferPointer?
    /// The body, decompressed; empty when there was none.
    public var body: UnsafeRawBufferPointer
    /// When it was received, which a given timestamp is compared with; nil: now.
    public var receivedAt: Timestamp?
    /// Whether what the sender may not have meant is noted; see ``ResolvedReport/notes``.
    public var takesNotes: Bool
    /// Whether a `timestamp` counts even without extensions, as the reading of a clock that may be wrong: where it can't
    /// be right, the time of receipt counts.
    public var isTimestampApproximate: Bool

    /// Makes a request of borrowed bytes.
    public init(
        endpoint: ReportEndpoint, keyPath: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer?,
        contentType: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer, receivedAt: Timestamp? = nil,
        takesNotes: Bool = false, isTimestampApproximate: Bool = false
    ) {
        self.endpoint = endpoint
        self.keyPath = keyPath
        self.query = query
        self.contentType = contentType
        self.body = body
        self.receivedAt = receivedAt
        self.takesNotes = takesNotes
        self.isTimestampApproximate = isTimestampApproximate
    }
}

/// Where the value of a parameter came from.
public enum ParameterSource: UInt8, Sendable {
    /// Nowhere: it is absent, or has its default.
    case absent
    /// The path of the URL.
    case path
    /// The body.
    case body
    /// The query of the URL.
    case query

    /// The name in the answer to a dry run: `path`, `body`, `query` or `default`.
    public var name: String {
        switch self {
        case .absent: "default"
        case .path: "path"
        case .body: "body"
        case .query: "query"
        }
    }
}

/// Where the value of each parameter came from.
public struct ParameterSources: Hashable, Sendable {
    public var assetKey = ParameterSource.absent
    public var metadata = ParameterSource.absent
    public var partition = ParameterSource.absent
    public var description = ParameterSource.absent
    public var dataVersion = ParameterSource.absent
    public var checkName = ParameterSource.absent
    public var passed = ParameterSource.absent
    public var severity = ParameterSource.absent
    public var timestamp = ParameterSource.absent
    public var tags = ParameterSource.absent
    public var blocking = ParameterSource.absent
    public var target = ParameterSource.absent
    public var upstream = ParameterSource.absent

    /// No parameter came from anywhere.
    public init() {}

    /// The parameters that an endpoint takes, by name, in the order of an event's members.
    public func named(for endpoint: ReportEndpoint, extensions: Bool = false) -> [(
        name: String, source: ParameterSource
    )] {
        let all: [(Parameter, ParameterSource)] = [
            (.assetKey, assetKey), (.partition, partition), (.description, description), (.dataVersion, dataVersion),
            (.tags, tags), (.metadata, metadata), (.checkName, checkName), (.passed, passed), (.severity, severity),
            (.blocking, blocking), (.target, target), (.upstream, upstream), (.timestamp, timestamp),
        ]
        return all.filter { $0.0.isTaken(by: endpoint, extensions: extensions) }.map { ($0.0.name, $0.1) }
    }
}

/// What a report says, resolved: bytes that are borrowed from the resolver for one call.
public struct ResolvedReport {
    /// The kind of event.
    public var kind: EventKind
    /// The asset key's canonical JSON text in UTF-8.
    public var assetKey: UnsafeRawBufferPointer
    /// The partition in UTF-8; nil when the event is about the whole asset.
    public var partition: UnsafeRawBufferPointer?
    /// The canonical JSON object of the remaining fields; see ``Event/details``.
    public var details: UnsafeRawBufferPointer
    /// When it happened, as the client said; nil: when it was received.
    public var timestamp: Timestamp?
    /// Whether the timestamp is the reading of a clock that may be wrong.
    public var isTimestampApproximate = false
    /// Where each value came from.
    public var sources: ParameterSources
    /// What the sender may not have meant; empty unless the request asks for it.
    public var notes: [ReportNote]

    /// Makes a resolved report of borrowed bytes.
    public init(
        kind: EventKind, assetKey: UnsafeRawBufferPointer, partition: UnsafeRawBufferPointer?,
        details: UnsafeRawBufferPointer, timestamp: Timestamp? = nil, sources: ParameterSources,
        notes: [ReportNote] = []
    ) {
        self.kind = kind
        self.assetKey = assetKey
        self.partition = partition
        self.details = details
        self.timestamp = timestamp
        self.sources = sources
        self.notes = notes
    }

    /// What the client chose of what the server chooses otherwise; an identity is no part of a report.
    public var clientChoice: ClientChoice {
        if isTimestampApproximate { return .approximateTimestamp }
        return timestamp == nil ? [] : .timestamp
    }
}

/// Why a report was refused.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status: 400 or 401.
    public var status: Int
    /// The text of the answer's `error`.
    public var message: String

    /// Makes an error.
    public init(status: Int = 400, _ message: String) {
        self.status = status
        self.message = message
    }

    /// The permission error of Dagster, for a report that its sender may not make.
    public static let notAuthorized = ParameterError(
        status: 401, "Not authorized to report runless asset events.")

    /// The message.
    public var description: String { message }
}
