import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging
import NIOCore

/// What the fast path does with a report.
enum IngestResult {
    /// It is in the queue under this identity; the lane's ``PendingReport`` hears of it.
    case queued(EventID)
    /// It is answered at once.
    case answered(ReportAnswer)

    /// The status that is to be expected.
    var status: Int {
        switch self {
        case .queued: 200
        case .answered(let answer): answer.status
        }
    }
}

/// Who waits for a report to become durable: the lane that has its connection.
///
/// A class and not a protocol, because the queue carries it as a bare pointer and a cast to a protocol for each event
/// would cost more than the rest of the hand-over.
class PendingReport {
    /// Under which identity it was queued, and in which deployment, when it has an Idempotency-Key.
    fileprivate var keyed: (identities: KeyedIdentities, deployment: String)?

    /// Learns on the event loop whether the report is durable.
    func completed(_ outcome: CommitResult.Outcome) {}
}

/// the fast path of one event loop: resolves reports into the log's queue and brings the answers back.
///
/// Confined to its event loop, but for ``completed(_:)``, which the writer's thread calls and which only hands over.
final class IngestLoop: CommitListener, @unchecked Sendable {
    let eventLoop: any EventLoop
    let limits: HTTPLimits
    let logger: Logger
    let router: ReportRouter
    /// What is kept of requests; shared with the other loops and the API.
    let memory: MemoryBudget.Share
    let metrics: RequestMetrics
    let sink: any RequestSink
    let openAPIChannel: @Sendable (APIConnection) -> Void
    private let log: EventLog
    private let isReadOnly: Bool
    private let gate: RequestGate
    private var resolver: ParameterResolver
    private var identities = EventIDGenerator()
    private var connections = ConnectionTable()
    private var clock: RepeatedTask?
    private var lastClosed: EventLoopPromise<Void>?
    private(set) var isDraining = false
    private(set) var encoder: PlainResponseEncoder

    init(
        eventLoop: any EventLoop, configuration: HTTPServerConfiguration, log: EventLog, logger: Logger,
        openAPIChannel: @escaping @Sendable (APIConnection) -> Void
    ) throws {
        self.eventLoop = eventLoop
        limits = configuration.limits
        self.logger = logger
        router = ReportRouter(
            pathPrefix: configuration.pathPrefix, deployments: configuration.deployments,
            createsDeployments: configuration.createsDeployments)
        metrics = configuration.metrics
        sink = configuration.sink
        gate = try RequestGate(configuration.access)
        memory = configuration.memory.requests
        self.openAPIChannel = openAPIChannel
        self.log = log
        isReadOnly = configuration.isReadOnly
        resolver = ParameterResolver(extensions: configuration.hasReportExtensions)
        encoder = PlainResponseEncoder(at: .now())
    }

    // MARK: Reports

