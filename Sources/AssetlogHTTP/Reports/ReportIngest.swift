import AssetlogAccess
import AssetlogCore
import AssetlogLog
import NIOCore

/// What became of a report that was handed to a ``ReportIngest``.
enum IngestResult {
    /// It is in the queue under this ID; the ``PendingReport`` is notified.
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

/// Waits for a report to become durable: the handler that has its connection.
///
/// A class and not a protocol, because the queue carries it as a bare pointer and a cast to a protocol for each event
/// would cost more than the rest of the hand-over.
class PendingReport {
    /// Under which ID it was queued, and in which deployment, when it has an Idempotency-Key.
    fileprivate var keyed: (identities: KeyedIdentities, deployment: String)?

    /// Takes, on the event loop, whether the report is durable.
    func completed(_ outcome: CommitResult.Outcome) {}
}

/// Takes the reports of one event loop: authenticates requests, resolves reports into the log's queue, and brings the
/// results back.
///
/// Confined to its event loop, but for ``completed(_:)``, which the writer's thread calls and which only hands over.
final class ReportIngest: CommitListener, @unchecked Sendable {
    let router: ReportRouter
    private let eventLoop: any EventLoop
    private let log: EventLog
    private let isReadOnly: Bool
    private let authenticator: RequestAuthenticator
    private var resolver: ParameterResolver
    private var eventIDs = EventIDGenerator()

    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    init(eventLoop: any EventLoop, configuration: HTTPServerConfiguration, log: EventLog) throws {
        self.eventLoop = eventLoop
        self.log = log
        router = ReportRouter(configuration.paths)
        isReadOnly = configuration.paths.isReadOnly
        authenticator = try RequestAuthenticator(configuration.access)
        resolver = ParameterResolver(extensions: configuration.paths.hasReportExtensions)
    }

    /// Decides whether a request is let in, whatever it asks for.
    func authenticate(_ facts: borrowing RequestAttributes, now: NIODeadline) -> RequestIdentity {
        authenticator.authenticate(facts, at: .now(), nanoseconds: Int64(clamping: now.uptimeNanoseconds))
    }

    /// Resolves a report and queues its event. `pending` is notified once, unless the report is answered at once.
    ///
    /// - Parameters:
    ///   - key: The value of its Idempotency-Key.
    ///   - mayGather: Whether its commit may wait for others.
    func report(
        _ request: borrowing ReportRequest, to deployment: String, key: UnsafeRawBufferPointer?,
        identity: borrowing RequestIdentity, mayGather: Bool = false, for pending: PendingReport
    ) -> IngestResult {
        if let refusal = identity.refusal { return .answered(.refused(refusal, identity.rateFields)) }
        let now = Timestamp.now()
        let deployment = OrganizationPolicy.qualified(deployment, organization: identity.organization)
        let id: EventID
        if let key {
            guard let key = IdempotencyKey.parse(key) else { return .answered(.refused(400, IdempotencyKey.rule)) }
            id = key.withUnsafeBytes {
                EventID(idempotencyKey: $0, deployment: deployment, caller: identity.caller.name)
            }
            pending.keyed = (KeyedIdentities(id), deployment)
        } else {
            id = eventIDs.next(at: now)
            pending.keyed = nil
        }
        let hasKey = key != nil
        let (caller, endpoint, isReadOnly) = (identity.caller, request.endpoint, isReadOnly)
        do throws(ParameterError) {
            let result = try resolver.resolve(
                request,
                authorize: { key in
                    !isReadOnly && caller.allowsReport(endpoint.kind, deployment: deployment, canonicalKey: key)
                }
            ) { resolved in
                // The completion releases this retain.
                let token = Unmanaged.passRetained(pending)
                let result = queue(
                    resolved, id: id, hasKey: hasKey, now: now, deployment: deployment, reportedBy: caller.name,
                    completionToken: token.toOpaque(), mayGather: mayGather)
                if case .queued = result {} else { token.release() }
                return result
            }
            switch result {
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
        reportedBy: String?, completionToken: UnsafeMutableRawPointer, mayGather: Bool
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
                    completionToken: UInt(bitPattern: completionToken), mayGather: mayGather, for: self)
            }
        }
    }

    // MARK: Results

    func completed(_ result: consuming CommitResult) {
        let result = result
        eventLoop.execute {
            result.forEach { token, outcome in
                guard let pointer = UnsafeRawPointer(bitPattern: token) else { return }
                let pending = Unmanaged<PendingReport>.fromOpaque(pointer).takeRetainedValue()
                if case .skipped(.duplicate) = outcome, let keyed = pending.keyed {
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
        let (storage, pending) = (log.storage, NIOLoopBound(pending, eventLoop: eventLoop))
        Task {
            var outcome = outcome
            for id in keyed.identities.after(1) + [keyed.identities.key.expanded(at: 1)] {
                // Where that can't be read, the report is known all the same.
                guard let found = try? await storage.recordedSequence(of: id, deployment: keyed.deployment) else { continue }
                outcome = .skipped(.conflict(sequence: found))
            }
            let known = outcome
            pending.eventLoop.execute { pending.value.completed(known) }
        }
    }
}
