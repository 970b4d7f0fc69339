import AssetlogCore

/// The keys under `server.limits`. ``ServerLimits`` has their defaults.
enum LimitKeys {
    private static let group = KeyGroup(section: ListenerKeys.group.section, prefix: "limits.")
    private static let standard = ServerLimits()
    /// What must remain of the memory beyond the queue, in bytes.
    static let leastMemory = 16 << 20

    static let headerBytes = group.key(
        "header_bytes", .bytes(atLeast: 1024), default: standard.headerBytes,
        "The largest request line and headers; beyond it: 431.")
    static let targetBytes = group.key(
        "target_bytes", .bytes(atLeast: 256), default: standard.targetBytes, "The longest request target; beyond it: 414.")
    static let bodyBytes = group.key(
        "body_bytes", .bytes(atLeast: 1024), default: standard.bodyBytes,
        "The largest body of a report, decompressed; beyond it: 413.")
    static let compressionRatio = group.key(
        "compression_ratio", .integer(atLeast: 1), default: standard.compressionRatio,
        "How many times a body may grow when it is decompressed, beyond its first MiB; beyond it: 413.")
    static let memoryBytes = group.key(
        "memory_bytes", .bytes(in: leastMemory...1 << 40), default: standard.memoryBytes,
        "The most memory for connections, requests, answers and the queue together; beyond it: 503.")
    static let bufferedBodyBytes = group.key(
        "buffered_body_bytes", .bytes(atLeast: 1024), default: standard.bufferedBodyBytes,
        "The share of it for requests until they are answered, over all connections; beyond it: 503.")
    static let answerBytes = group.key(
        "answer_bytes", .bytes(atLeast: 1024), default: standard.answerBytes,
        "The share of it for answers that clients have not read yet, over all connections; beyond it: 503.")
    static let connections = group.key(
        "connections", .integer(atLeast: 1), default: standard.connections,
        "The most connections; further ones are closed at once.")
    static let connectionsPerAddress = group.optional(
        "connections_per_address", .integer(atLeast: 0),
        "The most connections from one address; further ones are closed at once. 0: no limit. Default: 1024,"
            + " but no limit on loopback.")
    static let addressRate = group.key(
        "address_rate", .integer(atLeast: 0), default: standard.addressRate,
        "The most requests per second from one address; beyond it: 429. 0: no limit.")
    static let addressBurst = group.key(
        "address_burst", .integer(atLeast: 0), default: standard.addressBurst,
        "How many requests from one address may come at once; 0: as many as in one second.")
    static let tokenRate = group.key(
        "token_rate", .integer(atLeast: 0), default: standard.tokenRate,
        "The most requests per second with one token; beyond it: 429. 0: no limit.")
    static let tokenBurst = group.key(
        "token_burst", .integer(atLeast: 0), default: standard.tokenBurst,
        "How many requests with one token may come at once; 0: as many as in one second.")
    static let handshakeTimeout = group.key(
        "handshake_timeout", .timeout, default: standard.handshakeTimeout, "How long a TLS handshake may take.")
    static let headerTimeout = group.key(
        "header_timeout", .timeout, default: standard.headerTimeout, "How long the request line and headers may take.")
    static let bodyTimeout = group.key(
        "body_timeout", .timeout, default: standard.bodyTimeout,
        "How long a body may take, plus the time that body_bytes_per_second grants.")
    static let bodyBytesPerSecond = group.key(
        "body_bytes_per_second", .bytes(atLeast: 1), default: standard.bodyBytesPerSecond,
        "The lowest rate at which a long body may arrive.")
    static let idleTimeout = group.key(
        "idle_timeout", .timeout, default: standard.idleTimeout, "How long a connection may wait for its next request.")
    static let writeTimeout = group.key(
        "write_timeout", .timeout, default: standard.writeTimeout, "How long a client may take to read an answer.")
    static let streams = group.key(
        "streams", .integer(atLeast: 1), default: standard.streams,
        "The most open event streams; beyond it: 503 with Retry-After.")
    static let streamsPerCaller = group.key(
        "streams_per_caller", .integer(atLeast: 0), default: standard.streamsPerCaller,
        "The most open event streams of one token, or without one of one address; beyond it: 429. 0: no limit.")
    static let queueEvents = group.key(
        "queue_events", .integer(atLeast: 1), default: standard.queueEvents,
        "The most events that wait for the storage; beyond it: 503 with Retry-After.")
    static let queueBytes = group.key(
        "queue_bytes", .bytes(atLeast: 1024), default: standard.queueBytes,
        "The most bytes of events that wait for the storage; beyond it: 503 with Retry-After.")

    static let all: [any DeclaredKey] = [
        headerBytes, targetBytes, bodyBytes, compressionRatio, memoryBytes, bufferedBodyBytes, answerBytes, connections,
        connectionsPerAddress, addressRate, addressBurst, tokenRate, tokenBurst, handshakeTimeout, headerTimeout, bodyTimeout,
        bodyBytesPerSecond, idleTimeout, writeTimeout, streams, streamsPerCaller, queueEvents, queueBytes,
    ]
}
