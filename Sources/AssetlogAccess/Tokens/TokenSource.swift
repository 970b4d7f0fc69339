public import AssetlogCore

/// Where the tokens of a server come from.
public protocol TokenSource: Sendable {
    /// Its name, for messages: `auth.tokens_file`.
    var name: String { get }
    /// How long after a look the next one is due; nil: the tokens never change.
    var pause: Duration? { get }

    /// Something that changes with every change of the tokens. Cheap: it is asked for after every pause.
    func version() async throws -> [Int64]

    /// Every token, the revoked and expired ones too.
    func tokens() async throws -> [TokenRecord]
}

/// The tokens of a store, looked at four times a second.
public struct StoredTokens: TokenSource {
    /// The name of every such source.
    public static let name = "storage"

    public var name: String { Self.name }
    public var pause: Duration? { .milliseconds(250) }
    private let store: any TokenStore

    /// Makes a source of an open store.
    public init(_ store: any TokenStore) {
        self.store = store
    }

    public func version() async throws -> [Int64] { [try await store.version()] }

    public func tokens() async throws -> [TokenRecord] { try await store.tokens() }
}

/// Tokens that stay as they are while the server runs.
public struct FixedTokens: TokenSource {
    public let name: String
    public var pause: Duration? { nil }
    private let records: [TokenRecord]

    /// Makes a source of tokens.
    public init(_ records: [TokenRecord], name: String) {
        self.records = records
        self.name = name
    }

    public func version() async throws -> [Int64] { [] }

    public func tokens() async throws -> [TokenRecord] { records }
}
