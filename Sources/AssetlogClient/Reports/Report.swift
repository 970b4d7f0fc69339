public import AssetlogCore

/// What happened to an asset, to be told to a server.
public struct Report: Hashable, Sendable {
    /// How much a failed check matters.
    public enum Severity: String, CaseIterable, Sendable {
        case warn = "WARN"
        case error = "ERROR"
    }

    /// What is reported.
    public enum Kind: Hashable, Sendable {
        /// The asset, or a partition of it, was written.
        case materialization
        /// The asset was looked at.
        case observation
        /// A check of the asset was evaluated.
        case check(name: String, passed: Bool, severity: Severity = .error)
        /// Somebody began to write the asset.
        case started
        /// The asset should have been written, and was not.
        case failed(reason: FailureReason = .failedToMaterialize, message: String? = nil)
        /// The asset was not written, and that is in order.
        case skipped(reason: FailureReason? = nil, message: String? = nil)
    }

    /// What is reported.
    public var kind: Kind
    /// The parts of the asset's key.
    public var assetKey: [String]
    /// The partition; nil: the whole asset.
    public var partition: String?
    /// Labels with values.
    public var metadata: ReportMetadata
    /// Names with texts by which it can be found. Dagster's report endpoints take none.
    public var tags: ReportTags = [:]
    /// Words for people. The server keeps none of a check.
    public var description: String?
    /// The version of the asset's data. The server keeps none of a check.
    public var dataVersion: String?
    /// When it happened, which a server with `report.extensions` records; nil: when it is reported.
    public var timestamp: Timestamp?

    /// Makes a report.
    public init(
        _ kind: Kind, of assetKey: [String], partition: String? = nil, metadata: ReportMetadata = [:], description: String? = nil,
        dataVersion: String? = nil, timestamp: Timestamp? = nil
    ) {
        self.kind = kind
        self.assetKey = assetKey
        self.partition = partition
        self.metadata = metadata
        self.description = description
        self.dataVersion = dataVersion
        self.timestamp = timestamp
    }
}

extension Report {
    /// The body of the request: the same bytes whenever it is sent.
    func body(at now: Timestamp) -> [UInt8] {
        var members: [(String, JSONValue)] = [("asset_key", .array(assetKey.map(JSONValue.string)))]
        func add(_ name: String, _ value: String?) {
            if let value { members.append((name, .string(value))) }
        }
        if case .check(let name, let passed, let severity) = kind {
            members += [("check_name", .string(name)), ("passed", .bool(passed)), ("severity", .string(severity.rawValue))]
        }
        if let failure = kind.failure { members.append(("failure", failure)) }
        if !tags.entries.isEmpty {
            members.append(("tags", .object(Dictionary(tags.entries.map { ($0.name, .string($0.text)) }) { $1 })))
        }
        add("partition", partition)
        add("description", description)
        add("data_version", dataVersion)
        add("timestamp", (timestamp ?? now).description)
        var output: [UInt8] = []
        JSONValue.append(members, to: &output)
        guard !metadata.entries.isEmpty else { return output }
        // Labels keep their order, which an object of JSONValue does not.
        output.removeLast()
        output += #","metadata":"#.utf8
        JSONValue.append(metadata.entries.map { ($0.label, $0.value) }, to: &output)
        output.append(UInt8(ascii: "}"))
        return output
    }
}

extension Report.Kind {
    /// The kind of the event that a server makes of it.
    var eventKind: EventKind {
        switch self {
        case .materialization: .materialization
        case .observation: .observation
        case .check: .check
        case .started: .materializationStarted
        case .failed: .materializationFailed
        case .skipped: .materializationSkipped
        }
    }

    /// Why the asset was not materialized, as JSON.
    fileprivate var failure: JSONValue? {
        switch self {
        case .failed(let reason, let message): Self.failure(reason, message)
        case .skipped(let reason?, let message): Self.failure(reason, message)
        case .skipped(nil, let message?): Self.failure(.unknown, message)
        default: nil
        }
    }

    private static func failure(_ reason: FailureReason, _ message: String?) -> JSONValue {
        let text = message.map { ["message": JSONValue.string($0)] } ?? [:]
        return .object(text.merging(["reason": .string(reason.rawValue)]) { $1 })
    }
}
