import AssetlogAccess
import AssetlogCore
import AssetlogLog

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
        /// Whether it is a single object, whose identity is the key itself.
        var isSingle = false
    }

    /// The events and bytes after which a slice goes to the writer.
    private static let sliceEvents = 512
    private static let sliceBytes = 512 << 10
    /// The bounds of an atomic submission.
    static let atomicEvents = 10_000
    static let atomicBytes = 8 << 20

    /// Where the events of an item stand in a slice.
    private struct Place {
        var index: Int
        var first: Int
        var count: Int
        var id: EventID
        /// Whether its identities follow from the Idempotency-Key.
        var isOfKey: Bool
    }

    private struct Slice {
        var batch: EventBatch
        var places: [Place] = []

        init(capacity: Int = 4 << 10) {
            batch = EventBatch(capacity: capacity)
        }

        /// The bytes that it takes of the memory.
        var capacityBytes: Int { batch.capacityBytes + places.capacity * MemoryLayout<Place>.stride }
    }

    /// What became of an item that was to be added.
    enum Addition {
        case done
        /// It becomes events of so many bytes, for which room has to be made first; it is to be added again then.
        case needsRoom(Int)
    }

    private let log: EventLog
    var options: Options
    private let resolver: EventResolver
    private var identities = EventIDGenerator()
    private var filling = Slice()
    private var underWay: (slice: Slice, commit: Task<AppendOutcome, any Error>)?
    private(set) var results: SubmissionResults
    /// The bytes of the items that became events.
    private(set) var eventBytes = 0
    /// Whether an item came under the same Idempotency-Key with another content.
    private(set) var hasConflict = false

    init(log: EventLog, options: Options, limits: EventLimits) {
        self.log = log
        self.options = options
        resolver = EventResolver(limits: limits)
        results = SubmissionResults(listsAll: options.listsAll)
        results.isReplay = options.key != nil
        if options.isAtomic { filling.batch.beginGroup() }
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
    /// - Parameter hasRoom: Whether room was made for what the item becomes.
    func add(_ item: UnsafeRawBufferPointer, hasRoom: Bool = false) -> Addition {
        let index = results.received
        let now = Timestamp.now()
        do throws(SubmissionError) {
            let addition = try resolver.resolve(
                item, deployment: options.deployment, receivedAt: now,
                isTimestampApproximate: options.areTimestampsApproximate
            ) { events throws(SubmissionError) in
                guard isAllowed(events) else { throw .notAuthorized }
                if events.count > 1, !hasRoom, events.byteCount > Self.sliceBytes {
                    return Addition.needsRoom(events.byteCount)
                }
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

    private func isAllowed(_ events: borrowing ResolvedEvents) -> Bool {
        guard let grant = options.caller.grant else { return true }
        return grant.allows(.reporting(events.kind), deployment: options.deployment)
            && grant.covers(canonicalKey: events.assetKey)
    }

    private func append(_ events: borrowing ResolvedEvents, _ index: Int, _ now: Timestamp) {
        let base = events.eventID ?? options.key.map { options.isSingle ? $0 : $0.item(at: index) }
        var choice = events.clientChoice
        if base != nil { choice.insert(.identity) }
        let first = filling.batch.count
        var firstID: EventID?
        // The events of one item stand or fall together.
        let isGroup = events.count > 1
        if isGroup { filling.batch.beginGroup() }
        var name = options.caller.name ?? ""
        for number in 0..<events.count {
            let id = base?.expanded(at: number) ?? identities.next(at: now)
            if firstID == nil { firstID = id }
            let isNamed = !name.isEmpty
            name.withUTF8 { name in
                var columns = events.columns(
                    at: number, id: id, reportedBy: isNamed ? UnsafeRawBufferPointer(name) : nil)
                columns.clientChoice = choice
                filling.batch.append(columns)
            }
        }
        if isGroup { filling.batch.endGroup() }
        guard let firstID else { return }
        filling.places.append(
            Place(
                index: index, first: first, count: events.count, id: firstID,
                isOfKey: options.key != nil && events.eventID == nil))
    }

    // MARK: Commits

    /// Lets the slice be committed while the next one is filled; waits for the one before.
    ///
    /// - Throws: `LogError`.
    func flush() async throws {
        try await settle()
        guard !filling.batch.isEmpty else { return }
        let slice = filling
        // The next slice is likely to be as large, but for that of one large item.
        filling = Slice(capacity: min(slice.batch.byteCount, Self.sliceBytes))
        let (log, batch) = (log, slice.batch)
        underWay = (slice, Task { try await log.appendWhenRoom(batch) })
    }

    /// Commits the slice, and returns when it is durable.
    ///
    /// - Throws: `LogError`.
    func finishSlice() async throws {
        try await flush()
        try await settle()
    }

    /// Commits what is left, and returns when everything is durable.
    ///
    /// - Throws: `LogError`.
    func finish() async throws {
        if options.isAtomic {
            filling.batch.endGroup()
            // Nothing is recorded when one item was refused; the others are not refused for that.
            guard results.refused == 0 else { return }
        }
        try await finishSlice()
    }

    /// Ends the wait for a commit under way after a failure, so that nothing of it is missed.
    func settleAfterFailure() async {
        try? await settle()
    }

    private func settle() async throws {
        guard let (slice, commit) = underWay else { return }
        underWay = nil
        note(try await commit.value, of: slice)
    }

    private func note(_ outcome: AppendOutcome, of slice: Slice) {
        guard !outcome.exceptions.isEmpty || options.listsAll else {
            results.record(slice.batch.count, at: outcome.sequences)
            return
        }
        results.record(slice.batch.count - outcome.exceptions.count, at: outcome.sequences)
        for place in slice.places { note(place, outcome) }
    }

    private func note(_ place: Place, _ outcome: AppendOutcome) {
        var duplicates = 0
        for entry in place.first..<place.first + place.count {
            switch outcome.exception(at: entry) {
            case nil: break
            case .duplicate(let sequence):
                duplicates += 1
                results.repeated(1, at: sequence)
            case .conflict, .leftOut(becauseOf: _):
                if place.isOfKey { hasConflict = true }
                return results.note(place.index, .refused(Self.conflict(place.id)))
            case .unchecked: return results.note(place.index, .refused(Self.unchecked))
            }
        }
        results.note(
            place.index, .recorded(first: place.id, events: place.count, isDuplicate: duplicates == place.count))
    }

    private static func conflict(_ id: EventID) -> SubmissionError {
        SubmissionError(
            status: 422, pointer: "/event_id",
            "Event \(id) is already in the log with different content. Retry with the same content, or give the event"
                + " its own event_id.")
    }

    private static let unchecked = SubmissionError(
        status: 503, pointer: "/event_id",
        "The server can't tell right now whether this event is already in the log. Send it again in a moment.")
}
