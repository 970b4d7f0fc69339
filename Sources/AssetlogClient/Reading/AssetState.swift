/// The state of an asset or of a partition: the worst that holds.
public struct AssetState: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The word, as the API has it.
    public let word: String

    /// Makes a state of its word; a newer server may have words that this client does not know.
    public init(_ word: String) {
        self.word = word
    }

    /// A failure is later than the last materialization.
    public static let failed = AssetState("failed")
    /// The latest result of some check is failed, with the severity ERROR.
    public static let checkFailed = AssetState("check_failed")
    /// It was started later than it ended.
    public static let running = AssetState("running")
    /// The latest result of some check is failed, with the severity WARN.
    public static let warned = AssetState("warned")
    /// It was never materialized.
    public static let missing = AssetState("missing")
    /// It was materialized, and nothing is wrong.
    public static let ok = AssetState("ok")

    /// The word.
    public var description: String { word }

    public init(from decoder: any Decoder) throws {
        word = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}
