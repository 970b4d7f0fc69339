public import AssetlogCore

/// Which events are followed: those that pass every filter that is set.
public struct EventSelection: Hashable, Sendable {
    /// Only events of this asset.
    public var asset: AssetKey?
    /// Only events of assets whose key begins with these parts.
    public var prefix: AssetKey?
    /// Only events of these kinds; empty: of all.
    public var kinds: Set<EventKind> = []
    /// Only events of this partition.
    public var partition: String?
    /// Only results of checks of this name.
    public var checkName: String?
    /// Only results of checks that passed, or only of those that did not.
    public var passed: Bool?

    /// Makes a selection of all events.
    public init() {}

    /// The parameters of `GET /api/v1/events/stream` that say so.
    var query: [(name: String, value: String?)] {
        [
            ("asset_key", asset?.canonical), ("prefix", prefix?.canonical),
            ("kind", kinds.isEmpty ? nil : kinds.map(\.name).sorted().joined(separator: ",")), ("partition", partition),
            ("check_name", checkName), ("passed", passed.map { "\($0)" }),
        ]
    }
}

/// An event that a server sent as it came.
public struct FollowedEvent: Hashable, Sendable {
    /// Its number in the log.
    public var sequence: Int64
    /// The JSON object, as `GET /api/v1/events` shows it, in one line.
    public var json: [UInt8]

    /// Makes an event.
    public init(sequence: Int64, json: [UInt8]) {
        (self.sequence, self.json) = (sequence, json)
    }
}
