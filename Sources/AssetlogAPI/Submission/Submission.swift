import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogWeb

/// One submission on its way into the log: its items become events, these slices, and the slices commits. Confined to the
/// task that reads the body.
///
/// While a slice is committed, the next one is filled.
final class Submission {
    /// What a submission is asked to do.
    struct Options {
        var deployment: String
        var caller: Caller
        /// All of its events or none.
        var isAtomic = false
        /// Whether its timestamps are readings of a clock that may be wrong.
        var areTimestampsApproximate = false
        /// Whether the answer names every item.
        var listsAll = false
        /// What the identities of its items follow from, when it was sent with an Idempotency-Key.
        var key: EventID?
        /// Whether an event that is in the log with other content counts as a duplicate, because its identity says what it is
        /// about and not what it says. Else it is refused.
        var firstWins = false
        /// Is called with the index and the error of each item that is refused, instead of the answer's listing it.
        var noteRefusal: ((Int, SubmissionError) -> Void)?
    }

    /// The events and bytes after which a slice goes to the writer.
    private static let sliceEvents = 512
    private static let sliceBytes = 512 << 10
    /// The bounds of an atomic submission.
    static let atomicEvents = 10_000
    static let atomicBytes = 8 << 20

    /// What became of an item that was to be added.
    enum Addition {
        case done
        /// It becomes events of so many bytes, for which room has to be made first; it is to be added again then.
        case needsRoom(Int)
        /// It becomes so many events that they go to the log in parts: see ``addPart(_:of:)``.
        case needsParts
    }

    /// How far a large item has come that goes to the log in parts.
    ///
    /// As one commit it would hold up everybody's reports for as long as its bytes take to the disk.
    struct Expansion {
        fileprivate let index: Int
        fileprivate let receivedAt = Timestamp.now()
        /// The number of its events that are in slices.
        fileprivate var count = 0
        fileprivate var firstID: EventID?
    }

    /// Where a submission ended before its end.
    struct Interruption {
        /// The first item that is not known to be recorded as a whole.
        var index: Int
        /// So many of its events are recorded all the same.
        var recordedOfItem = 0
        /// Whether the events from there on are in the log.
        var outcome: RecordOutcome
    }

    private let log: EventLog
    let options: Options
    private let resolver: EventResolver
    private var identities = EventIDGenerator()
    private var filling = SubmissionSlice()
    private var underWay: (slice: SubmissionSlice.Summary, commit: Task<AppendOutcome, any Error>)?
    private(set) var results: SubmissionResults
    /// The bytes of the items that became events.
    private(set) var eventBytes = 0
    /// The body under an Idempotency-Key; nil: without one, or when the events have identities of their own.
    private var keyed: KeyedBody?
    /// Whether the items have an `event_id`; nil: there was none yet, or no Idempotency-Key, and then each may do as it likes.
    private var haveOwnIDs: Bool?
    private var failed: Interruption?

    init(log: EventLog, options: Options, limits: EventLimits) {
        self.log = log
        self.options = options
        resolver = EventResolver(limits: limits)
        results = SubmissionResults(listsAll: options.listsAll, noteRefusal: options.noteRefusal)
        results.isReplay = options.key != nil
    }

    /// Where it has ended, when it could not be recorded as a whole.
    var interruption: Interruption {
        failed ?? interruption(at: filling.items.first, outcome: .notRecorded)
    }

    private func interruption(at item: SubmissionSlice.Item?, outcome: RecordOutcome) -> Interruption {
        guard let item else { return Interruption(index: results.received, outcome: outcome) }
        return Interruption(index: item.index, recordedOfItem: item.before, outcome: outcome)
    }

    /// Whether the slice should go to the writer now.
    var isFull: Bool {
        !options.isAtomic && (filling.batch.count >= Self.sliceEvents || filling.batch.byteCount >= Self.sliceBytes)
    }

    /// Whether an atomic submission is larger than it may be.
    var isTooLargeForAtomic: Bool {
        options.isAtomic && (filling.batch.count > Self.atomicEvents || filling.batch.byteCount > Self.atomicBytes)
    }

    /// The bytes that it takes of the memory.
    var capacityBytes: Int {
        filling.capacityBytes + (underWay?.slice.capacityBytes ?? 0) + results.capacityBytes
    }

    // MARK: Items

