public import AssetlogCore

/// What happened to an asset, to be reported to a server.
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
        /// Writing the asset has begun.
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
    /// Words for people. None is sent of a check, as Dagster keeps none.
    public var description: String?
    /// The version of the asset's data. None is sent of a check, as Dagster keeps none.
    public var dataVersion: String?
    /// The assets that the data was made from, each by the parts of its key. None is sent of a check, and Dagster keeps none.
    public var upstream: [[String]] = []
    /// When it happened; nil: when it is reported. Dagster records when it received the report.
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
    /// What it says, as canonical JSON.
    func body() -> [UInt8] {
        var members: [(String, JSONValue)] = [("asset_key", .array(assetKey.map(JSONValue.string)))]
        func add(_ name: String, _ value: String?) {
            if let value { members.append((name, .string(value))) }
        }
        if case .check(let name, let passed, let severity) = kind {
            members += [("check_name", .string(name)), ("passed", .bool(passed)), ("severity", .string(severity.rawValue))]
        }
        if let failure = kind.failure { members.append(("failure", failure)) }
        if !tags.entries.isEmpty {
            var object = JSONObject()
            for tag in tags.entries { object[tag.name] = .string(tag.text) }
            members.append(("tags", .object(object)))
        }
        add("partition", partition)
        if eventKind != .check {
            add("description", description)
            add("data_version", dataVersion)
            if !upstream.isEmpty { members.append(("upstream", .array(upstream.map { .array($0.map(JSONValue.string)) }))) }
        }
        add("timestamp", timestamp?.description)
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

// Two reports are equal when they say the same, byte for byte. (Swift's texts are equal when they only look alike.)
extension Report {
    /// Whether two reports say the same.
    public static func == (left: Report, right: Report) -> Bool {
        left.eventKind == right.eventKind && left.body() == right.body()
    }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(eventKind)
        hasher.combine(body())
    }

    private var eventKind: EventKind { kind.eventKind }
}

extension Report.Kind {
    /// Whether two kinds say the same.
    public static func == (left: Report.Kind, right: Report.Kind) -> Bool { Report(left, of: []) == Report(right, of: []) }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) { Report(self, of: []).hash(into: &hasher) }

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
        var object: JSONObject = ["reason": .string(reason.rawValue)]
        object["message"] = message.map(JSONValue.string)
        return .object(object)
    }
}
