import AssetlogCore

/// What the state of an asset or a partition follows from, whatever the time is: the state when nothing runs, and when what
/// may run has started.
struct Standing: Hashable, Sendable {
    /// The state apart from running.
    var settled: AssetState
    /// When what has not ended was started; nil: nothing has, or a worse state is shown anyway.
    var started: Timestamp?

    /// - Parameters:
    ///   - latest: The latest event of each kind.
    ///   - failed: Whether a check failed with ERROR.
    ///   - warned: Whether a check failed with WARN.
    init(_ latest: some LatestEvents, failed: Bool, warned: Bool) {
        let materialized = latest.key(of: .materialization)
        let failure = latest.key(of: .materializationFailed)
        if let failure, materialized.map({ $0 < failure }) ?? true {
            settled = .failed
        } else if failed {
            settled = .checkFailed
        } else {
            settled = warned ? .warned : materialized == nil ? .missing : .ok
            guard let start = latest.key(of: .materializationStarted) else { return }
            let ended = [materialized, failure, latest.key(of: .materializationSkipped)].compactMap { $0 }.max()
            if ended.map({ $0 < start }) ?? true { started = start.timestamp }
        }
    }

    init(settled: AssetState, started: Timestamp?) {
        self.settled = settled
        self.started = started
    }

    /// The state as it is shown.
    func state(at clock: StateClock) -> AssetState {
        guard let started, started > clock.expired else { return settled }
        return .running
    }

    /// When the state changes by itself; nil: it does not.
    func expiry(at clock: StateClock) -> Timestamp? {
        guard let started, started > clock.expired else { return nil }
        return Timestamp(microseconds: started.microseconds + clock.runningTimeout)
    }
}

/// The latest event of each kind.
protocol LatestEvents {
    /// Where the latest event of a kind is; nil: there was none.
    func key(of kind: EventKind) -> EventTimeKey?
}

/// The moment that states are read at.
struct StateClock: Hashable, Sendable {
    /// What started at this time or before does not run any more.
    let expired: Timestamp
    /// How long something runs, in microseconds.
    let runningTimeout: Int64

    init(now: Timestamp, runningTimeout: Duration) {
        // A timeout that is longer than time itself never ends.
        self.runningTimeout = Int64(min(runningTimeout / .microseconds(1), 1e17))
        expired = Timestamp(microseconds: now.microseconds - self.runningTimeout)
    }
}

/// How many partitions have each standing.
struct StandingCounts: Hashable, Sendable {
    /// Those that nothing runs for, by state.
    private(set) var settled = SIMD8<Int64>.zero
    /// Those that something was started for, by the state apart from that.
    private(set) var started = SIMD8<Int64>.zero

    mutating func add(_ standing: Standing, _ number: Int64 = 1) {
        let index = Int(standing.settled.rawValue)
        if standing.started == nil { settled[index] += number } else { started[index] += number }
    }

    /// Whether something was started that has not ended.
    var hasStarted: Bool { started != .zero }

    /// The counts as they are shown.
    ///
    /// - Parameter expired: How many of those that were started don't run any more, by their settled state.
    func counts(expired: StateCounts) -> StateCounts {
        var counts = StateCounts()
        for state in AssetState.allCases {
            let index = Int(state.rawValue)
            counts[state] += Int(settled[index]) + expired[state]
            counts[.running] += Int(started[index]) - expired[state]
        }
        return counts
    }

    func write(to writer: inout RecordWriter) {
        for index in 0..<AssetState.allCases.count {
            writer.write(settled[index])
            writer.write(started[index])
        }
    }

    init() {}

    init(_ reader: inout RecordReader) throws(DamagedRecord) {
        for index in 0..<AssetState.allCases.count {
            settled[index] = try reader.integer()
            started[index] = try reader.integer()
        }
    }
}
