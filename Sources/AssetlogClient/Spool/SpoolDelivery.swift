import AssetlogCore

/// What a delivery from a spool came to.
public struct SpoolDelivery: Sendable {
    /// How many reports the server has now.
    public var delivered = 0
    /// How many it refused; they lie in the directory `refused`.
    public var refused = 0
    /// How many files can't be read; they lie there too.
    public var damaged = 0
    /// How many still wait for this server.
    public var remaining = 0
    /// How many wait for other servers.
    public var elsewhere = 0
    /// Why some still wait; nil when none does.
    public var obstacle: ClientError?
    /// The keys of which a report was not taken now: nothing of them may overtake it.
    private var blocked: Set<UInt64> = []
    private var failuresInARow = 0

    /// After so many failures the server is left alone, whatever it is that answers.
    private static let patienceForFailures = 5

    /// Delivers everything that waits for a server.
    ///
    /// - Throws: ``ClientError`` when the spool can't be used, or nothing can be sent to this server.
    static func flush(
        _ spool: Spool, by client: AssetlogClient, includingRefused: Bool, start: Duration
    ) async throws -> SpoolDelivery {
        var delivery = SpoolDelivery()
        try DurableFile.makeDirectory(spool.waitingDirectory)
        if includingRefused { try spool.takeBackRefused() }
        DurableFile.removeDrafts(in: spool.waitingDirectory)
        try await delivery.deliverAll(from: spool, by: client, start: start)
        DurableFile.sync(spool.waitingDirectory)
        return delivery
    }

    /// Delivers what waits of one ordering key, up to and without a name. The caller holds the key's lock.
    ///
    /// - Throws: ``ClientError``, as ``flush(_:by:includingRefused:start:)`` does.
    static func deliver(
        _ key: UInt64, before end: SpoolName?, from spool: Spool, by client: AssetlogClient, start: Duration
    ) async throws -> SpoolDelivery? {
        let names = try spool.names(orderingKey: key).filter { name in end.map { name < $0 } ?? true }
        guard !names.isEmpty else { return nil }
        var delivery = SpoolDelivery()
        var start = start
        for name in names {
            try await delivery.deliver(name, from: spool, by: client, start: &start)
        }
        return delivery
    }

    // Others may add reports in the meantime, so it looks again until there is nothing new.
    private mutating func deliverAll(from spool: Spool, by client: AssetlogClient, start: Duration) async throws {
        var (seen, busy, busyKeys): (Set<SpoolName>, [SpoolName], Set<UInt64>) = ([], [], [])
        var start = start
        while true {
            let names = try spool.names().filter { !seen.contains($0) }
            if names.isEmpty { break }
            for name in names {
                seen.insert(name)
                if !busyKeys.contains(name.orderingKey) {
                    let now = client.clock.steady()
                    if try await takeTurn(name, from: spool, by: client, &start, until: now) { continue }
                }
                busy.append(name)
                busyKeys.insert(name.orderingKey)
            }
        }
        // Those who hold these locks are delivering the same reports.
        for name in busy where try await !takeTurn(name, from: spool, by: client, &start, until: start + client.patience) {
            remaining += 1
            blocked.insert(name.orderingKey)
            obstacle = Self.busy(spool)
        }
    }

    /// Delivers a report under the lock of its key; false when another process has it for too long.
    private mutating func takeTurn(
        _ name: SpoolName, from spool: Spool, by client: AssetlogClient, _ start: inout Duration, until end: Duration
    ) async throws -> Bool {
        guard !blocked.contains(name.orderingKey) else {
            remaining += 1
            return true
        }
        guard let lock = try await spool.locks.acquire(orderingKey: name.orderingKey, until: end, client.clock) else { return false }
        defer { withExtendedLifetime(lock) {} }
        try await deliver(name, from: spool, by: client, start: &start)
        return true
    }

    static func busy(_ spool: Spool) -> ClientError {
        ClientError(.unavailable, "another process is delivering reports of the same asset from the spool \(spool.directory)")
    }

    private mutating func deliver(
        _ name: SpoolName, from spool: Spool, by client: AssetlogClient, start: inout Duration
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
        guard !blocked.contains(name.orderingKey), !isServerAway else {
            remaining += 1
            return
        }
        do {
            _ = try await client.send(report, start: start, isLate: true)
            try spool.remove(name)
            delivered += 1
            failuresInARow = 0
            // Patience is for a server that does nothing.
            start = client.clock.steady()
        } catch let error as ClientError where error.code == .refused {
            try spool.setAside(name, because: error.message)
            refused += 1
            failuresInARow = 0
        } catch let error as ClientError where error.isRetriable {
            remaining += 1
            failuresInARow += 1
            blocked.insert(name.orderingKey)
            obstacle = error
        }
    }

    // A server that does not answer, or is busy, is left alone; another status may concern one report only.
    private var isServerAway: Bool {
        guard let obstacle else { return false }
        return obstacle.status == nil || obstacle.status == 503 || obstacle.status == 429
            || failuresInARow >= Self.patienceForFailures
    }
}
