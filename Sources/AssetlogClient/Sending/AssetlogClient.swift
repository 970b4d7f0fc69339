public import AssetlogCore
public import AssetlogDelivery
import Synchronization

/// Reports to a server, and tries again until the report is recorded, refused, or there is no more patience.
///
/// Every report has an identity that is kept over all attempts, so that a server records it once.
/// For reports that must outlast a server's absence see ``SpoolingReporter``.
public final class AssetlogClient: Sendable {
    /// How the client behaves.
    public struct Options: Sendable {
        /// A PEM file with the only authorities that are trusted; nil: the system's.
        public var caFile: String?
        /// The longest time of one attempt.
        public var attemptTimeout: Duration = .seconds(10)
        /// How failed attempts are followed by others.
        public var retry = RetryPolicy()

        /// Makes the default options.
        public init() {}
    }

    /// The server.
    public let url: ServerURL
    /// The deployment; nil: the server's default.
    public let deployment: String?
    let clock: ClientClock
    private let token: Secret?
    private let options: Options
    private let connection = OutboundConnection()
    private let generator = Mutex(EventIDGenerator())

    /// Makes a client; nothing is opened before the first report.
    ///
    /// - Throws: ``ClientError`` when the URL or the deployment's name is malformed.
    public convenience init(
        url: String, token: Secret? = nil, deployment: String? = nil, options: Options = Options()
    ) throws {
        try self.init(url: url, token: token, deployment: deployment, options: options, clock: .system)
    }

    init(url: String, token: Secret?, deployment: String?, options: Options, clock: ClientClock) throws {
        self.url = try ServerURL(url)
        if let deployment, !DeploymentName.isValid(deployment) {
            throw ClientError(.invalid, "\"\(deployment)\" can't be the name of a deployment; it has 1 to 128 letters, digits, - . and _")
        }
        self.deployment = deployment
        self.token = token
        self.options = options
        self.clock = clock
    }

    /// The time for a report with all its attempts.
    var patience: Duration { options.retry.patience }

    /// Reports, and returns the identity of the event where the server names it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func report(_ report: Report, id: EventID? = nil) async throws -> EventID? {
        try await send(seal(report, id: id), start: clock.steady())
    }

    /// Gives a report its identity and its bytes.
    ///
    /// - Parameter id: The identity; nil makes one.
    /// - Throws: ``ClientError`` when it can't be sent to any server.
    func seal(_ report: Report, id: EventID? = nil) throws -> SealedReport {
        guard !report.assetKey.isEmpty else { throw ClientError(.invalid, "the asset key has no part; give it at least one") }
        let now = clock.date()
        return SealedReport(
            id: id ?? generator.withLock { $0.next(at: now) }, url: url, deployment: deployment, kind: report.kind.eventKind,
            assetKey: AssetKey(report.assetKey), madeAt: now, body: report.body(at: now))
    }

    /// Sends a report until there is an answer, or the time since `start` is over. There is always one attempt.
    ///
    /// - Throws: ``ClientError``.
    func send(_ report: SealedReport, start: Duration) async throws -> EventID? {
        var policy = options.retry
        // The same report may still be at work on the server after an attempt that was cut off.
        policy.retriableStatuses.insert(409)
        var state = RetryState(policy, start: start)
        while true {
            let left = start + policy.patience - clock.steady()
            let outcome = try await attempt(report, timeout: left > .zero ? min(left, options.attemptTimeout) : options.attemptTimeout)
            let action = state.next(outcome.judged, now: clock.steady(), date: clock.date(), random: clock.random())
            switch action {
            case .accept, .giveUp, .fail: return try ReportAnswer.eventID(outcome, from: url, isFinal: action == .accept)
            case .retry(let pause):
                do { try await clock.sleep(pause) } catch { throw ClientError(.cancelled, "the report was cancelled") }
            }
        }
    }

    // Who has a connection waits at least so long: an answer that nobody hears leaves it open what the server did.
    private static let shortestWait: Duration = .seconds(5)

    private func attempt(_ report: SealedReport, timeout: Duration) async throws -> Result<OutboundAnswer, DeliveryError> {
        var request = OutboundRequest(
            url: report.target,
            headers: [
                .init("Content-Type", "application/json"), .init("Idempotency-Key", "\"\(report.id)\""),
                .init("User-Agent", "assetlog-client"),
            ], body: report.message, connectTimeout: timeout, timeout: max(timeout, Self.shortestWait), caFile: options.caFile)
        if let token { request.headers.append(.init("Authorization", "Bearer \(token.revealed)")) }
        do {
            return .success(try await connection.send(request))
        } catch let error as DeliveryError {
            return .failure(error)
        }
    }
}
