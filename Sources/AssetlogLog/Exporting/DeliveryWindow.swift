import AssetlogCore

/// The events of the log that were read for an exporter and are not finished yet, and in which order they may be delivered.
///
/// It does nothing itself: no storage, no clock, no randomness. Times are spans since the runner's start. The cursor may stand
/// before the first event that is not finished; what is finished beyond it comes again after a crash.
struct DeliveryWindow {
    /// How far the log was read, or everything in it finished.
    struct Cursor: Equatable {
        var sequence: Int64
        /// The event there; nil: not known.
        var event: EventID?
        /// What was finished beyond it.
        var ahead = ConsumedAhead()
    }

    /// How far everything is finished, without what is finished beyond it: cheap enough to ask after each step.
    struct Progress: Equatable {
        var sequence: Int64
        var event: EventID?
        /// How many events were ever finished, also beyond that sequence: it grows whenever there is more to save.
        var finishedCount = 0
    }

    /// Events to deliver at once.
    struct Batch {
        var id: Int
        var events: [LoggedEvent]
        fileprivate(set) var numbers: [Int]
    }

    /// What a delivery brought about.
    struct Outcome: Equatable {
        var delivered = 0
        var skipped: [String: Int] = [:]
        /// Events that come again, but for those that were not tried.
        var failed = 0
        /// Events that were given up.
        var dead = 0
        /// The first failure of the delivery.
        var failure: DeliveryFailure?
        /// The longest time for which the destination asked to be left alone.
        var retryAfter: Duration?

        /// Whether the destination took, skipped or refused anything.
        var hasProgress: Bool { delivered > 0 || !skipped.isEmpty || dead > 0 }
    }

    /// What the storage is to keep and remove of dead letters, until ``settled(_:)``.
    struct Settlement: Equatable {
        var kept: [DeadLetter] = []
        var removed: [Int64] = []
        fileprivate var numbers: [Int] = []

        var isEmpty: Bool { kept.isEmpty && removed.isEmpty }
    }

    private struct Entry {
        var event: LoggedEvent
        /// The index of its asset's slot.
        var slot: Int
        /// How far the log was read before it.
        var before: Cursor
        /// Counted failures.
        var attempts = 0
        /// Failures that say nothing about the event.
        var interruptions = 0
        /// The dead letter that it is replayed from.
        var letter: DeadLetter?
    }

    /// An asset with events that are not finished.
    private struct Slot {
        enum State: Equatable {
            case ready
            case inFlight
            case waiting(until: Duration)
            /// The storage keeps or removes dead letters of some of its events first; then it waits.
            case settling(until: Duration)
        }

        var asset: AssetID
        var state = State.ready
        /// How many events are not finished.
        var open = 0
        /// Of how many the storage keeps or removes the dead letter first.
        var settling = 0
    }

    private let settings: ExporterSettings
    private let order: DeliveryOrder
    /// The log of the events; nil: reading has not begun.
    private(set) var log: LogID?
    /// Where the last event that was read is.
    private var last = Cursor(sequence: 0, event: nil)
    /// What an earlier reading finished beyond the cursor where this one began.
    private var known = ConsumedAhead()
    /// The events in the order in which they came; nil: finished. The number of an event is its index and `base`.
    private var entries: [Entry?] = []
    private var base = 0
    /// The index of the first that is not finished.
    private var first = 0
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var slotOf: [AssetID: Int] = [:]
    private var waiting: [Int] = []
    /// How many events stand in slots that are ready.
    private var readyCount = 0
    private var settling = Settlement()
    private var replayed: Set<Int64> = []
    private var lastBatch = 0
    private var finishedCount = 0
    /// How many events wait to be finished.
    private(set) var count = 0
    private(set) var bytes = 0

    init(settings: ExporterSettings, order: DeliveryOrder) {
        self.settings = settings
        self.order = order
    }

    // MARK: Reading

    /// Whether another page may be read.
    var hasRoom: Bool { entries.count - first < settings.windowEvents && bytes < settings.windowBytes }

