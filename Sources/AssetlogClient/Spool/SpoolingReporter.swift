public import AssetlogCore

/// Reports to a server, and keeps in a spool what it can't record now.
///
/// Reports of one asset keep their order, also where several processes report at once: a report is registered in the spool
/// before it is sent, and what was made before it goes first.
public struct SpoolingReporter: Sendable {
    /// What became of a report.
    public enum Outcome: Sendable {
        /// The server has it; its event's identity, where the server names it.
        case recorded(EventID?)
        /// It waits in the spool, for this reason.
        case spooled(ClientError)
    }

    /// What became of a report, and of those that waited before it.
    public struct Receipt: Sendable {
        /// What became of the report.
        public var outcome: Outcome
        /// What became of the reports of the same asset that waited; nil when none did.
        public var earlier: SpoolDelivery?
        /// Why the spool could not be used for a report that was recorded without it; nil: it could.
        public var spoolProblem: ClientError?
    }

    private let client: AssetlogClient
    private let spool: Result<Spool, ClientError>

    /// Combines a client and a spool.
    public init(client: AssetlogClient, spool: Spool) {
        self.client = client
        self.spool = .success(spool)
    }

    /// Reports without a spool, because there is none that can be used.
    public init(client: AssetlogClient, withoutSpool problem: ClientError) {
        self.client = client
        spool = .failure(problem)
    }

    /// Delivers what waits for the same asset, then reports; or keeps the report when the server can't take it now.
    ///
    /// Where the spool can't be used, the report is sent all the same.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    ///   - age: How long ago it was made.
    /// - Throws: ``ClientError`` when the server refuses the report, or it can be neither delivered nor kept: then it is
    ///   nowhere.
    public func report(_ report: Report, id: EventID? = nil, age: Duration = .zero) async throws -> Receipt {
        let sealed = try client.seal(report, id: id, age: age)
        let start = client.clock.steady()
        let (spool, name): (Spool, SpoolName)
        do {
            spool = try self.spool.get()
            name = try await spool.register(sealed, until: start + client.patience, client.clock)
        } catch let problem as ClientError where problem.isOfSpool {
            return try await reportUnregistered(sealed, problem, start: start, age: age)
        }
        return try await deliver(sealed, name, from: spool, start: start, age: age)
    }

    /// Keeps a report without trying to deliver it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    ///   - age: How long ago it was made.
    ///   - reason: Why it can't be sent now.
    /// - Throws: ``ClientError`` when it can't be kept.
    public func keep(
        _ report: Report, id: EventID? = nil, age: Duration = .zero, because reason: ClientError
    ) async throws -> Receipt {
        let sealed = try client.seal(report, id: id, age: age)
        do {
            let spool = try spool.get()
            try spool.persist(try await spool.register(sealed, until: client.clock.steady() + client.patience, client.clock))
        } catch let problem as ClientError where problem.isOfSpool {
            throw Self.lost(reason, problem)
        }
        return Receipt(outcome: .spooled(reason))
    }

    /// Delivers everything that waits for the client's server, whatever its deployment is.
    ///
    /// - Parameter includingRefused: Whether what was refused before is tried again.
    /// - Throws: ``ClientError`` when the spool can't be used.
    public func flush(includingRefused: Bool = false) async throws -> SpoolDelivery {
        try await SpoolDelivery.flush(
            spool.get(), by: client, includingRefused: includingRefused, start: client.clock.steady())
    }

    // MARK: A registered report

    private func deliver(
        _ report: SealedReport, _ name: SpoolName, from spool: Spool, start: Duration, age: Duration
    ) async throws -> Receipt {
        var receipt = Receipt(outcome: .recorded(report.id))
        do {
            let lock = try await spool.locks.acquire(
                orderingKey: name.orderingKey, until: start + client.patience, client.clock)
            guard let lock else { throw SpoolDelivery.busy(spool) }
            defer { withExtendedLifetime(lock) {} }
            receipt.earlier = try await SpoolDelivery.deliver(
                name.orderingKey, before: name, from: spool, by: client, start: start)
            if let obstacle = receipt.earlier?.obstacle { throw obstacle }
            guard try spool.read(name) != nil else {
                // Another process came to it first.
                if let reason = try spool.takeRefusal(of: name) { throw ClientError(.refused, reason) }
                return receipt
            }
            // What was delivered before it has shown that the server is there.
            let isServerThere = receipt.earlier.map { $0.delivered > 0 } ?? false
            let now = client.clock.steady()
            let isLate = now - start + age > AssetlogClient.mostOfNow
            receipt.outcome = .recorded(try await client.send(report, start: isServerThere ? now : start, isLate: isLate))
            try? spool.remove(name)
            return receipt
        } catch let error as ClientError where error.isRetriable {
            try keep(name, in: spool, because: error)
            receipt.outcome = .spooled(error)
            return receipt
        } catch let problem as ClientError where problem.isOfSpool {
            try? spool.remove(name)
            return try await reportUnregistered(report, problem, start: start, age: age)
        } catch {
            try? spool.remove(name)
            throw error
        }
    }

    private func keep(_ name: SpoolName, in spool: Spool, because reason: ClientError) throws {
        do {
            try spool.persist(name)
        } catch let problem as ClientError {
            try? spool.remove(name)
            throw Self.lost(reason, problem)
        }
    }

    private static func lost(_ reason: ClientError, _ problem: ClientError) -> ClientError {
        ClientError(
            problem.code, status: reason.status, "\(reason.message); and the report can't be kept: \(problem.message)")
    }

    // MARK: An unregistered report

    private func reportUnregistered(
        _ report: SealedReport, _ problem: ClientError, start: Duration, age: Duration
    ) async throws -> Receipt {
        var receipt = Receipt(outcome: .recorded(nil), spoolProblem: problem)
        do {
            receipt.earlier = try await deliverEarlier(than: report, start: start)
            if let obstacle = receipt.earlier?.obstacle { throw obstacle }
            let isLate = client.clock.steady() - start + age > AssetlogClient.mostOfNow
            receipt.outcome = .recorded(try await client.send(report, start: start, isLate: isLate))
            return receipt
        } catch let error as ClientError where error.isRetriable {
            throw Self.lost(error, problem)
        }
    }

    // A full spool may hold reports of the asset; one that can't be read holds none that could be delivered.
    private func deliverEarlier(than report: SealedReport, start: Duration) async throws -> SpoolDelivery? {
        do {
            let (spool, key) = (try spool.get(), report.orderingKey)
            guard try !spool.names(orderingKey: key).isEmpty else { return nil }
            let lock = try await spool.locks.acquire(orderingKey: key, until: start + client.patience, client.clock)
            guard let lock else { throw SpoolDelivery.busy(spool) }
            defer { withExtendedLifetime(lock) {} }
            return try await SpoolDelivery.deliver(key, before: nil, from: spool, by: client, start: start)
        } catch let error as ClientError where error.code == .spoolFailed {
            return nil
        }
    }
}

extension ClientError {
    fileprivate var isOfSpool: Bool { code == .spoolFull || code == .spoolFailed }
}
