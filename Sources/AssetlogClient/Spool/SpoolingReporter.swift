public import AssetlogCore

/// Reports to a server, and keeps in a spool what it can't record now.
///
/// Reports of one asset keep their order: none overtakes another that waits.
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
    }

    private let client: AssetlogClient
    private let spool: Spool

    /// Combines a client and a spool.
    public init(client: AssetlogClient, spool: Spool) {
        self.client = client
        self.spool = spool
    }

    /// Delivers what waits for the same asset, then reports; or keeps the report when the server can't take it now.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    /// - Throws: ``ClientError`` when the server refuses the report, or the spool can't keep it: then it is nowhere.
    public func report(_ report: Report, id: EventID? = nil) async throws -> Receipt {
        let sealed = try client.seal(report, id: id)
        let start = client.clock.steady()
        var earlier: SpoolDelivery?
        do {
            if try !spool.names(lane: sealed.lane).isEmpty {
                let delivery = try await SpoolDelivery.run(from: spool, by: client, lane: sealed.lane, start: start)
                earlier = delivery
                if let obstacle = delivery.obstacle { throw obstacle }
            }
            return Receipt(outcome: .recorded(try await client.send(sealed, start: start)), earlier: earlier)
        } catch let error as ClientError where error.isRetriable {
            try spool.add(sealed)
            return Receipt(outcome: .spooled(error), earlier: earlier)
        }
    }

    /// Delivers everything that waits for the client's server, whatever its deployment is.
    ///
    /// - Parameter includingRefused: Whether what was refused before is tried again.
    /// - Throws: ``ClientError`` when the spool can't be used.
    public func flush(includingRefused: Bool = false) async throws -> SpoolDelivery {
        try await SpoolDelivery.run(
            from: spool, by: client, includingRefused: includingRefused, start: client.clock.steady())
    }
}
