import AssetlogCore

/// Decides what a consumer does next. It does nothing itself: no storage, no clock, no randomness.
///
/// Every outcome is reported to it by one call, and every call returns the one action to do now. Times are spans since
/// the runner's start.
struct ConsumerStateMachine {
    /// What the runner has to do.
    enum Action: Equatable {
        /// Take the lease on the consumer, then ``leaseTaken(_:at:)``.
        case takeLease
        /// Pause because another server has the lease, or nobody could be asked for it, then ``woken(at:)``.
        case standBy(Duration)
        /// Read the cursor from the storage and check that it belongs to this log, then ``cursorRead(_:of:at:)``.
        case readCursor
        /// Read a page of the log, then ``pageRead(count:next:last:at:)``.
        case readPage(after: Int64)
        /// Hand over the page that was just read, then ``delivered(at:)``.
        case deliver
        /// Write the cursor, then ``saved(_:at:)``.
        case save(ConsumerCursor)
        /// Wait for news, at most so long, then ``woken(at:)``.
        case waitForNews(atMost: Duration)
        /// Check whether an operator replayed this consumer, then ``cursorSeen(_:at:)``.
        case lookAtCursor
        /// Pause after a failure, then ``paused(at:)``.
        case pause(failures: Int)
        /// Failed for good: wait for news or a restart, then ``woken(at:)``.
        case waitForHelp
    }

    private enum State: Equatable {
        case leasing
        case lookingWhileStandingBy
        case standingBy
        case starting
        case reading
        case delivering(next: Int64, last: EventID?)
        case saving
        case waiting
        case looking
        case pausing(before: Step)
        case stopped
        case lookingWhileStopped
    }

    /// What can fail. Only a success of the same step ends a series of failures: that a page can be read says nothing
    /// about the destination that refused it.
    private enum Step: Equatable { case leasing, readingCursor, reading, delivering, saving, looking }

    let settings: ConsumerSettings
    private(set) var cursor: ConsumerCursor
    private(set) var status: ConsumerStatus
    private var state = State.leasing
    /// How far everything is finished; nil: that is what was read.
    private var finished: DeliveryWindow.Progress?
    /// How many events were finished; kept when what was read ahead is forgotten.
    private var finishedCount = 0
    private var savedPosition: Int64 = 0
    /// Whether the storage knows what is finished beyond the position.
    private var isAheadSaved = true
    private var failing: Step?
    private var lastSave: Duration = .zero
    private var lastLook: Duration = .zero

    init(name: String, settings: ConsumerSettings) {
        self.settings = settings
        cursor = ConsumerCursor(consumer: name)
        status = ConsumerStatus(
            name: name, phase: .starting, generation: 0, position: 0, head: 0, failures: 0, lastError: nil)
    }

    /// The cursor as it may be saved: that of what is finished, where the consumer reads ahead of it. What is finished beyond it is
    /// added by who saves it, because it is costly to find.
    var finishedCursor: ConsumerCursor {
        var cursor = cursor
        if let finished { (cursor.position, cursor.event) = (finished.sequence, finished.event) }
        return cursor
    }

    /// Whether the storage does not know yet how far the consumer came.
    var hasUnsavedPosition: Bool { holdsLease && state != .starting && isUnsaved }

    private var isUnsaved: Bool { finishedCursor.position != savedPosition || !isAheadSaved }

    /// Whether the lease was taken, so that its loss would matter.
    var holdsLease: Bool { ![.leasing, .lookingWhileStandingBy, .standingBy].contains(state) }

    /// Notes how far a consumer is that reads ahead; nil: it does not.
    mutating func finished(_ progress: DeliveryWindow.Progress?) {
        guard let progress, progress.sequence <= cursor.position else { return }
        if progress.finishedCount != finishedCount { isAheadSaved = false }
        finished = progress
        finishedCount = progress.finishedCount
        status.position = progress.sequence
    }

    /// What was read ahead of what is finished is forgotten.
    mutating func rewind(to finished: DeliveryWindow.Cursor?) {
        guard let finished, self.finished != nil else { return }
        (cursor.position, cursor.event, cursor.ahead) = (finished.sequence, finished.event, finished.ahead)
        self.finished = nil
    }

    mutating func start() -> Action {
        state = .leasing
        return .takeLease
    }

    mutating func leaseTaken(_ isOurs: Bool, at now: Duration) -> Action {
        guard isOurs else {
            clearFailures()
            status.phase = .standingBy
            state = .lookingWhileStandingBy
            return .lookAtCursor
        }
        succeeded(.leasing)
        return readCursor()
    }

    /// Another server has the lease now, or it could not be renewed in time: whatever this one was at, it stops.
    mutating func leaseLost() -> Action {
        clearFailures()
        status.phase = .standingBy
        return start()
    }

    /// - Parameter log: The log that the cursor belongs to.
    mutating func cursorRead(_ cursor: ConsumerCursor, of log: LogID, at now: Duration) -> Action {
        adopt(cursor)
        self.cursor.log = log
        lastSave = now
        lastLook = now
        // An operator replayed it, or it is new: whatever failed before is tried at once.
        clearFailures()
        status.phase = .catchingUp
        return read()
    }

    /// - Parameter last: The event at `next`; nil: there is none.
    mutating func pageRead(count: Int, next: Int64, last: EventID? = nil, at now: Duration) -> Action {
        succeeded(.reading)
        if count > 0 {
            state = .delivering(next: next, last: last)
            status.head = max(status.head, next)
            return .deliver
        }
        // The end of the log. What was looked at without a match need not be looked at again.
        if next > cursor.position { move(to: next, last) }
        status.head = cursor.position
        status.phase = .following
        return saveIsDue(at: now) ? save() : wait(at: now)
    }