    /// Judges whether a request is let in, whatever it asks for.
    func admit(_ facts: borrowing RequestFacts) -> RequestIdentity {
        gate.judge(facts, at: .now(), nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    /// Resolves a report and queues its event. `pending` hears of it once, unless it is answered at once.
    ///
    /// - Parameter key: The value of its Idempotency-Key.
    func report(
        _ request: borrowing ReportRequest, to deployment: String, key: UnsafeRawBufferPointer?,
        admission: borrowing RequestIdentity, for pending: PendingReport
    ) -> IngestResult {
        if let refusal = admission.refusal { return .answered(.refused(refusal, admission.rateFields)) }
        let now = Timestamp.now()
        let deployment = OrganizationPolicy.qualified(deployment, organization: admission.organization)
        let id: EventID
        if let key {
            guard let key = IdempotencyKey.parse(key) else { return .answered(.refused(400, IdempotencyKey.rule)) }
            id = key.withUnsafeBytes {
                EventID(idempotencyKey: $0, deployment: deployment, caller: admission.caller.name)
            }
            pending.keyed = (KeyedIdentities(id), deployment)
        } else {
            id = identities.next(at: now)
            pending.keyed = nil
        }
        let hasKey = key != nil
        let (caller, endpoint, isReadOnly) = (admission.caller, request.endpoint, isReadOnly)
        do throws(ParameterError) {
            let admission = try resolver.resolve(
                request,
                authorize: { key in
                    !isReadOnly && caller.allowsReport(endpoint.kind, deployment: deployment, canonicalKey: key)
                }
            ) { resolved in
                // The completion releases this retain.
                let token = Unmanaged.passRetained(pending)
                let admission = queue(
                    resolved, id: id, hasKey: hasKey, now: now, deployment: deployment, reportedBy: caller.name,
                    token: token.toOpaque())
                if case .queued = admission {} else { token.release() }
                return admission
            }
            switch admission {
            case .queued: return .queued(id)
            case .full: return .answered(.failed(LogError(.full)))
            case .closed: return .answered(.failed(LogError(.closed)))
            }
        } catch {
            return .answered(.refused(error, caller, isReadOnly: isReadOnly))
        }
    }

    private func queue(
        _ resolved: borrowing ResolvedReport, id: EventID, hasKey: Bool, now: Timestamp, deployment: String,
        reportedBy: String?, token: UnsafeMutableRawPointer
    ) -> EnqueueResult {
        var choice = resolved.clientChoice
        if hasKey { choice.insert(.identity) }
        let timestamp = resolved.timestamp ?? now
        var deployment = deployment
        var reportedBy = reportedBy ?? ""
        let isNamed = !reportedBy.isEmpty
        let (kind, assetKey, partition, details) = (resolved.kind, resolved.assetKey, resolved.partition, resolved.details)
        return deployment.withUTF8 { deployment in
            reportedBy.withUTF8 { reportedBy in
                log.submit(
                    EventColumns(
                        id: id, kind: kind, timestamp: timestamp, receivedAt: now,
                        deployment: UnsafeRawBufferPointer(deployment), assetKey: assetKey, partition: partition,
                        reportedBy: isNamed ? UnsafeRawBufferPointer(reportedBy) : nil, details: details,
                        clientChoice: choice),
                    completionToken: UInt(bitPattern: token), for: self)
            }
        }
    }

    func completed(_ result: consuming CommitResult) {
        let result = result
        eventLoop.execute {
            result.forEach { token, outcome in
                guard let pointer = UnsafeRawPointer(bitPattern: token) else { return }
                let pending = Unmanaged<PendingReport>.fromOpaque(pointer).takeRetainedValue()
                if case .excepted(.duplicate) = outcome, let keyed = pending.keyed {
                    self.compare(pending, keyed, outcome)
                } else {
                    pending.completed(outcome)
                }
            }
        }
    }

    /// Looks up whether the first request of a key that was sent again had more events than this report.
    private func compare(
        _ pending: PendingReport, _ keyed: (identities: KeyedIdentities, deployment: String), _ outcome: CommitResult.Outcome
    ) {
        let (storage, lane) = (log.storage, NIOLoopBound(pending, eventLoop: eventLoop))
        Task {
            var outcome = outcome
            for id in keyed.identities.after(1) + [keyed.identities.key.expanded(at: 1)] {
                // Where that can't be read, the report is known all the same.
                guard let found = try? await storage.event(id, deployment: keyed.deployment) else { continue }
                outcome = .excepted(.conflict(sequence: found.sequence))
            }
            let completed = outcome
            lane.eventLoop.execute { lane.value.completed(completed) }
        }
    }

    /// the fast path's answer to a report that is durable.
    func recorded(_ id: EventID, _ fields: [(name: String, value: String)], closes: Bool) -> ByteBuffer {
        encoder.recorded(id, fields, closes: closes)
    }

    // MARK: Connections

    func opened(_ connection: Connection) {
        connections.insert(connection)
    }

    func closed(_ connection: Connection) {
        connections.remove(connection)
        if isDraining, connections.isEmpty { lastClosed?.succeed() }
    }

    /// Starts the clock that cuts slow peers and sets the date of answers.
    func startClock() {
        let halfSecond = TimeAmount.milliseconds(500)
        clock = eventLoop.scheduleRepeatedTask(initialDelay: halfSecond, delay: halfSecond) { [unowned self] _ in
            encoder.setDate(.now())
            for connection in connections.expired(at: .now()) { connection.handler?.deadlinePassed() }
        }
    }

    /// Closes what is idle, lets what is under way finish, and completes when no connection is left.
    func drain() -> EventLoopFuture<Void> {
        let promise = lastClosed ?? eventLoop.makePromise(of: Void.self)
        isDraining = true
        lastClosed = promise
        for connection in connections.all { connection.handler?.drain() }
        if connections.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Closes every connection as it is.
    func closeAll() {
        for connection in connections.all { connection.channel.close(promise: nil) }
    }

    func stopClock() {
        clock?.cancel()
    }
}
