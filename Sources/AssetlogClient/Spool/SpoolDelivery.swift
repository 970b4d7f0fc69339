import AssetlogCore

/// What a delivery from a spool came to.
public struct SpoolDelivery: Sendable {
    /// How many reports the server has now.
    public var delivered = 0
    /// How many it refused; they lie in the folder `refused`.
    public var refused = 0
    /// How many files can't be read; they lie there too.
    public var damaged = 0
    /// How many still wait for this server.
    public var remaining = 0
    /// How many wait for other servers.
    public var elsewhere = 0
    /// Why some still wait; nil when none does.
    public var obstacle: ClientError?
    /// Lanes in which a report was not taken now: nothing of them may overtake it.
    private var blocked: Set<UInt64> = []

    /// Delivers what waits, of one lane or of all, and holds the spool's lock meanwhile.
    ///
    /// - Throws: ``ClientError`` when the spool can't be used, or nothing can be sent to this server.
    static func run(
        from spool: Spool, by client: AssetlogClient, lane: UInt64? = nil, includingRefused: Bool = false, start: Duration
    ) async throws -> SpoolDelivery {
        var delivery = SpoolDelivery()
        try DurableFile.makeFolder(spool.waitingFolder)
        let lock = try await SpoolLock.acquire(spool.lockPath, until: start + client.patience, client.clock)
        guard let lock else {
            delivery.remaining = try spool.names(lane: lane).count
            delivery.obstacle = ClientError(.unavailable, "another process is delivering from the spool \(spool.folder)")
            return delivery
        }
        defer { withExtendedLifetime(lock) {} }
        if includingRefused { try spool.takeBackRefused() }
        DurableFile.removeDrafts(in: spool.waitingFolder)
        try await delivery.deliverAll(from: spool, by: client, lane: lane, start: start)
        DurableFile.sync(spool.waitingFolder)
        return delivery
    }

    // Others may add reports meanwhile, so it looks again until there is nothing new.
    private mutating func deliverAll(
        from spool: Spool, by client: AssetlogClient, lane: UInt64?, start: Duration
    ) async throws {
        var seen: Set<SpoolName> = []
        var start = start
        while true {
            let names = try spool.names(lane: lane).filter { !seen.contains($0) }
            if names.isEmpty { return }
            for name in names {
                seen.insert(name)
                let before = delivered
                try await deliver(name, from: spool, by: client, start: start)
                // Patience is for a server that does nothing.
                if delivered > before { start = client.clock.steady() }
            }
        }
    }

    private mutating func deliver(
        _ name: SpoolName, from spool: Spool, by client: AssetlogClient, start: Duration
    ) async throws {
        let report: SealedReport
        do {
            guard let found = try spool.read(name) else { return }
            report = found
        } catch let damage as SpoolFormat.Damage {
            try spool.setAside(name, because: damage.description)
            damaged += 1
            return
        }
        guard report.url == client.url else {
            elsewhere += 1
            return
        }
        guard !blocked.contains(name.lane), !isServerAway else {
            remaining += 1
            return
        }
        do {
            _ = try await client.send(report, start: start)
            try spool.remove(name)
            delivered += 1
        } catch let error as ClientError where error.code == .refused {
            try spool.setAside(name, because: error.message)
            refused += 1
        } catch let error as ClientError where error.isRetriable {
            remaining += 1
            blocked.insert(name.lane)
            obstacle = error
        }
    }

    // A server that does not answer, or is busy, is left alone; another status may concern one report only.
    private var isServerAway: Bool {
        guard let obstacle else { return false }
        return obstacle.status == nil || obstacle.status == 503 || obstacle.status == 429
    }
}