    mutating func delivered(at now: Duration) -> Action {
        guard case .delivering(let next, let last) = state else { return read() }
        succeeded(.delivering)
        status.phase = .catchingUp
        move(to: next, last)
        if saveIsDue(at: now) { return save() }
        return now - lastLook >= settings.pollInterval ? look(at: now) : read()
    }

    /// - Parameter cursor: The cursor that was saved.
    mutating func saved(_ moved: Bool, _ cursor: ConsumerCursor, at now: Duration) -> Action {
        succeeded(.saving)
        lastSave = now
        // Replayed in the meantime, or the lease is another server's.
        guard moved else { return start() }
        (savedPosition, isAheadSaved) = (cursor.position, true)
        return status.phase == .following ? wait(at: now) : read()
    }

    mutating func woken(at now: Duration) -> Action {
        if state == .standingBy { return start() }
        if state == .stopped {
            state = .lookingWhileStopped
            lastLook = now
            return .lookAtCursor
        }
        if now - lastLook >= settings.pollInterval { return look(at: now) }
        return read()
    }

    mutating func cursorSeen(_ seen: ConsumerCursor, head: Int64, at now: Duration) -> Action {
        status.head = max(status.head, head)
        if state == .lookingWhileStandingBy {
            status.generation = seen.generation
            status.position = seen.position
            return standBy()
        }
        let wasReplayed = seen.generation != cursor.generation
        if state == .lookingWhileStopped {
            guard wasReplayed else {
                state = .stopped
                return .waitForHelp
            }
            return readCursor()
        }
        succeeded(.looking)
        // A log that ends before what was read is another one by now, or has lost its end.
        guard !wasReplayed, head >= cursor.position else { return readCursor() }
        return saveIsDue(at: now) ? save() : read()
    }

    mutating func failed(_ message: String, isRetriable: Bool) -> Action {
        if state == .lookingWhileStopped {
            state = .stopped
            return .waitForHelp
        }
        // What another server does is only shown; this one can do without knowing it.
        if state == .lookingWhileStandingBy { return standBy() }
        let step = currentStep
        status.failures = failing == step ? status.failures + 1 : 1
        status.lastError = message
        failing = step
        if step == .delivering || step == .reading, !isRetriable {
            state = .stopped
            status.phase = .stopped
            return .waitForHelp
        }
        status.phase = .retrying
        // Not after growing pauses: the server that held the lease may be dead.
        if step == .leasing { return standBy() }
        state = .pausing(before: step)
        return .pause(failures: status.failures)
    }

    mutating func paused(at now: Duration) -> Action {
        guard case .pausing(let step) = state else { return read() }
        switch step {
        case .leasing: return start()
        case .readingCursor: return readCursor()
        case .saving: return save()
        case .reading: return read()
        // A destination may fail for long: see first whether the consumer was replayed in the meantime.
        case .delivering, .looking: return look(at: now)
        }
    }

    /// The consumer has no room for another page.
    mutating func full(at now: Duration) -> Action {
        status.phase = .catchingUp
        return saveIsDue(at: now) ? save() : wait(at: now)
    }

    /// An operator says that the reason of a permanent failure is gone.
    mutating func restarted() -> Action {
        guard state == .stopped || state == .lookingWhileStopped else { return .readPage(after: cursor.position) }
        return readCursor()
    }

    mutating func ended() {
        status.phase = .ended
    }

    // MARK: Steps

    private mutating func readCursor() -> Action {
        state = .starting
        return .readCursor
    }

    private mutating func standBy() -> Action {
        state = .standingBy
        return .standBy(settings.leaseInterval)
    }

    private mutating func read() -> Action {
        state = .reading
        return .readPage(after: cursor.position)
    }

    private mutating func save() -> Action {
        state = .saving
        return .save(finishedCursor)
    }

    private mutating func look(at now: Duration) -> Action {
        state = .looking
        lastLook = now
        return .lookAtCursor
    }

    private mutating func wait(at now: Duration) -> Action {
        state = .waiting
        let untilLook = max(settings.pollInterval - (now - lastLook), .zero)
        guard isUnsaved else { return .waitForNews(atMost: untilLook) }
        return .waitForNews(atMost: min(untilLook, max(settings.saveInterval - (now - lastSave), .zero)))
    }

    private func saveIsDue(at now: Duration) -> Bool {
        isUnsaved && now - lastSave >= settings.saveInterval
    }

    private mutating func adopt(_ new: ConsumerCursor) {
        // What was delivered in this generation counts, though it was not saved: a lease may have been lost in the meantime.
        let delivered = new.generation == cursor.generation && cursor.position > new.position ? cursor : new
        let ahead = cursor.position == new.position && new.generation == cursor.generation ? cursor.ahead : ConsumedAhead()
        cursor = new
        cursor.ahead = delivered.position == new.position ? new.ahead.union(ahead) : delivered.ahead
        (savedPosition, isAheadSaved) = (new.position, cursor.ahead == new.ahead)
        status.generation = new.generation
        move(to: delivered.position, delivered.event)
    }

    private mutating func move(to position: Int64, _ event: EventID?) {
        cursor.position = position
        cursor.event = event
        if finished == nil { status.position = position }
    }

    private var currentStep: Step {
        switch state {
        case .leasing, .lookingWhileStandingBy, .standingBy: .leasing
        case .starting: .readingCursor
        case .delivering: .delivering
        case .saving: .saving
        case .looking, .lookingWhileStopped: .looking
        case .reading, .waiting, .pausing, .stopped: .reading
        }
    }

    private mutating func succeeded(_ step: Step) {
        if failing == step { clearFailures() }
    }

    private mutating func clearFailures() {
        failing = nil
        status.failures = 0
        status.lastError = nil
    }
}
