public import AssetlogCore

/// What a reader has found in result files.
public struct ResultReading: Sendable {
    /// What becomes events.
    public var items: [EventItem] = []
    /// What could not be mapped, each with a sentence that says what and why.
    public var unmapped: [String] = []

    /// Makes a reading of nothing.
    public init() {}

    /// Adds what another reading has.
    public mutating func append(_ other: ResultReading) {
        items += other.items
        unmapped += other.unmapped
    }
}

/// How the assets of result files are named.
public struct ResultOptions: Hashable, Sendable {
    /// The parts that come before those of every asset key, but of one that was chosen explicitly.
    public var keyPrefix: [String]
    /// The asset of all results, in place of those that the files name; nil: theirs. dbt's and dlt's files name many.
    public var assetKey: AssetKey?

    /// Makes options.
    public init(keyPrefix: [String] = [], assetKey: AssetKey? = nil) {
        self.keyPrefix = keyPrefix
        self.assetKey = assetKey
    }

    /// The key of an asset that a tool names; nil: it can't be the name of an asset.
    func key(_ parts: [String]) -> AssetKey? {
        if let assetKey { return assetKey }
        return Self.checked(keyPrefix + parts)
    }

    /// The longest key, in bytes of its parts: names of tables are shorter, and a hostile file may repeat one often.
    private static let maximumKeyBytes = 2048

    static func checked(_ parts: [String]) -> AssetKey? {
        let isUsable = !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && !$0.utf8.contains(0) }
        guard isUsable, parts.reduce(0, { $0 + $1.utf8.count }) <= maximumKeyBytes else { return nil }
        return AssetKey(parts)
    }
}

/// Why a file is not what it should be, in a sentence.
public struct ResultFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// Makes an error.
    public init(_ sentence: String) {
        description = sentence
    }
}
