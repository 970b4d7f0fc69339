import AssetlogCore

extension ServerLimits {
    /// Reads the keys under `server.limits`. What is wrong is noted.
    init(_ server: SectionValues) {
        self.init()
        headerBytes = server[LimitKeys.headerBytes]
        targetBytes = server[LimitKeys.targetBytes]
        bodyBytes = server[LimitKeys.bodyBytes]
        compressionRatio = server[LimitKeys.compressionRatio]
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
        streams = server[LimitKeys.streams]
        streamsPerCaller = server[LimitKeys.streamsPerCaller]
        queueEvents = server[LimitKeys.queueEvents]
        readMemory(server)
    }

    private mutating func readMemory(_ server: SectionValues) {
        let known = server.problemCount
        queueBytes = server[LimitKeys.queueBytes]
        memoryBytes = server[LimitKeys.memoryBytes]
        bufferedBodyBytes = server[LimitKeys.bufferedBodyBytes]
        answerBytes = server[LimitKeys.answerBytes]
        guard server.problemCount == known else { return }
        guard memoryBytes >= queueBytes + LimitKeys.leastMemory else {
            return server.refuse(
                LimitKeys.memoryBytes,
                "must be at least 16 MiB more than limits.queue_bytes, which is \(queueBytes): the queue is a part of it")
        }
        checkShare(LimitKeys.bufferedBodyBytes, bufferedBodyBytes, server)
        checkShare(LimitKeys.answerBytes, answerBytes, server)
    }

    // A share that was set to more than the whole is a mistake; a default that is larger has the whole for its limit.
    private func checkShare(_ key: ServerKey<Int>, _ bytes: Int, _ server: SectionValues) {
        guard bytes > memoryBytes, bytes != key.fallback else { return }
        server.refuse(key, "must be at most limits.memory_bytes, which is \(memoryBytes): it is a share of that")
    }
}
