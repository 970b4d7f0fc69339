/// A storage whose configuration was checked, and what can be done with it.
public struct StorageSetup: Sendable {
    /// Opens the storage for a server. A storage whose database is away for a moment opens all the same, and says so by
    /// its ``Storage/health()``.
    public var open: @Sendable (PluginContext) async throws -> any Storage
    /// Copies the log and the cursors to a new file while a server may be running; returns a sentence about what was copied.
    /// Nil: the storage has its own tools for that.
    public var backUp: (@Sendable (_ file: String) async throws -> String)?
    /// Reads everything, while a server may be running, and says what is wrong. Nil: not supported.
    public var verify: (@Sendable () async throws -> VerificationReport)?
    /// Opens the log for reading only, while a server may be running. Nil: it is opened as for a server, which a storage of
    /// one server refuses then.
    public var openForReading: (@Sendable () async throws -> any LogReader)?
    /// Opens only the cursors of the consumers, while a server may be running. Nil: not supported.
    public var openConsumers: (@Sendable () async throws -> any ConsumerStore)?
    /// Opens only the tokens, next to a running server or before there is one. Nil: the storage keeps no tokens.
    ///
    /// While its database is away it opens all the same, and the calls throw ``StorageError`` with the code `unavailable`.
    public var openTokens: (@Sendable () async throws -> any TokenStore)?
    /// Looks at the files and directories that the storage needs, without changing them, and returns a sentence about each that
    /// it can't use, as ``PathInspection`` makes them. Nil: it needs none.
    public var inspectFiles: (@Sendable () async -> [String])?
    /// Gives the space of removed events back to the file system, while no server runs; returns a sentence about it. Nil: the storage
    /// does so by itself, or has its own tools for it.
    public var compact: (@Sendable () async throws -> String)?
    /// Whether what ``open`` opens is a ``RetainingStorage``.
    public var canRemoveEvents: Bool

    /// Makes a setup.
    public init(
        open: @escaping @Sendable (PluginContext) async throws -> any Storage,
        backUp: (@Sendable (_ file: String) async throws -> String)? = nil,
        verify: (@Sendable () async throws -> VerificationReport)? = nil,
        openForReading: (@Sendable () async throws -> any LogReader)? = nil,
        openConsumers: (@Sendable () async throws -> any ConsumerStore)? = nil,
        openTokens: (@Sendable () async throws -> any TokenStore)? = nil,
        inspectFiles: (@Sendable () async -> [String])? = nil,
        compact: (@Sendable () async throws -> String)? = nil, canRemoveEvents: Bool = false
    ) {
        self.open = open
        self.backUp = backUp
        self.verify = verify
        self.openForReading = openForReading
        self.openConsumers = openConsumers
        self.openTokens = openTokens
        self.inspectFiles = inspectFiles
        self.compact = compact
        self.canRemoveEvents = canRemoveEvents
    }
}