    /// Resolves an item into the slice, or notes why it is refused.
    ///
    /// - Parameters:
    ///   - index: What the item is noted by; nil: its place among the items.
    ///   - hasRoom: Whether room was made for what the item becomes.
    func add(_ item: UnsafeRawBufferPointer, as index: Int? = nil, hasRoom: Bool = false) -> Addition {
        let index = index ?? results.received
        let now = Timestamp.now()
        do throws(SubmissionError) {
            let addition = try resolve(item, at: now) { events throws(SubmissionError) in
                if events.count > 1, !hasRoom, events.byteCount > Self.sliceBytes {
                    // Each part reads the item again.
                    let isSmall = item.count <= Self.sliceBytes
                    return isSmall && isDivisible(events) ? Addition.needsParts : .needsRoom(events.byteCount)
                }
                if let key = options.key { try checkIdentity(events, key) }
                append(events, index, now)
                return .done
            }
            if case .done = addition {
                results.receive()
                eventBytes += item.count
            }
            return addition
        } catch {
            results.receive()
            results.note(index, .refused(error))
            return .done
        }
    }

    /// Adds the next part of a large item, until the slice is full.
    ///
    /// The item is resolved again for each part, with the same time.
    ///
    /// - Parameter expansion: How far it has come; nil: it has not begun.
    /// - Returns: Whether more of it follows.
    func addPart(_ item: UnsafeRawBufferPointer, of expansion: inout Expansion?) -> Bool {
        var part = expansion ?? Expansion(index: results.received)
        if expansion == nil {
            results.receive()
            eventBytes += item.count
        }
        defer { expansion = part }
        do throws(SubmissionError) {
            return try resolve(item, at: part.receivedAt) { events throws(SubmissionError) in
                append(events, to: &part)
                return part.count < events.count
            }
        } catch {
            results.note(part.index, .refused(error))
            return false
        }
    }

    private func resolve<R>(
        _ item: UnsafeRawBufferPointer, at time: Timestamp, _ body: (borrowing ResolvedEvents) throws(SubmissionError) -> R
    ) throws(SubmissionError) -> R {
        try resolver.resolve(
            item, deployment: options.deployment, receivedAt: time,
            isTimestampApproximate: options.areTimestampsApproximate,
            authorize: { options.caller.allowsReport($0, deployment: options.deployment, canonicalKey: $1) }, body)
    }

    /// Whether so many bytes more are within what an atomic submission may have.
    func fits(_ bytes: Int) -> Bool {
        !options.isAtomic || filling.batch.byteCount + bytes <= Self.atomicBytes
    }

    /// Notes an item that was too large to be looked at.
    func addTooLarge(limit: Int) {
        let index = results.received
        results.receive()
        let error = SubmissionError(
            status: 413, pointer: "", "The event has more than \(limit) bytes (server.limits.body_bytes).")
        results.note(index, .refused(error))
    }

    // The key can remember a body only when all of its events have identities of the key, or none.
    private func checkIdentity(_ events: borrowing ResolvedEvents, _ key: EventID) throws(SubmissionError) {
        let hasOwn = events.eventID != nil
        guard let haveOwnIDs else {
            self.haveOwnIDs = hasOwn
            if !hasOwn { keyed = KeyedBody(key, log: log, deployment: options.deployment) }
            return
        }
        guard hasOwn != haveOwnIDs else { return }
        throw SubmissionError(
            pointer: "/event_id",
            "event_id is \(hasOwn ? "given here, but not" : "missing here, but given") in an earlier event of this request. With an"
                + " Idempotency-Key, give it in all events or in none.")
    }

    /// Whether some of an item's events may be in the log without the others: a retry could not tell them from others in any case.
    private func isDivisible(_ events: borrowing ResolvedEvents) -> Bool {
        !options.isAtomic && options.key == nil && events.eventID == nil
    }

    private func append(_ events: borrowing ResolvedEvents, _ index: Int, _ now: Timestamp) {
        let keyedID = keyed?.nextID(isExpanded: events.count > 1)
        let base = events.eventID ?? keyedID
        var choice = events.clientChoice
        if base != nil { choice.insert(.identity) }
        let first = filling.batch.count
        var firstID: EventID?
        // The events of one item stand or fall together; other ones than before are another item.
        let isGroup = events.count > 1
        if isGroup { filling.batch.beginGroup() }
        for number in 0..<events.count {
            let id = base?.expanded(at: number) ?? identities.next(at: now)
            if firstID == nil { firstID = id }
            append(events, at: number, id: id, choice)
        }
        if isGroup { filling.batch.endGroup(.insertsAllOrNone) }
        guard let firstID else { return }
        filling.items.append(SubmissionSlice.Item(index: index, first: first, count: events.count, id: firstID))
    }

    private func append(_ events: borrowing ResolvedEvents, to part: inout Expansion) {
        let first = filling.batch.count
        while part.count < events.count, !isFull {
            let id = identities.next(at: part.receivedAt)
            if part.firstID == nil { part.firstID = id }
            append(events, at: part.count, id: id, events.clientChoice)
            part.count += 1
        }
        guard let firstID = part.firstID else { return }
        let count = filling.batch.count - first
        filling.items.append(
            SubmissionSlice.Item(
                index: part.index, first: first, count: count, id: firstID, before: part.count - count,
                isContinued: part.count < events.count))
    }