    /// How far everything is finished.
    var progress: Progress {
        let cursor = firstOfLog?.before ?? last
        return Progress(sequence: cursor.sequence, event: cursor.event, finishedCount: finishedCount)
    }

    /// How far everything is finished, and what is beyond it, for which all events are looked at.
    var finished: Cursor {
        guard var cursor = firstOfLog?.before else { return Cursor(sequence: last.sequence, event: last.event, ahead: rest) }
        cursor.ahead = ahead.union(rest)
        return cursor
    }

    /// What was finished between the events that are not, and after them.
    private var ahead: ConsumedAhead {
        var ranges: [ClosedRange<Int64>] = []
        var previous: Int64?
        for case let entry? in entries[first...] where entry.letter == nil {
            let sequence = entry.event.sequence
            if let previous, sequence - previous > 1 { ranges.append(previous + 1...sequence - 1) }
            previous = sequence
        }
        if let previous, previous < last.sequence { ranges.append(previous + 1...last.sequence) }
        return ConsumedAhead(ranges)
    }

    /// What an earlier reading finished, as far as this one has not come there yet.
    private var rest: ConsumedAhead {
        ConsumedAhead(known.ranges.filter { $0.upperBound > last.sequence }.map { max($0.lowerBound, last.sequence + 1)...$0.upperBound })
    }

    /// When the oldest event that is not finished was received; nil: everything that was read is finished.
    var oldest: Timestamp? { firstOfLog?.event.receivedAt }

    // What is replayed from a dead letter does not hold the cursor up.
    private var firstOfLog: Entry? {
        entries[first...].lazy.compactMap { $0 }.first { $0.letter == nil }
    }

    /// Forgets everything; reading begins after a cursor.
    mutating func begin(after cursor: Cursor, of log: LogID?) {
        let next = (base + entries.count, lastBatch, finishedCount)
        self = DeliveryWindow(settings: settings, order: order)
        // The results of what is under way concern none of the events to come.
        (base, lastBatch, finishedCount) = next
        (self.log, last, known) = (log, Cursor(sequence: cursor.sequence, event: cursor.event), cursor.ahead)
    }

    /// Takes the next events of the log; those that don't pass the filter are finished at once.
    mutating func admit(_ events: [LoggedEvent]) {
        for event in events {
            assert(event.sequence > last.sequence, "The log goes back.")
            if settings.filter.matches(event), !known.contains(event.sequence) { add(event) } else { finishedCount += 1 }
            last = Cursor(sequence: event.sequence, event: event.id)
        }
    }

    /// Takes an event of a dead letter, unless it is there already.
    mutating func replay(_ letter: DeadLetter, _ event: LoggedEvent) {
        if replayed.insert(letter.sequence).inserted { add(event, letter) }
    }

    /// Whether the event of a dead letter is being delivered again.
    func isReplaying(_ sequence: Int64) -> Bool { replayed.contains(sequence) }

    private mutating func add(_ event: LoggedEvent, _ letter: DeadLetter? = nil) {
        let slot = slot(of: order == .log ? .all : AssetID(of: event))
        entries.append(Entry(event: event, slot: slot, before: last, letter: letter))
        slots[slot].open += 1
        if slots[slot].state == .ready { readyCount += 1 }
        count += 1
        bytes += event.event.byteCount
    }

