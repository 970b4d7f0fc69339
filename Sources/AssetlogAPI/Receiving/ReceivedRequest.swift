import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import AssetlogWeb

/// A request to a receiver on its way into the log: each of its elements is read, and what it says is recorded. Confined to the
/// task that reads the body.
final class ReceivedRequest {
    private let receiver: NamedReceiver
    private let route: ReceiverRoute
    private let context: RouteContext
    private let contentType: String?
    private let headers: [String: String]
    private let storage: any Storage
    private let threads: BlockingPool
    let submission: Submission
    private let refusals: Refusals
    private(set) var results = ReceivingResults()
    // An element of so many bytes is read within a millisecond or so.
    private static let quickBytes = 64 << 10
    private var item: [UInt8] = []
    // The events that may not be in the log yet: of the slice that is filled, and of the one that is committed.
    private var pending: (filling: Set<EventID>, underWay: Set<EventID>) = ([], [])

    /// What could not be recorded, as the submission notes it. Confined with the request.
    private final class Refusals {
        /// The first error of the element that is read; nil: there is none, or no element is read.
        var current: SubmissionError?
        var isReading = false
        /// What the log refused later, by the index of the element.
        var late: [(index: Int, error: SubmissionError)] = []
        var notAuthorized = 0
        var others = 0

        func note(_ index: Int, _ error: SubmissionError) {
            if error.status == 403 { notAuthorized += 1 } else { others += 1 }
            if isReading {
                current = current ?? error
            } else if late.last?.index != index, late.count < ReceivingResults.maximumFailures {
                late.append((index, error))
            }
        }
    }

    init(
        _ receiver: NamedReceiver, _ route: ReceiverRoute, log: EventLog, limits: EventLimits, contentType: String?,
        headers: [String: String], threads: BlockingPool, _ context: RouteContext
    ) {
        (self.receiver, self.route, self.context) = (receiver, route, context)
        (self.contentType, self.headers, self.threads) = (contentType, headers, threads)
        storage = log.storage
        let refusals = Refusals()
        self.refusals = refusals
        var options = Submission.Options(deployment: context.deployment, caller: context.identity.caller)
        options.firstWins = true
        options.noteRefusal = { refusals.note($0, $1) }
        submission = Submission(log: log, options: options, limits: limits)
    }

    /// What it takes of the memory besides the body.
    var capacityBytes: Int {
        submission.capacityBytes + item.capacity + 32 * (pending.filling.count + pending.underWay.count)
    }

    /// Whether its token may record nothing of what it says.
    var isNotAuthorized: Bool {
        refusals.notAuthorized > 0 && refusals.others == 0 && submission.results.isEmpty
    }

    // MARK: Elements

    /// Reads an element, and adds what it says to the slice.
    func add(_ body: [UInt8]) async throws {
        let element = ReceivedElement(path: route.path, body: body, contentType: contentType, headers: headers)
        let index = results.received
        results.received += 1
        receiver.elements.add(1)
        let reading = try await read(element)
        for reason in reading.unmapped { note(reason, body) }
        results.unmapped += reading.unmapped.count
        if let refusal = reading.refusal {
            note(refusal, body)
            return fail(index, refusal)
        }
        refusals.current = nil
        for item in reading.items {
            refusals.isReading = true
            add(item, as: index)
            refusals.isReading = false
            try await flushIfFull()
        }
        guard let refused = refusals.current else { return }
        note(refused.detail, body)
        fail(index, refused.detail)
    }

    /// Notes an element that has more bytes than one may have.
    func addTooLarge() {
        let index = results.received
        results.received += 1
        receiver.elements.add(1)
        let reason = "The message has more than \(route.maximumElementBytes) bytes."
        note(reason, [])
        fail(index, reason)
    }

    private func add(_ event: EventItem, as index: Int) {
        item.removeAll(keepingCapacity: item.capacity < 1 << 20)
        event.append(to: &item)
        _ = item.withUnsafeBytes { submission.add($0, as: index, hasRoom: true) }
        if let id = event.eventID { pending.filling.insert(id) }
    }

    // What takes long to read takes no thread from the tasks of others.
    private func read(_ element: ReceivedElement) async throws -> ReceivedReading {
        let reader = receiver.setup.receiver
        guard element.body.count > Self.quickBytes else {
            return reader.read(element, found: try await found(by: reader.lookups(for: element)))
        }
        let found = try await found(by: try await threads.run { reader.lookups(for: element) })
        return try await threads.run { reader.read(element, found: found) }
    }

    private func found(by lookups: [EventID]) async throws -> [EventID: Event] {
        let ids = lookups.prefix(ReceivedElement.maximumLookups)
        guard !ids.isEmpty else { return [:] }
        if ids.contains(where: { pending.filling.contains($0) || pending.underWay.contains($0) }) {
            try await submission.finishSlice()
            pending = ([], [])
        }
        var found: [EventID: Event] = [:]
        for id in ids { found[id] = try await storage.event(id, deployment: context.deployment)?.event }
        return found
    }

    // MARK: Commits

    /// Lets the slice be committed when it is full.
    func flushIfFull() async throws {
        guard submission.isFull else { return }
        try await submission.flush()
        pending = ([], pending.filling)
    }

    /// Commits what is left, and returns the results when everything is durable.
    func finish() async throws -> ReceivingResults {
        try await submission.finish()
        let known = Set(results.failures.map(\.index))
        for (index, error) in refusals.late.sorted(by: { $0.index < $1.index }) {
            let isRetriable = error.status >= 500
            // An element fails once, for whatever else of it failed before.
            guard !known.contains(index) else {
                results.isRetriable = results.isRetriable || isRetriable
                continue
            }
            fail(index, error.detail, isRetriable: isRetriable)
        }
        count()
        return results
    }

    /// Counts what is in the log, also when the request ends before its end.
    func count() {
        let recorded = submission.results.recorded
        let duplicate = submission.results.duplicate
        receiver.recorded.add(recorded - results.recorded)
        receiver.duplicate.add(duplicate - results.duplicate)
        (results.recorded, results.duplicate) = (recorded, duplicate)
    }

    private func fail(_ index: Int, _ reason: String, isRetriable: Bool = false) {
        results.add(ReceivingResults.Failure(index: index, reason: reason, isRetriable: isRetriable))
        receiver.failed.add(1)
    }

    private func note(_ reason: String, _ body: [UInt8]) {
        receiver.unmapped.add(1)
        receiver.keep(
            NamedReceiver.Unmapped(
                receivedAt: .now(), deployment: context.deployment, reportedBy: context.identity.caller.name, path: route.path,
                reason: reason, excerpt: NamedReceiver.excerpt(body)))
    }
}
