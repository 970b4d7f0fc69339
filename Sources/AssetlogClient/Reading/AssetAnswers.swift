public import AssetlogCore

/// An event as answers about assets name it.
public struct EventReference: Sendable, Decodable {
    /// Its identity.
    public let eventID: String
    /// Its number in the log.
    public let sequence: Int64
    /// When it happened.
    public let timestamp: Timestamp
    /// The partition; nil: the whole asset.
    public let partition: String?
    /// The version of the data.
    public let dataVersion: String?
    /// The token that reported it.
    public let reportedBy: String?
    /// Why it failed, of a failure.
    public let reason: String?
    /// What was said about the failure.
    public let message: String?

    enum CodingKeys: String, CodingKey {
        case sequence, timestamp, partition, reason, message
        case eventID = "event_id"
        case dataVersion = "data_version"
        case reportedBy = "reported_by"
    }
}

/// How many checks there are, by their latest results.
public struct CheckCounts: Hashable, Sendable, Decodable {
    /// All of them.
    public let total: Int
    /// Those that passed.
    public let passed: Int
    /// Those that failed, with the severity ERROR.
    public let failed: Int
    /// Those that failed, with the severity WARN.
    public let warned: Int
}

/// An asset in a list.
public struct AssetSummary: Sendable, Decodable {
    /// The parts of its key.
    public let assetKey: [String]
    /// Its state.
    public let state: AssetState
    /// Since when it has the state.
    public let since: Timestamp?
    /// The latest materialization.
    public let materialization: EventReference?
    /// How many partitions it has, by state, with `total`.
    public let partitions: [String: Int]
    /// How many checks it has, by result.
    public let checks: CheckCounts

    enum CodingKeys: String, CodingKey {
        case state, since, materialization, partitions, checks
        case assetKey = "asset_key"
    }
}

/// What is known about an asset.
public struct AssetDetails: Sendable, Decodable {
    /// A version of the data, and since when it is that.
    public struct DataVersion: Sendable, Decodable {
        /// The version.
        public let value: String
        /// Since when.
        public let since: Timestamp?
    }

    /// The deployment.
    public let deployment: String
    /// The parts of its key.
    public let assetKey: [String]
    /// Its state.
    public let state: AssetState
    /// Since when it has the state.
    public let since: Timestamp?
    /// When its first event happened.
    public let firstSeen: Timestamp?
    /// When its last event happened.
    public let lastSeen: Timestamp?
    /// How many events there were of each kind.
    public let counts: [String: Int]
    /// The latest materialization.
    public let materialization: EventReference?
    /// The latest observation.
    public let observation: EventReference?
    /// The latest failure.
    public let failure: EventReference?
    /// The latest start.
    public let started: EventReference?
    /// The version of its data.
    public let dataVersion: DataVersion?
    /// The latest description.
    public let description: String?
    /// The latest tags.
    public let tags: [String: String]
    /// How many partitions it has, by state, with `total`.
    public let partitions: [String: Int]
    /// How many checks it has, by result.
    public let checks: CheckCounts
    /// The labels of its numeric metadata.
    public let labels: [String]
    /// The keys of the assets that it was made of.
    public let upstream: [[String]]
    /// The keys of the assets that were made of it.
    public let downstream: [[String]]
    /// The sequence up to which this is true.
    public let asOf: Int64

    enum CodingKeys: String, CodingKey {
        case deployment, state, since, counts, materialization, observation, failure, started, description, tags, partitions, checks
        case labels, upstream, downstream
        case assetKey = "asset_key"
        case firstSeen = "first_seen"
        case lastSeen = "last_seen"
        case dataVersion = "data_version"
        case asOf = "as_of"
    }
}

/// A partition of an asset.
public struct AssetPartition: Sendable, Decodable {
    /// Its key.
    public let partition: String
    /// Its state.
    public let state: AssetState
    /// Its latest materialization.
    public let materialization: EventReference?
    /// Its latest failure.
    public let failure: EventReference?
    /// Its latest start.
    public let started: EventReference?
    /// How many events it has.
    public let count: Int
}

/// The latest result of a check.
public struct AssetCheck: Sendable, Decodable {
    /// Its name.
    public let checkName: String
    /// The partition that it was run on last; nil: the whole asset.
    public let partition: String?
    /// Whether it passed.
    public let passed: Bool
    /// How much a failure matters: `ERROR` or `WARN`.
    public let severity: String?
    /// Since when it has this result.
    public let since: Timestamp?
    /// When it was run.
    public let timestamp: Timestamp
    /// The identity of the result's event.
    public let eventID: String
    /// How often it passed.
    public let passes: Int
    /// How often it failed.
    public let failures: Int

    enum CodingKeys: String, CodingKey {
        case partition, passed, severity, since, timestamp, passes, failures
        case checkName = "check_name"
        case eventID = "event_id"
    }

    /// Whether it failed, with the severity ERROR.
    public var isError: Bool { !passed && severity != "WARN" }
}

/// An event that records a void or a wipe.
public struct RecordedChange: Sendable, Decodable {
    /// Its identity.
    public let eventID: String

    enum CodingKeys: String, CodingKey {
        case eventID = "event_id"
    }
}