    private mutating func slot(of asset: AssetID) -> Int {
        if let slot = slotOf[asset] { return slot }
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot(asset: asset)) } else { slots[slot] = Slot(asset: asset) }
        slotOf[asset] = slot
        return slot
    }

    // MARK: Delivering

    /// Takes the next events to deliver, those that came first; nil: nothing can be delivered now.
    ///
    /// - Parameter isProbe: Whether one event is enough.
    mutating func nextBatch(at now: Duration, isProbe: Bool = false) -> Batch? {
        wake(at: now)
        guard readyCount > 0 else { return nil }
        let numbers = nextNumbers(isProbe: isProbe)
        let taken = numbers.compactMap { entries[$0 - base] }
        for entry in taken where slots[entry.slot].state == .ready { set(entry.slot, .inFlight) }
        lastBatch += 1
        return Batch(id: lastBatch, events: taken.map(\.event), numbers: numbers)
    }

    /// When an event that waits is due; nil: none waits.
    var nextDue: Duration? {
        waiting.compactMap { slot in
            if case .waiting(let until) = slots[slot].state { until } else { nil }
        }.min()
    }

    // Only events that failed equally often: a batch gets smaller with each failure of its events.
    private func nextNumbers(isProbe: Bool) -> [Int] {
        var (numbers, size, limit, attempts) = ([Int](), 0, 0, 0)
        var passedOver: Set<Int> = []
        for index in first..<entries.count {
            guard let entry = entries[index], slots[entry.slot].state == .ready, !passedOver.contains(entry.slot) else { continue }
            if numbers.isEmpty {
                attempts = entry.attempts
                limit = isProbe ? 1 : settings.batchSize(afterAttempts: attempts)
            }
            guard entry.attempts == attempts else {
                passedOver.insert(entry.slot)
                continue
            }
            let bytes = entry.event.event.byteCount
            guard numbers.isEmpty || size + bytes <= settings.batchBytes else { break }
            numbers.append(base + index)
            size += bytes
            if numbers.count == limit { break }
        }
        return numbers
    }

    private mutating func wake(at now: Duration) {
        guard !waiting.isEmpty else { return }
        var asleep: [Int] = []
        for slot in waiting {
            if case .waiting(let until) = slots[slot].state, until > now { asleep.append(slot) } else { set(slot, .ready) }
        }
        waiting = asleep
    }

    /// Lets the events that wait after a failure be delivered at once.
    mutating func endPauses() {
        for slot in waiting { set(slot, .ready) }
        waiting = []
        for slot in slots.indices {
            if case .settling = slots[slot].state { slots[slot].state = .settling(until: .zero) }
        }
    }

    private mutating func set(_ slot: Int, _ state: Slot.State) {
        if slots[slot].state == .ready { readyCount -= slots[slot].open }
        slots[slot].state = state
        if state == .ready { readyCount += slots[slot].open }
        if slots[slot].open == 0 {
            slotOf[slots[slot].asset] = nil
            freeSlots.append(slot)
        }
    }

    // MARK: Results

    /// Gives back a batch that was not delivered, for a reason that is no failure.
    mutating func release(_ batch: Batch) {
        for slot in slots(of: batch) { set(slot, .ready) }
    }

    private func entry(_ number: Int) -> Entry? {
        number >= base && number - base < entries.count ? entries[number - base] : nil
    }

    /// The slots of a batch, in the order of their first events.
    private func slots(of batch: Batch) -> [Int] {
        var seen: Set<Int> = []
        return batch.numbers.compactMap { entry($0)?.slot }.filter { seen.insert($0).inserted }
    }

    /// Notes what became of a batch.
    ///
    /// - Parameters:
    ///   - results: One for each of its events, in their order; what is missing was not tried.
    ///   - now: The time at which they came.
    ///   - wallTime: That time, for dead letters.
    ///   - pause: The pause after a number of failures in a row.
    mutating func complete(
        _ batch: Batch, _ results: [DeliveryResult], at now: Duration, wallTime: Timestamp, pause: (Int) -> Duration
    ) -> Outcome {
        var outcome = Outcome()
        var pauses: [Int: Duration] = [:]
        let slots = slots(of: batch)
        for (index, number) in batch.numbers.enumerated() {
            guard let slot = entry(number)?.slot else { continue }
            switch index < results.count ? results[index] : .untried {
            case .delivered:
                outcome.delivered += 1
                finish(number)
            case .skipped(let reason):
                outcome.skipped[reason, default: 0] += 1
                finish(number)
            case .rejected(let failure):
                outcome.note(failure)
                bury(number, failure, wallTime, &outcome)
            case .retry(let failure):
                outcome.note(failure)
                let span = fail(number, failure, wallTime, &outcome, pause)
                pauses[slot] = max(pauses[slot] ?? .zero, span)
            case .untried: break
            }
        }
        for slot in slots { hold(slot, until: now + (pauses[slot] ?? .zero), at: now) }
        advance()
        return outcome
    }

    private mutating func fail(
        _ number: Int, _ failure: DeliveryFailure, _ wallTime: Timestamp, _ outcome: inout Outcome, _ pause: (Int) -> Duration
    ) -> Duration {
        guard var entry = entry(number) else { return .zero }
        guard !failure.isCounted || entry.attempts + 1 < settings.maximumAttempts else {
            bury(number, failure, wallTime, &outcome)
            return .zero
        }
        outcome.failed += 1
        if failure.isCounted { entry.attempts += 1 } else { entry.interruptions += 1 }
        entries[number - base] = entry
        return max(
            pause(max(entry.attempts, entry.interruptions)), min(failure.retryAfter ?? .zero, settings.longestRetryAfter))
    }

    private mutating func bury(_ number: Int, _ failure: DeliveryFailure, _ wallTime: Timestamp, _ outcome: inout Outcome) {
        guard let entry = entry(number), let log else { return }
        outcome.dead += 1
        settling.kept.append(
            DeadLetter(
                sequence: entry.event.sequence, log: log, event: entry.event.id,
                attempts: entry.attempts + 1 + (entry.letter?.attempts ?? 0), failedAt: wallTime, message: failure.message,
                answer: failure.answer))
        settling.numbers.append(number)
        slots[entry.slot].settling += 1
    }

    private mutating func finish(_ number: Int) {
        guard let entry = entry(number) else { return }
        guard let letter = entry.letter else { return remove(number) }
        settling.removed.append(letter.sequence)
        settling.numbers.append(number)
        slots[entry.slot].settling += 1
    }

    private mutating func remove(_ number: Int) {
        guard let entry = entry(number) else { return }
        entries[number - base] = nil
        slots[entry.slot].open -= 1
        count -= 1
        bytes -= entry.event.event.byteCount
        // What is replayed from a dead letter was finished before.
        if let letter = entry.letter { replayed.remove(letter.sequence) } else { finishedCount += 1 }
    }

    private mutating func hold(_ slot: Int, until time: Duration, at now: Duration) {
        if slots[slot].settling > 0 {
            set(slot, .settling(until: time))
        } else if time > now, slots[slot].open > 0 {
            set(slot, .waiting(until: time))
            waiting.append(slot)
        } else {
            set(slot, .ready)
        }
    }

    private mutating func advance() {
        while first < entries.count, entries[first] == nil { first += 1 }
        guard first > 1024, first * 2 > entries.count else { return }
        entries.removeFirst(first)
        base += first
        first = 0
    }

    // MARK: Dead letters

    /// What the storage is to keep and remove; empty: nothing.
    var settlement: Settlement { settling }

    /// Notes that the storage did what ``settlement`` said, to which more may have come since.
    mutating func settled(_ settlement: Settlement) {
        for number in settlement.numbers {
            guard let slot = entry(number)?.slot else { continue }
            remove(number)
            slots[slot].settling -= 1
            guard case .settling(let until) = slots[slot].state, slots[slot].settling == 0 else { continue }
            hold(slot, until: until, at: .zero)
        }
        settling.kept.removeFirst(settlement.kept.count)
        settling.removed.removeFirst(settlement.removed.count)
        settling.numbers.removeFirst(settlement.numbers.count)
        advance()
    }
}

extension AssetID {
    /// Stands for all assets, where the order is that of the log.
    fileprivate static let all = AssetID(deployment: "", canonicalKey: "")
}

extension DeliveryWindow.Outcome {
    fileprivate mutating func note(_ failure: DeliveryFailure) {
        self.failure = self.failure ?? failure
        if let span = failure.retryAfter { retryAfter = max(retryAfter ?? .zero, span) }
    }
}
