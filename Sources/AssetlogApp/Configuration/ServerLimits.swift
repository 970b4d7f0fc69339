import AssetlogCore

/// What a stranger is granted; the keys under `server.limits`.
struct ServerLimits: Hashable, Sendable {
    var headerBytes: Int
    var targetBytes: Int
    var bodyBytes: Int
    var compressionRatio: Int
    var memoryBytes: Int
    var bufferedBodyBytes: Int
    var answerBytes: Int
    var connections: Int
    /// 0: no limit; nil: as is usual where the server listens.
    var connectionsPerAddress: Int?
    /// 0: no limit.
    var addressRate: Int
    var addressBurst: Int
    var tokenRate: Int
    var tokenBurst: Int
    var handshakeTimeout: Duration
    var headerTimeout: Duration
    var bodyTimeout: Duration
    var bodyBytesPerSecond: Int
    var idleTimeout: Duration
    var writeTimeout: Duration
    var queueEvents: Int
    var queueBytes: Int

    private static let leastMemory = 16 << 20
    private static let mostMemory = 1 << 40

    /// Reads the limits; what is out of range is noted.
    init(_ server: PluginConfiguration, _ problems: ConfigurationProblems) {
        func number(_ name: String, atLeast minimum: Int) -> Int {
            problems.integer("limits.\(name)", of: server, atLeast: minimum)
        }
        func span(_ name: String) -> Duration {
            let span = problems.duration("limits.\(name)", of: server)
            if span <= .zero { problems.note(server.error("limits.\(name)", "must be positive")) }
            return span
        }
        headerBytes = number("header_bytes", atLeast: 1024)
        targetBytes = number("target_bytes", atLeast: 256)
        bodyBytes = number("body_bytes", atLeast: 1024)
        compressionRatio = number("compression_ratio", atLeast: 1)
        bufferedBodyBytes = number("buffered_body_bytes", atLeast: 1024)
        answerBytes = number("answer_bytes", atLeast: 1024)
        connections = number("connections", atLeast: 1)
        connectionsPerAddress = server.optionalInteger("limits.connections_per_address")
        if let number = connectionsPerAddress, number < 0 || number > Int32.max {
            problems.note(server.error("limits.connections_per_address", "must be from 0 to \(Int32.max), not \(number)"))
        }
        addressRate = number("address_rate", atLeast: 0)
        addressBurst = number("address_burst", atLeast: 0)
        tokenRate = number("token_rate", atLeast: 0)
        tokenBurst = number("token_burst", atLeast: 0)
        handshakeTimeout = span("handshake_timeout")
        headerTimeout = span("header_timeout")
        bodyTimeout = span("body_timeout")
        bodyBytesPerSecond = number("body_bytes_per_second", atLeast: 1)
        idleTimeout = span("idle_timeout")
        writeTimeout = span("write_timeout")
        queueEvents = number("queue_events", atLeast: 1)
        queueBytes = number("queue_bytes", atLeast: 1024)
        let known = problems.errors.count
        memoryBytes = problems.integer(
            "limits.memory_bytes", of: server, atLeast: Self.leastMemory, atMost: Self.mostMemory)
        if problems.errors.count == known, memoryBytes < queueBytes + Self.leastMemory {
            problems.note(
                server.error(
                    "limits.memory_bytes",
                    "must be at least 16 MiB more than limits.queue_bytes, which is \(queueBytes): the queue is a part of it"))
        }
    }
}
