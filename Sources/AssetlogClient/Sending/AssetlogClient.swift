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
    /// Whether the server was found to have no event API.
    private let isDagster = Atomic(false)

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
        self.deployment = try Self.checked(deployment)
        self.token = token
        self.options = options
        self.clock = clock
    }

    /// Checks the name of a deployment.
    ///
    /// - Throws: ``ClientError`` when no deployment can have it.
    static func checked(_ deployment: String?) throws -> String? {
        guard let deployment, !DeploymentName.isValid(deployment) else { return deployment }
        throw ClientError(.invalid, "\"\(deployment)\" can't be the name of a deployment; it has 1 to 128 letters, digits, - . and _")
    }

    /// The time for a report with all its attempts.
    var patience: Duration { options.retry.patience }

    /// Reports, and returns the identity of the event where the server names it.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity by which a server records it once; nil makes one.
    ///   - age: How long ago it was made.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func report(_ report: Report, id: EventID? = nil, age: Duration = .zero) async throws -> EventID? {
        try await send(seal(report, id: id, age: age), start: clock.steady(), isLate: age > Self.mostOfNow)
    }

    /// What was made longer ago says when.
    static let mostOfNow = Duration.seconds(1)

    /// Gives a report its identity, its time and its bytes.
    ///
    /// - Parameters:
    ///   - report: The report.
    ///   - id: The identity; nil makes one.
    ///   - age: How long ago it was made.
    /// - Throws: ``ClientError`` when it can't be sent to any server.
    func seal(_ report: Report, id: EventID? = nil, age: Duration = .zero) throws -> SealedReport {
        guard !report.assetKey.isEmpty else { throw ClientError(.invalid, "the asset key has no parts; give it at least one") }
        let now = clock.date()
        return SealedReport(
            id: id ?? generator.withLock { $0.next(at: now) }, url: url, deployment: deployment, kind: report.kind.eventKind,
            assetKey: AssetKey(report.assetKey), madeAt: Timestamp(microseconds: now.microseconds - Int64(age / .microseconds(1))),
            body: report.body())
    }

    /// Sends a report until the server has decided, or the time since `start` is over. There is always one attempt.
    ///
    /// - Parameter isLate: Whether the report was made some time ago, so that the event should say when.
    /// - Throws: ``ClientError``.
    func send(_ report: SealedReport, start: Duration, isLate: Bool = false) async throws -> EventID? {
        let policy = options.retry
        var state = RetryState(policy, start: start)
        var saysTime = isLate
        while true {
            let left = start + policy.patience - clock.steady()
            let timeout = left > .zero ? min(left, options.attemptTimeout) : options.attemptTimeout
            let outcome = try await attempt(report, saysTime: saysTime, timeout: timeout)
            guard let failure = outcome.retryOutcome,
                case .retry(let pause) = state.next(failure, now: clock.steady(), date: clock.date(), random: clock.random())
            else { return try outcome.eventID() }
            do { try await clock.sleep(pause) } catch { throw ClientError(.cancelled, "the report was cancelled") }
            saysTime = true
        }
    }

    /// Sends lines of items to the event API until the server has decided, or the time for a report is over.
    ///
    /// - Returns: The body of the answer, which has the counts; the status is 422 where nothing was recorded.
    /// - Throws: ``ClientError``.
    func sendLines(_ body: [UInt8]) async throws -> [UInt8] {
        let start = clock.steady()
        var state = RetryState(options.retry, start: start)
        while true {
            let left = start + patience - clock.steady()
            let attempt = try await attemptLines(body, timeout: max(left, Self.shortestWait))
            guard let failure = attempt.retryOutcome,
                case .retry(let pause) = state.next(failure, now: clock.steady(), date: clock.date(), random: clock.random())
            else { return try attempt.body() }
            do { try await clock.sleep(pause) } catch { throw ClientError(.cancelled, "the report was cancelled") }
        }
    }

    private func attemptLines(_ body: [UInt8], timeout: Duration) async throws -> ReadAttempt {
        var request = OutboundRequest(
            url: "\(url)\(deployment.map { "/\($0)" } ?? "")/api/v1/events", body: body,
            connectTimeout: max(min(timeout, options.attemptTimeout), Self.shortestConnect), timeout: timeout, caFile: options.caFile)
        request.maximumAnswerBytes = 16 << 20
        request.headers = [
            .init("Content-Type", "application/x-ndjson"), .init("Accept", "application/json"), .init("User-Agent", "assetlog-client"),
        ]
        if let token { request.headers.append(.init("Authorization", "Bearer \(token.revealed)")) }
        do {
            let answer = try await connection.send(request)
            // Every item is refused by itself: that is an answer with counts too.
            if answer.status == 422, !answer.isBodyCut, let members = CanonicalJSON.members(ofObject: answer.body),
                BatchAnswer(members) != nil
            {
                return .answered(answer.body)
            }
            return ReadAttempt(answer, from: url)
        } catch let error as DeliveryError {
            return .failed(error)
        }
    }

    // To the event API, and where there is none, to the report endpoint of Dagster.
    private func attempt(_ report: SealedReport, saysTime: Bool, timeout: Duration) async throws -> AttemptOutcome {
        let hasEndpoint = ReportMessage.exists(report, .reportEndpoint)
        if !hasEndpoint || !isDagster.load(ordering: .relaxed) {
            let (outcome, answer) = try await exchange(report, .eventAPI, saysTime, timeout)
            guard hasEndpoint, answer?.mayLackEventAPI == true else { return outcome }
        }
        let (outcome, answer) = try await exchange(report, .reportEndpoint, saysTime, timeout)
        if case .recorded(nil) = outcome, answer != nil { isDagster.store(true, ordering: .relaxed) }
        return outcome
    }

    // Who has a connection waits at least so long: an answer that nobody hears leaves it open what the server did.
    private static let shortestWait: Duration = .seconds(5)
    // What is left of the patience may be too little for any connection, and would hide why there is none.
    private static let shortestConnect: Duration = .seconds(1)

    private func exchange(
        _ report: SealedReport, _ destination: ReportDestination, _ saysTime: Bool, _ timeout: Duration
    ) async throws -> (AttemptOutcome, ReportAnswer?) {
        let message = ReportMessage(report: report, destination: destination, saysTime: saysTime)
        var request = OutboundRequest(
            url: message.url, headers: message.headers, body: message.body, connectTimeout: max(timeout, Self.shortestConnect),
            timeout: max(timeout, Self.shortestWait), caFile: options.caFile)
        if let token { request.headers.append(.init("Authorization", "Bearer \(token.revealed)")) }
        do {
            let answer = ReportAnswer(answer: try await connection.send(request), destination: destination, report: report)
            return (answer.outcome, answer)
        } catch let error as DeliveryError {
            return (.failed(error), nil)
        }
    }
}
