#if SQLite
/// How a connection is opened and set up.
public struct ConnectionOptions: Sendable {
    /// How the file is opened.
    public var mode: OpenMode
    /// How long a statement waits for the lock of another connection, in steps of a millisecond; 0: not at all.
    public var busyTimeout: Duration
    /// How many prepared statements a connection keeps for the next use; 0: none.
    public var cachedStatements: Int
    /// Settings of the connection, each a statement of SQL: `PRAGMA cache_size = -8192`.
    public var settings: [String]

    /// Options for a connection that reads and writes.
    public init(
        mode: OpenMode = .readWrite, busyTimeout: Duration = .seconds(10), cachedStatements: Int = 48, settings: [String] = []
    ) {
        self.mode = mode
        self.busyTimeout = busyTimeout
        self.cachedStatements = cachedStatements
        self.settings = settings
    }
}
#endif