    private func append(_ events: borrowing ResolvedEvents, at number: Int, id: EventID, _ choice: ClientChoice) {
        var name = options.caller.name ?? ""
        let isNamed = !name.isEmpty
        name.withUTF8 { name in
            var columns = events.columns(at: number, id: id, reportedBy: isNamed ? UnsafeRawBufferPointer(name) : nil)
            columns.clientChoice = choice
            filling.batch.append(columns)
        }
    }

    // MARK: Commits

    /// Lets the slice be committed while the next one is filled; waits for the one before.
    ///
    /// - Throws: `LogError`, ``KeyConflict``, ``RequestError``.
    func flush() async throws {
        try await settle()
        send(takeSlice(isLast: false))
    }

    /// Commits the slice, and returns when it is durable.
    func finishSlice() async throws {
        try await flush()
        try await settle()
    }

    /// Commits what is left, and returns when everything is durable.
    func finish() async throws {
        // Nothing is recorded when one item was refused; the others are not refused for that.
        if options.isAtomic, results.refused > 0 { return }
        try await settle()
        send(takeSlice(isLast: true))
        try await settle()
    }

    /// Commits what has come of a body that broke off.
    ///
    /// Under an Idempotency-Key that is whole slices only: a retry of the body has the same ones, and continues after them.
    func finishBroken() async throws {
        guard !options.isAtomic else { return }
        if keyed == nil { try await finishSlice() } else { try await settle() }
    }

    /// Ends the wait for a commit under way after a failure, so that nothing of it is missed.
    func settleAfterFailure() async {
        try? await settle()
    }

    /// Takes what goes to the writer out of what was filled; nil: nothing does.
    private func takeSlice(isLast: Bool) -> SubmissionSlice? {
        if keyed != nil { return keyed?.takeSlice(of: &filling, isLast: isLast) }
        guard !filling.batch.isEmpty else { return nil }
        if options.isAtomic { filling.batch.makeGroup(.insertsNew) }
        // The next slice is likely to be as large, but for that of one large item.
        return filling.take(leaving: SubmissionSlice(capacity: min(filling.batch.byteCount, Self.sliceBytes)))
    }

    private func send(_ slice: consuming SubmissionSlice?) {
        guard let slice = slice.take() else { return }
        let summary = slice.summary
        underWay = (summary, log.beginAppending(slice.batch, isPart: summary.isPart))
    }

    private func settle() async throws {
        guard let (slice, commit) = underWay else { return }
        underWay = nil
        failed = interruption(at: slice.items.first, outcome: .unknown)
        do {
            let outcome = try await commit.value
            failed?.outcome = .notRecorded
            try await keyed?.check(outcome, of: slice)
            note(outcome, of: slice)
            failed = nil
        } catch let error as LogError {
            failed?.outcome = error.outcome
            throw error
        } catch let error as CancellationError {
            // It was withdrawn while it was in no commit.
            failed?.outcome = .notRecorded
            throw error
        }
    }

    private func note(_ outcome: AppendOutcome, of slice: SubmissionSlice.Summary) {
        guard !outcome.skippedEvents.isEmpty || options.listsAll else {
            results.record(slice.events, at: outcome.sequences)
            return
        }
        results.record(slice.events - outcome.skippedEvents.count, at: outcome.sequences)
        for item in slice.items { note(item, outcome) }
    }

    private func note(_ item: SubmissionSlice.Item, _ outcome: AppendOutcome) {
        var duplicates: [Int64] = []
        for index in item.eventIndices {
            switch outcome.skippedEvent(at: index) {
            case nil: break
            case .duplicate(let sequence): duplicates.append(sequence)
            case .conflict where options.firstWins: return results.repeated(1)
            case .conflict, .groupAborted(by: _): return results.note(item.index, .refused(Self.conflict(item.id)))
            case .indeterminate: return results.note(item.index, .refused(Self.indeterminate))
            }
        }
        for sequence in duplicates { results.repeated(1, at: sequence) }
        // The last slice of an item lists it.
        guard !item.isContinued else { return }
        results.note(
            item.index, .recorded(first: item.id, events: item.total, isDuplicate: duplicates.count == item.total))
    }

    private static func conflict(_ id: EventID) -> SubmissionError {
        SubmissionError(
            status: 422, pointer: "/event_id",
            "Event \(id) is already in the log with different content. Retry with the same content, or give the event"
                + " its own event_id.")
    }

    private static let indeterminate = SubmissionError(
        status: 503, pointer: "/event_id",
        "The server can't tell right now whether this event is already in the log. Send it again in a moment.")
}
