import AssetlogCore

extension ServerLimits {
    /// Reads the keys under `server.limits`. What is wrong is noted.
    init(_ server: SectionValues) {
        self.init()
        headerBytes = server[LimitKeys.headerBytes]
        targetBytes = server[LimitKeys.targetBytes]
        bodyBytes = server[LimitKeys.bodyBytes]
        compressionRatio = server[LimitKeys.compressionRatio]
        bufferedBodyBytes = server[LimitKeys.bufferedBodyBytes]
        answerBytes = server[LimitKeys.answerBytes]
        connections = server[LimitKeys.connections]
        connectionsPerAddress = server[LimitKeys.connectionsPerAddress]
        addressRate = server[LimitKeys.addressRate]
        addressBurst = server[LimitKeys.addressBurst]
        tokenRate = server[LimitKeys.tokenRate]
        tokenBurst = server[LimitKeys.tokenBurst]
        handshakeTimeout = server[LimitKeys.handshakeTimeout]
        headerTimeout = server[LimitKeys.headerTimeout]
        bodyTimeout = server[LimitKeys.bodyTimeout]
        bodyBytesPerSecond = server[LimitKeys.bodyBytesPerSecond]
        idleTimeout = server[LimitKeys.idleTimeout]
        writeTimeout = server[LimitKeys.writeTimeout]
        queueEvents = server[LimitKeys.queueEvents]
        readMemory(server)
    }

    private mutating func readMemory(_ server: SectionValues) {
        let known = server.problemCount
        queueBytes = server[LimitKeys.queueBytes]
        memoryBytes = server[LimitKeys.memoryBytes]
        if server.problemCount == known, memoryBytes < queueBytes + LimitKeys.leastMemory {
            server.refuse(
                LimitKeys.memoryBytes,
                "must be at least 16 MiB more than limits.queue_bytes, which is \(queueBytes): the queue is a part of it")
        }
    }
}
