/// How a catalog is doing.
package struct CatalogStatus: Hashable, Sendable {
    /// What a catalog is at.
    package enum Phase: String, Hashable, Sendable {
        /// Its file is being opened.
        case starting
        /// It reads a log that it knows little of; answers lack what follows ``CatalogStatus/asOf``.
        case rebuilding
        /// It reads what was recorded while it was not running.
        case catchingUp = "catching up"
        /// It has read all there is, and waits for more.
        case following
        /// Something failed; it pauses and tries again.
        case retrying
        /// It has ended with the server.
        case ended
    }

    /// What it is at.
    package var phase: Phase
    /// The last sequence that answers contain.
    package var asOf: Int64
    /// The end of the log when it was last looked at.
    package var head: Int64
    /// How far answers are behind, in seconds: how long ago the catalog last had all there was; 0 while it has.
    package var lagSeconds: Double
    /// The last sequence that is in the file.
    package var flushed: Int64
    /// How often it has written to its file since the start.
    package var flushes: Int
    /// The bytes of what is in memory and not in the file yet.
    package var memoryBytes: Int
    /// How often it has begun to read the log from its beginning since the start.
    package var rebuilds: Int
    /// How many failures there were since the last success.
    package var failures: Int
    /// What the last of them said; nil after a success.
    package var lastError: String?

    /// Makes the status of one that starts.
    package init() {
        phase = .starting
        asOf = 0
        head = 0
        lagSeconds = 0
        flushed = 0
        flushes = 0
        memoryBytes = 0
        rebuilds = 0
        failures = 0
        lastError = nil
    }

    /// How far answers are behind the head, in sequences.
    package var lag: Int64 { max(0, head - asOf) }
}
