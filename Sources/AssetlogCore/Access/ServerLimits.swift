/// What a server grants its clients, with the defaults of the keys under `server.limits`.
package struct ServerLimits: Hashable, Sendable {
    /// The most bytes of a request's line and headers; more is answered 431.
    package var headerBytes = 128 << 10
    /// The most bytes of a request's target; more is answered 414.
    package var targetBytes = 65_535
    /// The most bytes of a report's body, or of one event of a batch, after decompression; more is answered 413.
    package var bodyBytes = 8 << 20
    /// How many times larger than its compressed form a body may be, beyond its first MiB; more is answered 413.
    package var compressionRatio = 200
    /// The most bytes for connections, requests, answers and the queue together; beyond it: 503.
    package var memoryBytes = 256 << 20
    /// The most bytes of it for requests until they are answered, over all connections; beyond it: 503.
    package var bufferedBodyBytes = 128 << 20
    /// The most bytes of it for answers that clients have not read yet, over all connections; beyond it: 503.
    package var answerBytes = 64 << 20
    /// The most connections; one more is closed at once.
    package var connections = 10_000
    /// The most connections from one address (of IPv6: one network of 64 bits); one more is closed at once. 0: no limit.
    /// Nil: 1,024, and no limit for addresses of this machine and for trusted proxies.
    package var connectionsPerAddress: Int?
    /// The most requests per second from one address; beyond it: 429. 0: no limit.
    package var addressRate = 0
    /// How many requests from one address may come at once; 0: as many as in one second.
    package var addressBurst = 0
    /// The most requests per second with one token; beyond it: 429. 0: no limit.
    package var tokenRate = 0
    /// How many requests with one token may come at once; 0: as many as in one second.
    package var tokenBurst = 0
    /// How long a TLS handshake may take.
    package var handshakeTimeout = Duration.seconds(10)
    /// How long a request's line and headers may take.
    package var headerTimeout = Duration.seconds(15)
    /// How long a body may take beyond one second for each ``bodyBytesPerSecond`` that have come.
    package var bodyTimeout = Duration.seconds(30)
    /// The slowest pace at which a long body may come.
    package var bodyBytesPerSecond = 16 << 10
    /// How long a connection may wait for its next request.
    package var idleTimeout = Duration.seconds(75)
    /// How long a client may take to read what the connection can't hold of an answer.
    package var writeTimeout = Duration.seconds(30)
    /// The most open event streams; one more is answered 503.
    package var streams = 1024
    /// The most open event streams of one token, or without one of one address; one more is answered 429. 0: no limit.
    package var streamsPerCaller = 100
    /// The most events that wait for the storage; beyond it: 503.
    package var queueEvents = 65_536
    /// The most bytes of events that wait for the storage, a part of ``memoryBytes``; beyond it: 503.
    package var queueBytes = 64 << 20
    /// After an early refusal so many bytes of the body are still read and dropped, so that the client sees the answer. No key.
    package var discardedBytes = 32 << 20
    /// And for at most so long. No key.
    package var discardTimeout = Duration.seconds(5)

    /// The default limits.
    package init() {}
}

extension ServerMemory {
    /// The memory of what clients can make grow, except for the queue of events, which counts its part itself.
    package init(_ limits: ServerLimits) {
        self.init(
            total: limits.memoryBytes - limits.queueBytes, requests: limits.bufferedBodyBytes, answers: limits.answerBytes)
    }
}
